"""What becomes of referrals when people leave or are away."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from diginor.history import Party
from diginor.outbox.posting import post
from members.models import Absence, Organisation, User
from services import notifications
from services.actions.referral import lock_requests, locked
from services.actions.settling import forget_what_is_over
from services.enums import ReferralStep
from services.models import Referral


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
    return _hand_on(absence.user, absence.organisation, absence.backup, away_until=absence.ends_on)


def _hand_on(user: User, organisation: Organisation, backup: User | None, *, away_until: date | None = None) -> int:
    today = timezone.localdate()
    if backup and not User.objects.present(organisation.pk, today, today).filter(pk=backup.pk).exists():
        backup = None
    lock_requests(Referral.objects.live().filter(adviser=user))
    rows = Referral.objects.live().filter(adviser=user, organisation=organisation).order_by("request_id", "pk")
    for referral in rows:
        request = locked(referral)
        if not referral.is_live:
            continue
        referral.adviser = backup
        referral.save(update_fields=["adviser"])
        row = request.log(
            ReferralStep.TRANSFER,
            by=Party.CLOCK,
            referral=referral,
            from_adviser=str(user),
            to_adviser=str(backup or ""),
        )
        forget_what_is_over(request)
        mail = notifications.ReferralHandedToYou if backup else notifications.ReferralWithoutAdviser
        post(mail(request, row.pk, referral, why="", given_by=str(user), away_until=away_until))
    return len(rows)
