"""Who may open what, and who may do what: every address of the portal × every role × own or another's."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.requests.models import Promise
from tests.access_table import ACTING, LISTS, READING, read
from tests.addresses import address, names
from tests.sessions import sign_in
from tests.sources import APPS
from tests.world import ROLES, Side, World, make_world

pytestmark = pytest.mark.django_db
READ, ACT = read(READING), read(ACTING)
CLOSED = {403, 404, 405}
Data = Callable[[Side], dict[str, Any]]


def _coming() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=5)


WORDS = {
    "body": "Bonjour",
    "shared-body": "Bonjour",
    "shared-thread": "shared",
    "note": "Essai fait",
    "why": "Parce que",
}
# What makes each act a right one, so that only the rights can refuse it.
DATA: dict[str, Data] = {
    "referral_accept": lambda side: {"next_step": "Je vous appelle", "due_on": _coming()},
    "referral_decline": lambda side: {"reason": "no_capacity"},
    "referral_transfer": lambda side: {"to": f"place-{side.rows['colleague'].pk}"},
    "referral_keep": lambda side: {"promise": Promise.objects.get(referral=side.referrals["accepted"]).pk},
    "referral_close": lambda side: {"outcome": "helped"},
    "team_absence": lambda side: {
        "starts_on": _coming() + dt.timedelta(days=30),
        "ends_on": _coming() + dt.timedelta(days=31),
    },
    "team_capacity": lambda side: {"capacity": ""},
    "team_invite": lambda side: {"email": "nouvelle@exemple.example", "role": "adviser"},
    "team_role": lambda side: {"role": side.rows["membership"].role},
    "tracking_satisfaction": lambda side: {"score": 5},
    "close_account": lambda side: {"confirm": "on"},
    "admin:erase_person": lambda side: {"who": side.requests["en cours"].code, "confirm": "on", "decided": "1"},
    "admin:proposal_refuse": lambda side: {"why": "Ce nom n’est pas le vôtre."},
    "admin:triage_route": lambda side: {"organisations": [side.rows["colleague"].pk]},
    "admin:triage_requalify": lambda side: {"topic": side.rows["topic"].pk},
    "admin:triage_merge": lambda side: {"into": side.requests["interrogé"].code},
    "admin:triage_ask": lambda side: {"question": "Combien de postes ?"},
    "admin:triage_reject": lambda side: {"reason": "out_of_scope", "answer": "Nous regrettons."},
    "admin:triage_hand_over": lambda side: {"hub": side.rows["neighbour"].pk},
    "admin:triage_take_back": lambda side: {"referral": side.referrals["sent"].code},
}


@pytest.fixture
def world() -> World:
    return make_world()


def of(role: str, world: World) -> Client:
    """The browser of somebody."""
    client = Client(raise_request_exception=False)
    if person := world.person(role):
        sign_in(client, person)
    return client


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """Play something and take it back, cookies included."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)


def status(answer: HttpResponse, client: Client) -> int:
    """The status of an answer; the administration first leads those whom it refuses to its sign-in page.

    Who must sign in first is led there, and given back what was written (401).
    """
    if answer.status_code == 401 and answer.request["REQUEST_METHOD"] == "POST":
        return 302
    if answer.status_code == 302 and answer["Location"].startswith("/gestion/login/"):
        return client.get(answer["Location"]).status_code
    return answer.status_code


def sides(world: World) -> dict[str, Side]:
    return {"": world.own, "other": world.other}


def test_every_address_has_its_line() -> None:
    lines = {name.partition("~")[0] for name in READ}
    assert set(names()) == lines
    assert {name.partition("~")[0] for name in ACT} <= lines
    assert {model._meta.label_lower for model in admin.site._registry} == set(LISTS)


@pytest.mark.parametrize("role", ROLES)
def test_reading(role: str, world: World) -> None:
    client = of(role, world)
    wrong = []
    for line, expected in READ.items():
        name, _tilde, whose = line.partition("~")
        with undone(client):
            url = address(name, sides(world)[whose])
            got = status(client.get(url), client)
        if got != expected[role]:
            wrong.append(f"{line}: {got}, not {expected[role]}")
    assert not wrong


