"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ProposalState(TextChoices):
    """What became of a change that waits for the staff."""

    PENDING = "pending", _("à relire")
    ACCEPTED = "accepted", _("acceptée")
    REFUSED = "refused", _("refusée")
    WITHDRAWN = "withdrawn", _("retirée")


class ProposalStep(TextChoices):
    """What can be done with a change that waits."""

    ACCEPT = "accept", _("accepter")
    REFUSE = "refuse", _("refuser")
    WITHDRAW = "withdraw", _("retirer")
