"""How much one source may file: past a first bound it is suspect, past a second it must wait."""

from dataclasses import dataclass

from diginor.attempts.throttle import hits
from services.requests.enums import Suspicion
from services.requests.models import Workshop

HOUR = 3600
DAY = 24 * HOUR
SUSPECT_FROM_ADDRESS, MOST_FROM_ADDRESS = 10, 40
SUSPECT_FROM_EMAIL, MOST_FROM_EMAIL = 4, 12
MOST_MESSAGES = 30
MOST_LOOK_UPS = 30
MOST_DRAFTS, MOST_LINKS = 60, 20
# How often each person of a workshop may begin again, or look a SIRET up.
TRIES = 2


@dataclass(frozen=True)
class Verdict:
    """What the counters say of one filing."""

    suspicions: tuple[str, ...] = ()
    is_refused: bool = False


def filing(address: str, email: str) -> Verdict:
    """Count one filing from a network address and with an e-mail address."""
    from_address = hits(f"filing:address:{address}", seconds=HOUR)
    from_email = hits(f"filing:email:{email.lower()}", seconds=DAY)
    doubts = []
    if from_address > SUSPECT_FROM_ADDRESS:
        doubts.append(str(Suspicion.MANY_FROM_ADDRESS))
    if from_email > SUSPECT_FROM_EMAIL:
        doubts.append(str(Suspicion.MANY_FROM_EMAIL))
    is_refused = not _is_within(from_address, MOST_FROM_ADDRESS, address) or from_email > MOST_FROM_EMAIL
    return Verdict(tuple(doubts), is_refused)


def _is_within(count: int, most: int, address: str, tries: int = 1) -> bool:
    """Whether a count is within its limit, raised where a workshop is open by so many tries for each one expected."""
    return count <= most or count <= most + tries * Workshop.objects.expected_from(address)


def may_open_draft(address: str) -> bool:
    """Whether a network address may start one more request."""
    return _is_within(hits(f"draft:{address}", seconds=HOUR), MOST_DRAFTS, address, TRIES)


def may_look_up(address: str) -> bool:
    """Whether a network address may ask the State about one more SIRET."""
    return _is_within(hits(f"look-up:{address}", seconds=HOUR), MOST_LOOK_UPS, address, TRIES)


def may_write(code: str) -> bool:
    """Whether one more message may come through the private link of a request: each is mailed to several people."""
    return hits(f"message:{code}", seconds=HOUR) <= MOST_MESSAGES


def may_mail_link(address: str, who: str) -> bool:
    """Whether one more link may be mailed, counted by who asks and by who receives."""
    asked = hits(f"link:address:{address}", seconds=HOUR)
    received = hits(f"link:to:{who.lower()}", seconds=HOUR)
    return _is_within(asked, MOST_LINKS, address) and received <= 5
