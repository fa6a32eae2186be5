"""Dates and numbers read as French, or English, people write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import override

from diginor.text import wording

THIN = "\u202f"


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (wording.number, 12500, f"12{THIN}500"),
        (wording.number, 3.25, "3,2"),
        (wording.number, -4, "\u22124"),
        (wording.number, None, "–"),
        (wording.number, "", "–"),
        (wording.percent, 82, f"82{THIN}%"),
        (wording.euros, Decimal("850000.00"), f"850{THIN}000{THIN}€"),
        (wording.euros, Decimal("12.50"), f"12,50{THIN}€"),
        (wording.file_size, 1_240_000, f"1,2{THIN}Mo"),
        (wording.file_size, 900, f"900{THIN}o"),
        (wording.day, date(2025, 3, 1), "samedi 1er mars 2025"),
        (wording.day, date(2025, 3, 12), "mercredi 12 mars 2025"),
    ],
)
def test_french_writes_thin_spaces_and_full_dates(write, value, expected):
    """The typography is that of the Imprimerie nationale."""
    with override("fr"):
        assert write(value) == expected


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (wording.number, 12500, "12,500"),
        (wording.percent, 82.5, "82%"),
        (wording.euros, 1200, "€1,200"),
        (wording.file_size, 1_240_000, f"1.2{THIN}MB"),
    ],
)
def test_english_writes_commas_and_no_space(write, value, expected):
    """The English pages follow the English use."""
    with override("en"):
        assert write(value) == expected


def test_a_day_of_this_year_is_said_without_its_year():
    """Short dates drop what everyone knows."""
    with override("fr"):
        assert str(timezone.localdate().year) not in wording.day(timezone.localdate(), "short")
        assert wording.day(date(2024, 5, 8), "short") == "8 mai 2024"


def test_an_instant_is_told_in_the_time_of_paris():
    """Instants are stored in UTC and read in France."""
    with override("fr"):
        assert wording.moment(datetime(2025, 7, 14, 8, 5, tzinfo=UTC)) == f"14 juillet 2025 à 10{THIN}h{THIN}05"


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "aujourd’hui"), (1, "demain"), (-1, "hier"), (3, "dans 3 jours"), (-12, "il y a 12 jours")],
)
def test_a_near_day_is_said_in_words(days, expected):
    """People think in days from now."""
    with override("fr"):
        assert wording.ago(timezone.localdate() + timedelta(days=days)) == expected
