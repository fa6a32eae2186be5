"""Dates known by their year, quarter, month or day."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from members.facts.fields import PartialDateFormField
from members.facts.rules.partial_dates import PartialDate
from members.networks.models import AccreditationRound

WRITTEN = ["2019", "2019-Q4", "2019-10", "2019-10-19"]


@pytest.mark.parametrize(
    ("text", "words", "first", "last"),
    [
        ("2019", "2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019-Q1", "début 2019", date(2019, 1, 1), date(2019, 3, 31)),
        ("2019-Q2", "printemps 2019", date(2019, 4, 1), date(2019, 6, 30)),
        ("2019-Q3", "été 2019", date(2019, 7, 1), date(2019, 9, 30)),
        ("2019-Q4", "fin 2019", date(2019, 10, 1), date(2019, 12, 31)),
        ("2020-02", "février 2020", date(2020, 2, 1), date(2020, 2, 29)),
        ("2018-10-19", "19 octobre 2018", date(2018, 10, 19), date(2018, 10, 19)),
    ],
)
def test_a_date_is_said_as_precisely_as_it_is_known(text, words, first, last):
    found = PartialDate.parse(text)
    assert (str(found), found.in_words(), found.first_day, found.last_day) == (text, words, first, last)


@pytest.mark.parametrize("text", ["", "19", "2019-13", "2019-Q5", "2019-02-30", "2019/10/19", "fin 2019", "2019-1-1"])
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        PartialDate.parse(text)


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_a_day_is_between_its_own_bounds_at_every_precision(day):
    quarter = f"{day.year:04d}-Q{(day.month + 2) // 3}"
    for text in (f"{day.year:04d}", quarter, f"{day.year:04d}-{day.month:02d}", str(PartialDate.on(day))):
        found = PartialDate.parse(text)
        assert found.first_day <= day <= found.last_day
        assert PartialDate.parse(str(found)) == found


def test_dates_are_in_order_of_their_first_day():
    texts = ["2019-Q4", "2018-12-31", "2019-10", "2019", "2019-10-19", "2020"]
    assert [str(one) for one in sorted(map(PartialDate.parse, texts))] == [
        "2018-12-31",
        "2019",
        "2019-10",
        "2019-Q4",
        "2019-10-19",
        "2020",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("text", WRITTEN)
def test_a_column_keeps_the_date_and_finds_it_again(text):
    row = AccreditationRound.objects.create(slug="phase", name="Phase", opened_on=text)
    assert row.opened_on == PartialDate.parse(text)
    again = AccreditationRound.objects.get(opened_on=text)
    assert (again.opened_on, again.decided_on) == (PartialDate.parse(text), None)
    assert AccreditationRound.objects.filter(decided_on="").exists()


def test_a_form_reads_it_and_refuses_the_rest_in_words():
    field = PartialDateFormField(required=False)
    assert field.clean(" 2019-Q4 ") == PartialDate(2019, quarter=4)
    assert field.clean("") is None
    with pytest.raises(ValidationError, match="Cette date ne se lit pas"):
        field.clean("fin 2019")
