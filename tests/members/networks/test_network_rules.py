"""Dates, accreditations and sources in words: no further than what is known."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from members.facts.rules.citations import Citations
from members.facts.rules.partial_dates import PartialDate
from members.facts.rules.period_words import at, period, since, until
from members.networks.enums import AccreditationState
from members.networks.rules import Standing, Terms, full_words, short_words, standing

D = PartialDate.parse
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2040, 1, 1))


@pytest.mark.parametrize(
    ("text", "when", "from_then", "till_then"),
    [
        ("2018-10-19", "le 19 octobre 2018", "depuis le 19 octobre 2018", "jusqu’au 19 octobre 2018"),
        ("2018-10-01", "le 1er octobre 2018", "depuis le 1er octobre 2018", "jusqu’au 1er octobre 2018"),
        ("2018-10", "en octobre 2018", "depuis octobre 2018", "jusqu’en octobre 2018"),
        ("2019", "en 2019", "depuis 2019", "jusqu’en 2019"),
        ("2019-Q4", "fin 2019", "depuis fin 2019", "jusqu’à fin 2019"),
        ("2019-Q2", "au printemps 2019", "depuis le printemps 2019", "jusqu’au printemps 2019"),
        ("2019-Q3", "à l’été 2019", "depuis l’été 2019", "jusqu’à l’été 2019"),
        ("2019-Q1", "début 2019", "depuis début 2019", "jusqu’à début 2019"),
    ],
)
def test_a_date_is_told_as_precisely_as_it_is_known(text, when, from_then, till_then):
    assert (at(D(text)), since(D(text)), until(D(text))) == (when, from_then, till_then)


def test_a_period_is_told_with_the_ends_that_are_known():
    assert period(D("2019"), D("2022")) == "2019–2022"
    assert period(D("2019-Q4"), D("2022")) == "de fin 2019 à 2022"
    assert (period(D("2019"), None), period(None, D("2022"))) == ("depuis 2019", "jusqu’en 2022")
    assert period(None, None) == at(None) == since(None) == until(None) == ""


def test_the_first_of_a_month_is_an_ordinal_in_french_alone():
    with translation.override("en"):
        assert "1er" not in D("2018-10-01").in_words()
    assert D("2018-10-11").in_words() == "11 octobre 2018"


def terms(state: str, **dates: str) -> Terms:
    return Terms(state, **{name: D(text) for name, text in dates.items()})


ENTER = terms("conditional", granted_on="2023-03-27", conditional_until="2024", extended_until="2026")


@pytest.mark.parametrize(
    ("one", "day", "expected"),
    [
        (terms("applied", filed_on="2018-10-19"), "2030-01-01", Standing.APPLIED),
        (terms("refused"), "2020-01-01", Standing.REFUSED),
        (terms("ended"), "2020-01-01", Standing.OVER),
        (terms("granted", period_end="2022"), "2022-12-31", Standing.IN_FORCE),
        (terms("granted", period_end="2022"), "2023-01-01", Standing.OVER),
        (terms("granted", valid_until="2025", period_end="2022"), "2023-01-01", Standing.IN_FORCE),
        (terms("granted"), "2050-01-01", Standing.IN_FORCE),
        (ENTER, "2024-12-31", Standing.CONDITIONAL),
        (ENTER, "2025-01-01", Standing.UNKNOWN),
        (ENTER, "2026-12-31", Standing.UNKNOWN),
        (ENTER, "2027-01-01", Standing.OVER),
        (terms("extended", valid_until="2024", extended_until="2026"), "2026-06-01", Standing.IN_FORCE),
        (terms("extended", valid_until="2024", extended_until="2026"), "2027-01-01", Standing.OVER),
    ],
)
def test_where_an_accreditation_stands(one, day, expected):
    assert standing(one, date.fromisoformat(day)) == expected


def test_an_accreditation_whose_condition_has_passed_is_neither_valid_nor_over():
    assert short_words(ENTER, date(2024, 6, 1)) == "labellisé sous condition jusqu’en 2024"
    assert short_words(ENTER, date(2025, 6, 1)) == "labellisé sous condition jusqu’en 2024, suite inconnue"
    assert full_words(ENTER, date(2025, 6, 1)) == (
        "accordée le 27 mars 2023, sous condition jusqu’en 2024, prolongeable jusqu’en 2026,"
        " sans que nos sources disent si elle l’a été"
    )
    assert "nos sources" not in full_words(ENTER, date(2024, 6, 1))


def test_an_application_is_not_said_to_be_granted():
    words = full_words(terms("applied", filed_on="2018-10-19", period_end="2022"), date(2020, 1, 1))
    assert words == "dossier déposé le 19 octobre 2018"
    assert full_words(terms("refused"), date(2020, 1, 1)) == "refusée"
    ended = full_words(terms("ended", granted_on="2010", valid_until="2013"), date(2020, 1, 1))
    assert ended == "accordée en 2010, jusqu’en 2013, terminée"


@given(
    state=st.sampled_from(AccreditationState.values), ends=st.lists(st.none() | DAYS, min_size=4, max_size=4), day=DAYS
)
def test_every_accreditation_is_told(state, ends, day):
    dates = [end and PartialDate.on(end) for end in ends]
    one = Terms(state, None, None, *dates)
    assert short_words(one, day)
    assert full_words(one, day)
    assert standing(one, day) in Standing


@given(state=st.sampled_from(["granted", "conditional", "extended"]), end=DAYS, days=st.tuples(DAYS, DAYS))
def test_an_accreditation_that_is_over_stays_over(state, end, days):
    last = PartialDate.on(end)
    one = Terms(state, valid_until=last, conditional_until=last, extended_until=last)
    first, second = sorted(days)
    if standing(one, first) == Standing.OVER:
        assert standing(one, second) == Standing.OVER


def test_sources_are_numbered_in_the_order_of_the_page_and_told_once():
    citations = Citations()
    assert citations.mark("Presse, 2020", D("2020")) == "¹"
    assert citations.mark("Rapport", D("2019-Q4")) == "²"
    assert citations.mark("Rapport\u202f; Presse, 2020", D("2021")) == "¹\u202f³"
    assert citations.mark("") == ""
    assert citations.sources == ["Presse, 2020", "Rapport, fin 2019", "Rapport"]


def test_the_eleventh_source_has_two_digits():
    citations = Citations()
    marks = [citations.mark(f"Source {number}") for number in range(11)]
    assert marks[-1] == "¹¹"
