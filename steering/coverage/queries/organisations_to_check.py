"""What staff should know of the organisations of their hubs: those that no longer answer, those without anybody."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Max, OuterRef

from members.organisations.models import Organisation
from members.people.models import Membership
from services.catalogue.models import Offer
from services.requests.enums import ReferralState
from services.requests.models import Referral
from steering.coverage.rules.unanswering import ENDINGS, Answers, no_longer_answers


def unanswering_organisations(hub_ids: Collection[int], now: datetime) -> list[Organisation]:
    """The members of some hubs that no longer answer, by name, each with `last_answer_at`."""
    ended = Referral.objects.filter(organisation=OuterRef("pk")).ended().exclude(state=ReferralState.CANCELLED)
    members = Organisation.objects.serving(hub_ids).annotate(endings=ArraySubquery(ended.values("state")[:ENDINGS]))
    quiet = [row for row in members if no_longer_answers(Answers(row.endings), now)]
    answers = Referral.objects.filter(organisation__in=quiet).order_by().values_list("organisation")
    latest = dict(answers.annotate(Max("answered_at")))
    for row in quiet:
        row.last_answer_at = latest.get(row.pk)
    return [row for row in quiet if no_longer_answers(Answers(row.endings, row.last_answer_at), now)]


def organisations_without_adviser(hub_ids: Collection[int]) -> list[Organisation]:
    """The members of some hubs that propose something, and where nobody would read a request, by name."""
    team = Membership.objects.filter(organisation=OuterRef("pk"), is_active=True, user__is_active=True)
    offers = Offer.objects.filter(organisation=OuterRef("pk"), is_active=True)
    return list(Organisation.objects.serving(hub_ids).filter(Exists(offers), ~Exists(team)))
