"""Changes to the directory that wait for the staff: sensitive fields of a sheet, organisations that list themselves."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diginor.text.codes import public_code
from diginor.workflow.history import HistoryRow
from diginor.workflow.models import WorkflowModel
from members.directory import workflow as workflows
from members.directory.enums import ProposalState
from members.hubs.models import Hub
from members.organisations.models import Organisation

if TYPE_CHECKING:
    from members.people.models import User


class SheetProposalQuerySet(models.QuerySet["SheetProposal"]):
    """How proposals are found."""

    def visible_to(self, user: "User") -> "SheetProposalQuerySet":
        """For staff, those of their hubs; an administrator sees all of them."""
        if user.is_superuser:
            return self.all()
        return self.filter(hub__in=user.staffed_hub_ids())

    def listings_of(self, user: "User") -> "SheetProposalQuerySet":
        """The organisations that a person asked to list, the newest first."""
        return self.filter(proposed_by=user, values__has_key="description").order_by("-created_at", "-pk")

    def proposed_for(self, user: "User") -> "SheetProposalQuerySet":
        """What a person may take back: their own listings, and the changes of the organisations they manage."""
        return self.filter(Q(proposed_by=user) | Q(organisation__in=user.managed_organisation_ids()))

    def pending(self) -> "SheetProposalQuerySet":
        """Those that wait, the oldest first."""
        return self.filter(state=ProposalState.PENDING).order_by("created_at", "pk")


class SheetProposal(WorkflowModel):
    """Values proposed for the sheet of an organisation, or for one that is not in the directory yet."""

    workflow = workflows.PROPOSAL

    code = models.CharField(max_length=12, unique=True, default=public_code, editable=False)
    hub = models.ForeignKey(Hub, verbose_name=_("guichet"), on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("structure"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="proposals",
        help_text=_("Vide : une structure qui s’inscrit."),
    )
    values = models.JSONField(_("valeurs proposées"), default=dict)
    state = models.CharField(_("état"), max_length=12, choices=ProposalState.choices, default=ProposalState.PENDING)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposée par"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("proposée le"), default=timezone.now)
    answer = models.TextField(_("réponse"), blank=True)

    objects = SheetProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("fiche à relire")
        verbose_name_plural = _("fiches à relire")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state="pending", organisation__isnull=False),
                name="sheetproposal_one_pending",
            )
        ]
        indexes = [
            models.Index(fields=["hub", "created_at", "id"], condition=Q(state="pending"), name="sheetproposal_queue")
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.values.get("name", self.code))

    def log(self, step: str, *, by: Any, why: str = "", **details: Any) -> "SheetEvent":
        """Write a history row."""
        return SheetEvent.objects.create(
            proposal=self,
            party=details.pop("party"),
            by=by,
            by_name=str(by),
            step=step,
            why=why,
            from_state=details.pop("from_state", ""),
            to_state=details.pop("to_state", ""),
            data=details,
        )


class SheetEvent(HistoryRow):
    """A row of the history of a proposal."""

    proposal = models.ForeignKey(SheetProposal, on_delete=models.CASCADE, related_name="events")

    class Meta:
        verbose_name = _("étape")
        verbose_name_plural = _("historique")
