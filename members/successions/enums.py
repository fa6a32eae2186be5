"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SuccessionKind(TextChoices):
    """How an organisation becomes another."""

    MERGER = "merger", _("fusion")
    CREATION_FROM = "creation_from", _("création à partir d’autres structures")
    SPLIT = "split", _("scission")
    RENAMING = "renaming", _("changement de nom")


class SuccessionRole(TextChoices):
    PREDECESSOR = "predecessor", _("structure d’origine")
    CONTRIBUTOR = "contributor", _("structure qui contribue")
    SUCCESSOR = "successor", _("structure qui prend la suite")
