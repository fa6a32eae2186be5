"""The inbox of an organisation: its views, their counts and their pages, at a cost that does not follow the history."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diginor.web.paging import Page, page_by_key
from services.requests.models import Referral, ReferralQuerySet
from services.requests.queries.disclosure import as_disclosed

PAGE = 25
# Beyond this a tab says « 50+ »: counting further would read rows that nobody looks at.
MOST_COUNTED = 50


@dataclass(frozen=True)
class InboxView:
    """One way to look at the referrals of an organisation."""

    slug: str
    label: str | Promise
    empty: str | Promise
    why_empty: str | Promise
    select: Callable[[ReferralQuerySet], ReferralQuerySet]
    is_history: bool = False

    def rows(self, organisation_id: int, only: Mapping[str, Any]) -> ReferralQuerySet:
        """The referrals of this view in its order, narrowed by what `only` says (whose they are)."""
        return self.select(Referral.objects.of_organisation(organisation_id).filter(**only))

    def count(self, organisation_id: int, only: Mapping[str, Any]) -> int:
        """How many there are, one more than the most counted when there are more."""
        rows = self.rows(organisation_id, only)
        return rows[: MOST_COUNTED + 1].count()

    def page(self, organisation_id: int, only: Mapping[str, Any], *, after: str = "", before: str = "") -> Page:
        """Some referrals, with what their lines show."""
        name = "ended_at" if self.is_history else "due_at"
        rows = as_disclosed(self.rows(organisation_id, only).with_details())
        return page_by_key(rows, name, size=PAGE, after=after, before=before)


VIEWS = [
    InboxView(
        "a-repondre",
        _("À répondre"),
        _("Personne n’attend votre réponse"),
        _("Les demandes que le guichet vous confie arrivent ici, et un courriel vous prévient."),
        ReferralQuerySet.to_answer,
    ),
    InboxView(
        "en-cours",
        _("En cours"),
        _("Aucun suivi en cours"),
        _("Les demandes que vous acceptez arrivent ici, avec leur prochaine étape."),
        ReferralQuerySet.in_progress,
    ),
    InboxView(
        "en-retard",
        _("En retard"),
        _("Aucun retard"),
        _("Toutes les dates promises aux entreprises sont tenues."),
        lambda rows: rows.late(timezone.now()),
    ),
    InboxView(
        "terminees",
        _("Terminées"),
        _("Rien n’est encore terminé"),
        _("Les demandes terminées, déclinées ou restées sans réponse arrivent ici."),
        ReferralQuerySet.ended,
        is_history=True,
    ),
]
BY_SLUG = {view.slug: view for view in VIEWS}
