"""Numbers in addresses: read in one place, with a bound, wherever one stands."""

import pytest
from django.contrib import admin
from django.urls import reverse

from diginor.text.whole_numbers import whole_number
from services.requests.rules.naf import lies_under
from tests.filled import some
from tests.sources import app_code, name_of
from tests.test_access import of
from tests.world import World, make_world

HOSTILE = ["²", "٣", "①", "-1", "+1", " 1", "1_0", "1.5", "NaN", "99999999999999999999", "9" * 5000]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_number_of_ours_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_the_largest_number_fits_a_column() -> None:
    assert whole_number("9" * 18) == 999_999_999_999_999_999 < 2**63
    assert whole_number("9" * 19) is None
    assert whole_number("0012", most=4) == 12
    assert whole_number("12345", most=4) is None


def test_nothing_else_tells_a_number_by_what_python_calls_a_digit() -> None:
    # « ² ».isdigit() is true, and int("²") raises.
    apart = {
        "diginor/text/whole_numbers.py",
        "members/directory/views/organisation_page.py",
        "services/requests/queries/queue.py",
    }
    loose = [
        name_of(path)
        for path in app_code()
        if "isdigit()" in (text := path.read_text()) and "isascii()" not in text and name_of(path) not in apart
    ]
    assert not loose


@pytest.mark.django_db
def test_a_hub_that_is_no_number_chooses_none(world: World) -> None:
    client = of("administrator", world)
    every_hub = reverse("admin:services_servicerequest_changelist")
    counted = [client.get(every_hub, {"hub": text}).context["cl"].result_count for text in ["", *HOSTILE]]
    assert len(set(counted)) == 1
    assert client.get(every_hub, {"hub": world.own.hub.pk}).context["cl"].result_count == counted[0] / 2


@pytest.mark.django_db
def test_every_list_of_the_administration_takes_any_page_order_and_filter(world: World) -> None:
    client = of("administrator", world)
    wrong = []
    for model, sheet in some(admin.site._registry.items()):
        url = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
        filters = [one if isinstance(one, str) else getattr(one, "parameter_name", "") for one in sheet.list_filter]
        for name in ("p", "o", "q", "all", "page", "after", "_popup", *filters):
            for text in ("²", "99999999999999999999"):
                status = client.get(url, {name: text}).status_code
                if status not in (200, 302, 400):
                    wrong.append(f"{url}?{name}={text[:20]}: {status}")
    assert not wrong


def test_an_activity_that_is_no_code_lies_under_nothing() -> None:
    assert lies_under("²²", "J") is False


@pytest.mark.django_db
def test_a_file_filtered_by_what_no_list_has_is_not_found(world: World) -> None:
    # The whole list would be taken for the filtered one.
    url = reverse("admin:members_organisation_export", args=["csv"])
    assert of("administrator", world).get(url, {"sans_colonne": "1"}).status_code == 404
