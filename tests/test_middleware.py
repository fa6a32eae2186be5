"""What holds for every address, whatever it is: NUL, HEAD, and visits of what only takes forms."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.addresses import address, names
from tests.filled import some
from tests.test_access import of, undone
from tests.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_nul_anywhere_is_refused(world: World) -> None:
    client = of("administrator", world)
    files = {"f\0": "x"}
    for name in some(names()):
        where = address(name, world.own)
        for answer in (
            client.get(f"{where}?guichet=a%00"),
            client.get(f"{where}?a%00=b"),
            client.get(f"{where}%00/"),
            client.post(where, {"need": "a\0b"}),
            client.post(where, files),
        ):
            assert answer.status_code in (400, 404), (name, answer.status_code)


def test_a_nul_in_a_cookie_is_refused() -> None:
    client = Client()
    client.cookies["sessionid"] = "a" * 12 + "\0" + "b" * 12
    assert client.get("/").status_code == 400


def test_a_file_may_hold_one() -> None:
    answer = Client().post(reverse("account_login"), {"file": SimpleUploadedFile("a.bin", b"\0\0")})
    assert answer.status_code == 200


def test_head_answers_wherever_a_visit_does(world: World) -> None:
    wrong = []
    for role in ("visitor", "administrator", "manager"):
        client = of(role, world)
        for name in names():
            where = address(name, world.own)
            with undone(client):
                visit = client.get(where).status_code
            with undone(client):
                head = client.head(where).status_code
            if head != visit:
                wrong.append(f"{role}: {name} {head}, not {visit}")
    assert not wrong


PAGES = {
    "tracking_": "visitor",
    "referral_": "adviser",
    "team_": "manager",
    "admin:triage_": "staff",
    "switch_": "staff",
}


def test_a_visit_of_a_step_leads_to_its_page(world: World) -> None:
    wrong, seen = [], 0
    for name in names():
        role = next((role for start, role in PAGES.items() if name.startswith(start)), "administrator")
        client = of(role, world)
        where = address(name, world.own)
        answer = client.get(where, follow=True)
        if answer.status_code == 405:
            wrong.append(name)
        if name.startswith(tuple(PAGES)):
            seen += 1
            if answer.status_code != 200:
                wrong.append(f"{name}: {answer.status_code} {answer.request['PATH_INFO']}")
    assert not wrong
    assert seen > 20


def test_a_visit_after_a_change_of_language_keeps_the_language(world: World) -> None:
    where = address("tracking_reply", world.own).replace("/suivi/", "/en/suivi/")
    answer = Client().get(where)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/en/suivi/")
    assert Client().get(answer["Location"]).status_code == 200
