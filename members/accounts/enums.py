"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ErasureScope(TextChoices):
    """How much was erased at somebody's request."""

    REQUEST = "request", _("une demande")
    HUBS = "hubs", _("une adresse, dans des guichets")
    PERSON = "person", _("une adresse, partout")
