"""What an organisation may read of a request: all of it while it has it, nothing dated later once its referral ended.

Declined, expired or taken back, the organisation keeps its own part. Closed by itself, it keeps what it had at that
instant, until the erasure, so that what it brought can still be recorded. Pages, lists, threads, files and exports ask
here and decide nothing themselves.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from services.requests.enums import ReferralState, ReferralStep, RequestNote, ThreadKind
from services.requests.models import Referral, ReferralQuerySet, RequestEvent


@dataclass(frozen=True)
class Disclosure:
    """What one referral lets its organisation read; the request must come with it."""

    referral: Referral

    @property
    def is_live(self) -> bool:
        """Whether the organisation has the request, and reads what is written today."""
        return self.referral.is_live

    @property
    def is_whole(self) -> bool:
        """Whether contact details, the need and the words of others are read, not its own part alone."""
        kept = self.referral.state == ReferralState.CLOSED and self.referral.request.erased_at is None
        return self.is_live or kept

    @property
    def until(self) -> datetime:
        """The instant of the end; what is dated later does not exist here."""
        return self.referral.ended_at or self.referral.sent_at

    def messages(self, kind: ThreadKind) -> QuerySet:
        """What is read of a thread."""
        return self._read(self.referral.request.messages.of_thread(kind), "created_at", self._own_words())

    def filed(self) -> QuerySet:
        """What is read of the files joined at filing."""
        return self._read(self.referral.request.attachments.with_filing(), "created_at", Q(pk__in=[]))

    def events(self) -> QuerySet:
        """What is read of the history, the newest first."""
        rows = self.referral.request.events.in_order().reverse()
        return self._read(rows, "at", Q(referral=self.referral))

    def others(self) -> list[Referral]:
        """The referrals to other organisations, as they were."""
        rows = with_past_names(self.referral.request.referrals.others_than(self.referral), self.until)
        found = list(self._read(rows, "sent_at", Q(pk__in=[])))
        return found if self.is_live else [self._as_it_was(row) for row in found]

    def _own_words(self) -> Q:
        return Q(organisation=self.referral.organisation_id)

    def _read(self, rows: QuerySet, at: str, own: Q) -> QuerySet:
        if self.is_live:
            return rows
        before = rows.filter(**{f"{at}__lte": self.until})
        return before if self.is_whole else before.filter(own)

    def _as_it_was(self, row: Referral) -> Referral:
        """A copy to read, without the steps that came after the end."""
        if row.ended_at is not None and row.ended_at <= self.until:
            return row
        was_accepted = row.accepted_at is not None and row.accepted_at <= self.until
        shown = Referral(
            pk=row.pk,
            state=ReferralState.ACCEPTED if was_accepted else ReferralState.SENT,
            request=row.request,
            organisation=row.organisation,
            sent_at=row.sent_at,
        )
        # What was promised then, and by whom, may have been replaced since: it is left out.
        vars(shown)["name_then"] = getattr(row, "name_then", None)
        return shown


def as_disclosed(rows: ReferralQuerySet) -> ReferralQuerySet:
    """With the topic and the hub that the request had when the referral ended, where they changed since."""
    return rows.annotate(
        topic_then=_changed(RequestNote.REQUALIFY, "from_topic"), hub_then=_changed(RequestNote.HAND_OVER, "from_hub")
    )


def with_past_names(rows: QuerySet, until: datetime) -> QuerySet:
    """With the organisation that had each referral at an instant, where it was transferred since."""
    since = RequestEvent.objects.filter(referral=OuterRef("pk"), step=ReferralStep.TRANSFER, at__gt=until)
    return rows.annotate(name_then=Subquery(since.order_by("at", "pk").values("data__from_organisation")[:1]))


def _changed(step: str, name: str) -> Any:
    since = RequestEvent.objects.filter(request=OuterRef("request"), step=step, at__gt=OuterRef("ended_at"))
    return Subquery(since.order_by("at", "pk").values(f"data__{name}")[:1])
