"""The line of a history: dates of every precision in order, what was only announced told so."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.facts.rules.history_line import DatedFact, history_line
from members.facts.rules.partial_dates import PartialDate


def on(text: str) -> PartialDate | None:
    """A date as files write it, or none."""
    return PartialDate.parse(text) if text else None


def test_facts_come_in_the_order_of_their_dates_the_widest_first() -> None:
    written = ["2019-Q4", "2018-10-19", "2018", "2018-10", "2018-10-01", ""]
    line = history_line(DatedFact(on(text), text) for text in written)
    assert [moment.fact.text for moment in line] == ["2018", "2018-10", "2018-10-01", "2018-10-19", "2019-Q4"]


@pytest.mark.parametrize(
    ("date", "stated", "told", "words"),
    [
        ("2019-Q4", "2018-10-01", None, "prévue fin 2019"),
        ("2026", "2023", None, "prévue en 2026"),
        ("2018-10-19", "2018-10-01", None, "prévue le 19 octobre 2018"),
        ("2018-10-19", "2018-10-01", False, "19 octobre 2018"),
        ("2018-10-01", "2018-10-01", None, "1er octobre 2018"),
        ("2017", "2017-10-25", None, "2017"),
        ("2019-Q4", "", None, "fin 2019"),
        ("2019-Q4", "", True, "prévue fin 2019"),
    ],
)
def test_a_date_after_its_source_is_told_as_a_plan(date: str, stated: str, told: bool | None, words: str) -> None:
    [moment] = history_line([DatedFact(on(date), "Fusion", stated_on=on(stated), is_planned=told)])
    assert (moment.when, moment.is_planned) == (words, words.startswith("prévue"))


def test_the_same_fact_is_told_once() -> None:
    fact = DatedFact(on("2019"), "Fusion", source="Une source")
    assert len(history_line([fact, fact, DatedFact(on("2019"), "Fusion", source="Une autre")])) == 2


partial_dates = st.one_of(
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)).map(PartialDate.on),
    st.builds(PartialDate, st.integers(1900, 2100)),
    st.builds(PartialDate, st.integers(1900, 2100), st.integers(1, 12)),
    st.builds(PartialDate, st.integers(1900, 2100), quarter=st.integers(1, 4)),
)


@given(st.lists(partial_dates))
def test_no_moment_comes_after_one_that_began_later(dates: list[PartialDate]) -> None:
    line = history_line(DatedFact(date, str(date)) for date in dates)
    days = [moment.fact.on.first_day for moment in line if moment.fact.on]
    assert days == sorted(days)
    assert len(line) == len({str(date) for date in dates})
