"""How member organisations behave in the story, at its beginning and at its end: invented, like the requests themselves."""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Temper:
    """Working days to an answer, and shares of silence, refusal and help; each at the beginning and at the end."""

    days: Range = (3.6, 2.2)
    silent: Range = (0.12, 0.05)
    declined: Range = (0.15, 0.1)
    helped: Range = (0.7, 0.82)
    # How readily the desk thinks of it.
    pull: float = 1.0

    def now(self, progress: float) -> tuple[float, float, float, float]:
        """The four numbers at a moment of the story, from 0 to 1."""
        pairs = (self.days, self.silent, self.declined, self.helped)
        days, silent, declined, helped = (first + (last - first) * progress for first, last in pairs)
        return days, silent, declined, helped


ORDINARY = Temper()
TEMPERS = {
    "tes": Temper(days=(1.9, 1.3), silent=(0.04, 0.01), declined=(0.08, 0.06), helped=(0.78, 0.86), pull=2.2),
    "nwx": Temper(days=(2.6, 1.5), silent=(0.08, 0.03), declined=(0.1, 0.07), helped=(0.76, 0.84), pull=2.2),
    # Many requests, two advisers: it declines for want of time.
    "cci-normandie": Temper(days=(4.2, 3.4), silent=(0.14, 0.09), declined=(0.2, 0.17), helped=(0.72, 0.78), pull=2.0),
    # A second adviser came halfway.
    "cma-normandie": Temper(days=(6.2, 1.8), silent=(0.3, 0.03), declined=(0.12, 0.08), helped=(0.66, 0.86), pull=1.8),
    "adn": Temper(days=(3.8, 3.0), silent=(0.1, 0.06), pull=1.6),
    "region-normandie": Temper(days=(4.6, 3.6), silent=(0.08, 0.06), declined=(0.16, 0.14)),
    "tiers-lieu-de-demonstration-du-perche": Temper(days=(5.0, 4.2), silent=(0.22, 0.16)),
    "relais-d-sciences": Temper(days=(2.2, 1.8), helped=(0.8, 0.88)),
}


def temper_of(slug: str) -> Temper:
    """The temper of an organisation."""
    return TEMPERS.get(slug, ORDINARY)
