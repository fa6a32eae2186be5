"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Qualifier(TextChoices):
    """How exactly a source gives a figure."""

    EXACT = "exact", _("exactement")
    ABOUT = "about", _("environ")
    NEARLY = "nearly", _("près de")
    MORE_THAN = "more_than", _("plus de")
    AT_LEAST = "at_least", _("au moins")
