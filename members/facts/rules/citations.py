"""Sources told once at the end of a page, and pointed at by a number after each fact."""

from members.facts.rules.partial_dates import PartialDate

# What stands between the sources of a fact that several tell.
BETWEEN = "\u202f; "
HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Citations:
    """Numbers the sources in the order in which a page uses them."""

    def __init__(self) -> None:
        self.sources: list[str] = []

    def mark(self, source: str, stated_on: PartialDate | None = None) -> str:
        """The number of a source, as it is written after a fact: « ¹ »; nothing for a fact without source."""
        numbers = sorted(self._number(told) for told in dated(source, stated_on))
        return "\u202f".join(str(number).translate(HIGH) for number in numbers)

    def _number(self, told: str) -> int:
        if told not in self.sources:
            self.sources.append(told)
        return self.sources.index(told) + 1


def dated(source: str, stated_on: PartialDate | None) -> list[str]:
    """The sources of a fact; one alone says its date, unless its own words give the year already."""
    several = [one for one in source.split(BETWEEN) if one]
    if len(several) != 1 or stated_on is None or str(stated_on.year) in source:
        return several
    return [f"{source}, {stated_on.in_words()}"]
