"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MembershipRole(TextChoices):
    """What a person does in an organisation."""

    ADVISER = "adviser", _("conseil")
    MANAGER = "manager", _("responsable d’équipe")


class MailPreference(TextChoices):
    """When an adviser wants to read about new things."""

    AT_ONCE = "at_once", _("tout de suite")
    DAILY = "daily", _("un résumé par jour")
    ESSENTIAL = "essential", _("seulement les rappels et ce qui m’est confié")
