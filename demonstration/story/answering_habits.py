"""How member organisations behave in the story, at its beginning and at its end: invented, like the requests."""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class AnsweringHabit:
    """Working days to an answer, and shares of silence, refusal and help; each at the beginning and at the end."""

    days: Range = (4.4, 2.7)
    silent: Range = (0.18, 0.07)
    declined: Range = (0.3, 0.18)
    helped: Range = (0.68, 0.82)
    # How readily the desk thinks of it.
    pull: float = 1.0

    def now(self, progress: float) -> tuple[float, float, float, float]:
        """The four numbers at a moment of the story, from 0 to 1."""
        pairs = (self.days, self.silent, self.declined, self.helped)
        days, silent, declined, helped = (first + (last - first) * progress for first, last in pairs)
        return days, silent, declined, helped


ORDINARY = AnsweringHabit()
TEMPERS = {
    "tes": AnsweringHabit(days=(1.9, 1.3), silent=(0.06, 0.02), declined=(0.2, 0.12), helped=(0.7, 0.82), pull=2.2),
    "nwx": AnsweringHabit(days=(3.4, 1.8), silent=(0.1, 0.04), declined=(0.22, 0.12), helped=(0.66, 0.8), pull=2.2),
    # Many requests, two advisers: it declines for want of time.
    "cci-normandie": AnsweringHabit(
        days=(5.0, 3.8), silent=(0.16, 0.1), declined=(0.36, 0.3), helped=(0.6, 0.72), pull=2.0
    ),
    # A second adviser came halfway.
    "cma-normandie": AnsweringHabit(
        days=(6.0, 1.7), silent=(0.34, 0.03), declined=(0.16, 0.1), helped=(0.64, 0.86), pull=1.8
    ),
    "adn": AnsweringHabit(days=(4.6, 3.2), silent=(0.14, 0.07), declined=(0.26, 0.2), pull=1.6),
    "region-normandie": AnsweringHabit(days=(4.6, 3.6), silent=(0.12, 0.08), declined=(0.28, 0.22)),
    "tiers-lieu-de-demonstration-du-perche": AnsweringHabit(days=(5.0, 4.2), silent=(0.24, 0.18)),
    "relais-d-sciences": AnsweringHabit(days=(2.2, 1.8), helped=(0.8, 0.88)),
    "images-et-reseaux": AnsweringHabit(days=(2.6, 1.8), silent=(0.06, 0.03), declined=(0.14, 0.1), helped=(0.74, 0.8)),
}


def habit_of(slug: str) -> AnsweringHabit:
    """The temper of an organisation."""
    return TEMPERS.get(slug, ORDINARY)
