"""What routing reads: facts of the company, of an offer, of an organisation, and the reading of one rule.

Ages are in whole years; a fact that is not known is empty or None. Source: the product's « Triage ».
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

OK, KO, UNKNOWN = "ok", "ko", "unknown"
TONES = {OK: "in", KO: "out", UNKNOWN: "unsure"}


@dataclass(frozen=True)
class CompanyFacts:
    """What is known of the company and of its need; `territories` gives the distance of each territory around it,
    and is None where the commune is not known or the company is abroad.

    `host_id` is the organisation that runs the place where the company wants to be hosted.
    """

    topic_id: int | None
    topic: str = ""
    territories: Mapping[int, int] | None = None
    place: str = ""
    size: str = ""
    age: int | None = None
    naf: str = ""
    legal_form: str = ""
    wanted_place: str = ""
    host_id: int | None = None


@dataclass(frozen=True)
class OfferFacts:
    """What an organisation offers on a topic; an empty criterion asks nothing."""

    topic_id: int
    territories: Mapping[int, str] = field(default_factory=dict)
    sizes: tuple[str, ...] = ()
    min_age: int | None = None
    max_age: int | None = None
    naf_in: tuple[str, ...] = ()
    naf_out: tuple[str, ...] = ()
    legal_in: tuple[str, ...] = ()
    legal_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrganisationFacts:
    """A member organisation as the desk sees it today; `earlier` is the state of its last referral of this request."""

    id: int
    name: str
    is_active: bool = True
    capacity: int | None = None
    open_referrals: int = 0
    absent_until: date | None = None
    backup_id: int | None = None
    backup_name: str = ""
    earlier: str = ""
    offers: tuple[OfferFacts, ...] = ()

    def offer_on(self, topic_id: int | None) -> OfferFacts | None:
        return next((offer for offer in self.offers if offer.topic_id == topic_id), None)


@dataclass(frozen=True)
class Check:
    """One rule read on one organisation; `expected` is empty when nothing is asked."""

    code: str
    outcome: str
    expected: str
    actual: str
    message: str

    @property
    def tone(self) -> str:
        """How a page draws it: for, against, or in doubt."""
        return TONES[self.outcome]
