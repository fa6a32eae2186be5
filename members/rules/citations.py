"""Sources told once at the end of a page, and pointed at by a number after each fact."""

from members.rules.partial_dates import PartialDate


class Citations:
    """Numbers the sources in the order in which a page uses them."""

    def __init__(self) -> None:
        self.sources: list[str] = []

    def mark(self, source: str, stated_on: PartialDate | None = None) -> str:
        """The number of a source, as it is written after a fact: « [1] »; nothing for a fact without source."""
        if not source:
            return ""
        told = dated(source, stated_on)
        if told not in self.sources:
            self.sources.append(told)
        return f"[{self.sources.index(told) + 1}]"


def dated(source: str, stated_on: PartialDate | None) -> str:
    """A source with its date, unless its own words give the year already."""
    if stated_on is None or str(stated_on.year) in source:
        return source
    return f"{source}, {stated_on.in_words()}"
