"""Silence: an organisation that no longer answers; a pure function of how its last referrals ended.

Source: the product's « nobody is forgotten on the way »: staff must know before the next request goes there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.requests.enums import ReferralState

# Its last endings that must all be expiries, and the days without any answer.
ENDINGS = 3
QUIET_DAYS = 30


@dataclass(frozen=True)
class Answers:
    """The states in which an organisation's last referrals ended, the newest first, and its last answer."""

    endings: Sequence[str]
    last_answer_at: datetime | None = None


def no_longer_answers(answers: Answers, now: datetime) -> bool:
    """Whether its last three referrals to end all expired, and it has answered none for thirty days.

    A referral that the desk took back says nothing of the organisation. One that has received fewer is not judged.
    """
    told = [state for state in answers.endings if state != ReferralState.CANCELLED][:ENDINGS]
    is_silent = len(told) == ENDINGS and set(told) == {ReferralState.EXPIRED}
    quiet_since = now - timedelta(days=QUIET_DAYS)
    return is_silent and (answers.last_answer_at is None or answers.last_answer_at < quiet_since)
