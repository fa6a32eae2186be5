"""Working days: those of all of France, and of the zones that keep holidays of their own."""

from datetime import date, datetime

import pytest

from diginor.workflow.working_days import PARIS, add_working_days, is_working_day
from members.hubs.enums import HolidayZone

GOOD_FRIDAY, EASTER_MONDAY = date(2026, 4, 3), date(2026, 4, 6)
DAYS = [
    ("", GOOD_FRIDAY, True),
    ("6AE", GOOD_FRIDAY, False),
    ("57", GOOD_FRIDAY, False),
    ("974", GOOD_FRIDAY, True),
    ("", date(2025, 12, 26), True),
    ("6AE", date(2025, 12, 26), False),
    ("57", date(2025, 12, 26), False),
    ("971", date(2025, 12, 26), True),
    ("", date(2026, 5, 27), True),
    ("971", date(2026, 5, 27), False),
    ("972", date(2026, 5, 27), True),
    ("972", date(2026, 5, 22), False),
    ("971", date(2026, 5, 22), True),
    ("973", date(2026, 6, 10), False),
    ("974", date(2027, 12, 20), False),
    ("976", date(2026, 4, 27), False),
    ("MF", date(2026, 5, 28), False),
    ("BL", date(2026, 10, 9), False),
    *((zone, EASTER_MONDAY, False) for zone in ("", *HolidayZone.values)),
    *((zone, date(2026, 7, 14), False) for zone in ("", *HolidayZone.values)),
]


@pytest.mark.parametrize(("zone", "day", "is_worked"), DAYS)
def test_a_zone_keeps_the_holidays_of_all_and_its_own(zone, day, is_worked):
    assert is_working_day(day, zone) is is_worked


@pytest.mark.parametrize("zone", HolidayZone.values)
def test_every_zone_has_a_holiday_that_not_all_have(zone):
    days = [date.fromordinal(day) for day in range(date(2025, 1, 1).toordinal(), date(2029, 1, 1).toordinal())]
    own = [day for day in days if is_working_day(day) and not is_working_day(day, zone)]
    assert own
    assert not [day for day in days if is_working_day(day, zone) and not is_working_day(day)]


@pytest.mark.parametrize(("zone", "after"), [("", 7), ("6AE", 8)])
def test_two_working_days_over_easter(zone, after):
    start = datetime(2026, 4, 2, 10, tzinfo=PARIS)
    assert add_working_days(start, 2, zone) == datetime(2026, 4, after, 10, tzinfo=PARIS)
