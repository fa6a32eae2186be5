"""What becomes of referrals when people leave or are away."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from diginor.attempts.retries import try_keys
from diginor.outbox.pacing import by_the_clock
from diginor.outbox.posting import post
from diginor.workflow.history import Party
from diginor.workflow.working_days import office_hours
from members.organisations.models import Organisation
from members.people.models import Absence, User
from services.requests.actions.next_action import forget_what_is_over
from services.requests.actions.referral import lock_requests, locked
from services.requests.enums import ReferralStep
from services.requests.models import Referral, Relay
from services.requests.notifications.advisers import ReferralAfterAbsence, ReferralHandedToYou, ReferralWithoutAdviser


@transaction.atomic
def hand_back(user: User, organisation: Organisation) -> int:
    """Give the live referrals of somebody who leaves to the stand-in, else back to the team; return how many."""
    away = Absence.objects.on(timezone.localdate()).filter(organisation=organisation, user=user)
    absence = away.with_people().order_by("pk").first()
    return _hand_on(user, organisation, absence.backup if absence else None)


@transaction.atomic
def hand_over_for_absence(absence: Absence) -> int:
    """Give the live referrals of somebody who is away to the stand-in, else back to the team; return how many."""
    assert absence.user is not None
    return _hand_on(absence.user, absence.organisation, absence.backup, absence=absence)


@by_the_clock()
def tell_returns(now: datetime | None = None) -> int:
    """In office hours, tell who keeps what was given on for the absences that are over; return how many were told.

    Not before: what is told waits for the morning, and should say how things stand then.
    """
    moment = now or timezone.now()
    if office_hours(moment) != moment:
        return 0
    return try_keys("tell_returns", Relay.objects.absences_over(timezone.localdate(moment)), tell_return, now=moment)


@transaction.atomic
def tell_return(absence: int) -> int:
    """Tell who was away and who stood in, once, who keeps each request now; return how many requests."""
    lock_requests(Referral.objects.filter(relays__in=Relay.objects.untold(absence)))
    relays = Relay.objects.untold(absence).select_for_update(of=("self",)).select_related("absence__user", "referral")
    rows = list(relays.order_by("referral__request_id", "pk"))
    for relay in rows:
        relay.told_at = timezone.now()
        relay.save(update_fields=["told_at"])
        service_request = locked(relay.referral)
        post(ReferralAfterAbsence(service_request, f"absence {absence}", relay.referral, relay=relay))
    return len(rows)


def _hand_on(user: User, organisation: Organisation, backup: User | None, *, absence: Absence | None = None) -> int:
    today = timezone.localdate()
    if backup and not User.objects.present(organisation.pk, today, today).filter(pk=backup.pk).exists():
        backup = None
    lock_requests(Referral.objects.live().filter(adviser=user))
    rows = Referral.objects.live().filter(adviser=user, organisation=organisation).order_by("request_id", "pk")
    for referral in rows:
        service_request = locked(referral)
        if not referral.is_live:
            continue
        referral.adviser = backup
        referral.save(update_fields=["adviser"])
        row = service_request.log(
            ReferralStep.TRANSFER,
            by=Party.CLOCK,
            referral=referral,
            from_adviser=str(user),
            to_adviser=str(backup or ""),
        )
        forget_what_is_over(service_request)
        if absence:
            Relay.objects.create(absence=absence, referral=referral, stand_in=backup)
        away_until = absence.ends_on if absence else None
        mail = ReferralHandedToYou if backup else ReferralWithoutAdviser
        post(mail(service_request, row.pk, referral, why="", given_by=str(user), away_until=away_until))
    return len(rows)
