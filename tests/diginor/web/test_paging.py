"""Pages that start at a row: none is lost or shown twice, whichever way one turns them."""

import pytest

from diginor.web.paging import page_by_row
from members.organisations.models import Organisation
from tests.factories.members import OrganisationFactory

pytestmark = pytest.mark.django_db
ORDERS = [("name", "pk"), ("-is_active", "search_name", "pk"), ("-name", "-pk"), ("is_active", "-name", "pk")]


@pytest.fixture(autouse=True)
def _rows():
    for number in range(23):
        OrganisationFactory(name=f"Nom {number // 3}", is_active=number % 4 != 0)


@pytest.mark.parametrize("order", ORDERS)
def test_pages_hold_every_row_once_forwards_and_backwards(order):
    rows = Organisation.objects.order_by(*order)
    expected, found, page = list(rows), [], page_by_row(rows, size=5)
    assert not page.before
    while True:
        found += page.rows
        if not page.after:
            break
        page = page_by_row(rows, size=5, after=page.after)
        assert page.before
    assert found == expected
    back = list(page.rows)
    while page.before:
        page = page_by_row(rows, size=5, before=page.before)
        assert page.after
        back = [*page.rows, *back]
    assert back == expected


@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 30, "0", "١"])
def test_what_is_no_row_gives_the_first_page(key):
    rows = Organisation.objects.order_by("name", "pk")
    assert page_by_row(rows, size=5, after=key).rows == list(rows[:5])


def test_a_row_of_another_list_is_no_place_in_this_one():
    rows = Organisation.objects.order_by("name", "pk")
    gone = rows.filter(is_active=False).last()
    assert page_by_row(rows.filter(is_active=True), size=5, after=str(gone.pk)).before == ""