@pytest.mark.parametrize("role", ROLES)
def test_acting(role: str, world: World) -> None:
    client = of(role, world)
    wrong = []
    for line, expected in _acts(role).items():
        with undone(client):
            got = _act(client, line, world)
        if got not in expected:
            wrong.append(f"{line}: {got}, not {expected}")
    assert not wrong


@pytest.mark.parametrize("role", ROLES)
def test_what_is_refused_changes_nothing(role: str, world: World) -> None:
    client = of(role, world)
    before = everything()
    for line, expected in _acts(role).items():
        if expected <= CLOSED or _must_sign_in(role, line):
            _act(client, line, world)
    assert everything() == before


def _must_sign_in(role: str, line: str) -> bool:
    """Whether the visitor is led to the sign-in page instead."""
    return role == "visitor" and line in READ and READ[line]["visitor"] == 302 != READ[line]["company"]


def _act(client: Client, line: str, world: World) -> int:
    """Act on something of a side, with right data, and return the status."""
    name, _tilde, whose = line.partition("~")
    side = sides(world)[whose]
    data = {**WORDS, **DATA.get(name, lambda side: {})(side)}
    return status(client.post(address(name, side), data), client)


def _acts(role: str) -> dict[str, set[int]]:
    """What acting answers: what the second table says, else that nothing is accepted."""
    nothing = {405, 302} if role == "visitor" else CLOSED
    said = {line: nothing if expected[role] != 404 else {404, 405} for line, expected in READ.items()}
    return said | {line: {expected[role]} for line, expected in ACT.items()}


def everything() -> str:
    """A fingerprint of all the rows of the portal."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label in APPS]
    parts = (f"(SELECT coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {table} t)" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' || '.join(parts)}")
        return str(cursor.fetchone()[0])


def _row(label: str, side: Side, world: World) -> Any:
    """A row of a list of the administration that belongs to a side."""
    rows = {
        "diginor.outgoingmail": side.rows["mail"],
        "members.organisation": side.place,
        "members.hub": side.hub,
        "members.hubrole": side.people["staff"].hub_roles.get(),
        "members.user": side.people["adviser"],
        "members.territory": side.hub.territory,
        "services.topic": side.topic,
        "services.servicerequest": side.requests["en cours"],
        "services.referral": side.referrals["accepted"],
        "services.satisfaction": side.rows["opinion"],
        "services.delayset": side.rows["delays"],
    }
    return rows.get(label) or side.rows[label.partition(".")[2]]


# Everybody at the desk reads these, whatever the hub.
COMMON = {
    "members.territory",
    "members.drawnterritory",
    "members.accreditationround",
    "services.topic",
    "diginor.outgoingmail",
}


@pytest.mark.parametrize("role", ROLES)
def test_lists_of_the_administration(role: str, world: World) -> None:
    client = of(role, world)
    wrong = []
    enters = role in ("staff", "head", "administrator")
    before = everything()
    for label, (desk, administrator) in LISTS.items():
        may = {"staff": desk, "head": desk, "administrator": administrator}.get(role, "")
        for whose, side in sides(world).items() if enters else [("", world.own)]:
            sees = role == "administrator" or not whose or label in COMMON
            for method, action, expected in _expected(role, may, sees):
                args = [] if action in ("changelist", "add") else [_row(label, side, world).pk]
                url = reverse(f"admin:{label.replace('.', '_')}_{action}", args=args)
                got = status(getattr(client, method)(url), client)
                if got != expected:
                    wrong.append(f"{method} {label} {action} {whose}: {got}, not {expected}")
    assert not wrong
    assert everything() == before


def _expected(role: str, may: str, sees: bool) -> Iterator[tuple[str, str, int]]:
    """What each act of a list answers, those that would change something only where they are refused.

    302 leads visitors to the sign-in page, and the desk to the index when its hubs have no such row.
    """
    closed = 302 if role == "visitor" else 403
    found = 200 if sees else 302
    if role not in ("staff", "head", "administrator"):
        # The door of the administration is shut before any list is looked at.
        yield from (("get", "changelist", closed), ("post", "change", closed))
        return
    yield "get", "changelist", 200 if "v" in may else closed
    yield "get", "add", 200 if "a" in may else closed
    yield "get", "change", found if "v" in may else closed
    yield "get", "history", found if "v" in may else closed
    yield "get", "delete", found if "d" in may else closed
    yield from (("post", action, closed) for action in ("add", "change", "delete") if action[0] not in may)
