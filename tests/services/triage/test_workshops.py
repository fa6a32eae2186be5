"""A workshop: many companies file from one room, and their number alone makes none of them suspect."""

from collections import Counter

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diginor.attempts.throttle import network
from diginor.registries.tasks import expire_personal_data
from services.filing import actions as filing
from services.requests import throttle
from services.requests.actions import workshops
from services.requests.enums import Suspicion
from services.requests.models import ServiceRequest, Workshop
from tests.factories.members import HubFactory, UserFactory, commune
from tests.factories.services import RequestFactory
from tests.factories.workshops import WorkshopFactory
from tests.services.cast import Desk, fresh, mails_of, run_clock
from tests.services.filing_walk import CONTACT, send, write_draft
from tests.services.requests.test_races import at_once
from tests.visitor import seal_of

pytestmark = pytest.mark.django_db

ROOM, ELSEWHERE = "203.0.113.7", "198.51.100.4"
ROOM_6, NEIGHBOUR_6 = "2001:db8:7:1:aaaa::1", "2001:db8:7:2::1"
MANY = str(Suspicion.MANY_FROM_ADDRESS)
LIST, ADD = "admin:services_workshop_changelist", "admin:services_workshop_add"


@pytest.fixture
def desk(clock):
    clock.set("2026-03-10 10:00")
    return Desk.open()


def file_from(origin, *, email="", others=()):
    """Count a filing as the last step does, then file it; what it is suspected of."""
    draft = RequestFactory(draft=True)
    origin = network(origin)
    contact = {"contact_name": "Anne Morel", "contact_email": email or draft.contact_email}
    verdict = throttle.filing(origin, contact["contact_email"])
    assert not verdict.is_refused
    filing.finish(draft, contact=contact, origin=origin, suspicions=[*others, *verdict.suspicions])
    return fresh(draft).suspicions


def marks(origin, number):
    """What each of so many filings is suspected of."""
    return [file_from(origin) for _number in range(number)]


def test_without_a_workshop_the_eleventh_is_marked(desk):
    assert marks(ROOM, 11) == [[]] * 10 + [[MANY]]


def test_all_that_are_expected_are_filed_as_others_and_the_desk_hears_of_each(desk):
    workshop = WorkshopFactory(expected=15)
    assert marks(ROOM, 15) == [[]] * 15
    assert fresh_workshop(workshop).filings == 15
    assert not ServiceRequest.objects.filter(is_suspect=True).exists()
    assert len(mails_of("RequestReceived")) == 15


def fresh_workshop(workshop):
    return Workshop.objects.get(pk=workshop.pk)


def test_beyond_what_is_expected_the_marks_come_back_and_staff_are_told(desk, clock):
    WorkshopFactory(hub=desk.hub, expected=12)
    assert marks(ROOM, 12) == [[]] * 12
    draft = RequestFactory(draft=True, hub=desk.hub, topic=desk.topic)
    late = throttle.filing(ROOM, "tard@atelier.example")
    contact = {"contact_name": "Paul", "contact_email": "tard@atelier.example"}
    filing.finish(draft, contact=contact, origin=ROOM, suspicions=late.suspicions)
    assert fresh(draft).suspicions == [MANY]
    clock.set("2026-03-10 13:00")
    run_clock()
    assert mails_of("RequestsToCheck") == [desk.staff.email]


def test_every_other_doubt_remains(desk):
    WorkshopFactory()
    marks(ROOM, 11)
    assert file_from(ROOM, others=["honeypot", "too_fast"]) == ["honeypot", "too_fast"]
    assert [file_from(ROOM, email="meme@atelier.example") for _number in range(5)] == [[]] * 4 + [["many_from_email"]]


@pytest.mark.parametrize("state", ["over", "coming"])
def test_before_and_after_it_changes_nothing(desk, state):
    workshop = WorkshopFactory(**{state: True})
    assert marks(ROOM, 11)[-1] == [MANY]
    assert fresh_workshop(workshop).filings == 0


def test_it_opens_and_ends_at_its_instants(desk, clock):
    workshop = WorkshopFactory(hours=1)
    marks(ROOM, 11)
    clock.advance(minutes=59)
    assert file_from(ROOM) == []
    assert fresh_workshop(workshop).is_open
    clock.advance(minutes=1)
    assert not fresh_workshop(workshop).is_open
    marks(ROOM, 11)
    assert fresh_workshop(workshop).filings == 12


def test_another_address_is_no_part_of_it(desk):
    WorkshopFactory()
    assert marks(ELSEWHERE, 11)[-1] == [MANY]


def test_in_ipv6_the_room_is_its_network(desk):
    WorkshopFactory(address=network(ROOM_6))
    room = [f"2001:db8:7:1::{number}" for number in range(1, 12)]
    assert [file_from(origin) for origin in room] == [[]] * 11
    assert marks(NEIGHBOUR_6, 11)[-1] == [MANY]


def test_two_workshops_in_one_building_add_up(desk):
    first, second = WorkshopFactory(expected=6), WorkshopFactory(expected=6)
    assert marks(ROOM, 13) == [[]] * 12 + [[MANY]]
    assert [fresh_workshop(row).filings for row in (first, second)] == [6, 6]


def test_what_was_not_filed_takes_no_place(desk):
    workshop, draft = WorkshopFactory(), RequestFactory(draft=True)
    contact = {"contact_name": "Anne", "contact_email": "anne@atelier.example"}
    filing.finish(draft, contact=contact, origin=ROOM)
    with pytest.raises(filing.StepRefused):
        filing.finish(draft, contact=contact, origin=ROOM)
    assert fresh_workshop(workshop).filings == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_each_takes_one_place_and_none_that_is_not_there():
    workshop = WorkshopFactory(expected=5)
    results = at_once(*[lambda: Workshop.objects.take_place(ROOM) or "full" for _number in range(12)])
    assert Counter(results) == {True: 5, "full": 7}
    assert fresh_workshop(workshop).filings == 5


def test_the_real_pages_file_from_the_room(clock):
    commune("50218", "Granville", "50400")
    WorkshopFactory(address=network(ROOM_6))
    for number in range(12):
        client = Client(REMOTE_ADDR=f"2001:db8:7:1::{number}")
        write_draft(client)
        clock.advance(seconds=30)
        send(client, "filing_contact", CONTACT, contact_email=f"anne{number}@menuiserie.example")
    assert list(ServiceRequest.objects.filed().order_by("pk").values_list("is_suspect", flat=True)) == [False] * 12


LIMITS = {
    "filings": (lambda who: not throttle.filing(ROOM, who).is_refused, 40, 43),
    "drafts": (lambda _who: throttle.may_open_draft(ROOM), 60, 66),
    "look-ups": (lambda _who: throttle.may_look_up(ROOM), 30, 36),
    "links": (lambda who: throttle.may_mail_link(ROOM, who), 20, 23),
}


@pytest.mark.parametrize(("act", "usual", "raised"), LIMITS.values(), ids=LIMITS)
def test_limits_rise_by_those_who_are_expected_and_no_further(act, usual, raised):
    tried = [act(f"anne{number}@atelier.example") for number in range(usual + 1)]
    assert tried == [True] * usual + [False]
    WorkshopFactory(expected=3)
    more = [act(f"paul{number}@atelier.example") for number in range(raised - usual)]
    assert more == [True] * (raised - usual - 1) + [False]


def staff_client(person, origin=ROOM):
    client = Client(REMOTE_ADDR=origin)
    client.force_login(person)
    return client


def sheet(hub, **changes):
    """What the page sends."""
    facts = {"hub": hub.pk, "address": ROOM, "opens_at_0": "2026-03-10", "opens_at_1": "10:00:00"}
    return {**facts, "hours": 4, "expected": 30, **changes}


def test_the_page_begins_with_the_room_where_staff_stand(desk):
    shown = staff_client(desk.staff, ROOM_6).get(reverse(ADD)).context["adminform"].form
    first = {name: shown.get_initial_for_field(shown.fields[name], name) for name in ("hub", "address", "hours")}
    assert first == {"hub": desk.hub.pk, "address": network(ROOM_6), "hours": 4}
    assert shown["opens_at"].initial == timezone.now()


def test_staff_open_one_and_it_works_at_once(desk):
    answer = staff_client(desk.staff).post(reverse(ADD), sheet(desk.hub, address=ROOM_6, hours=2))
    assert answer.status_code == 302
    workshop = Workshop.objects.get()
    assert (workshop.address, workshop.hub, workshop.is_open) == (network(ROOM_6), desk.hub, True)
    assert workshop.ends_at - workshop.opens_at == timezone.timedelta(hours=2)
    assert marks(ROOM_6, 11) == [[]] * 11


WRONG = {
    "address": {"address": "203.0.113"},
    "no-hours": {"hours": 0},
    "days": {"hours": 25},
    "for-ever": {"hours": 2147483648},
    "nobody": {"expected": 0},
    "a-crowd": {"expected": 201},
    "over": {"opens_at_0": "2026-03-09"},
    "far": {"opens_at_0": "2026-08-01"},
    "the-end-of-time": {"opens_at_0": "9999-12-31", "opens_at_1": "23:59:59"},
    "the-beginning": {"opens_at_0": "0001-01-01", "opens_at_1": "00:00:00"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_makes_no_sense_is_refused_beside_its_field(desk, wrong):
    answer = staff_client(desk.staff).post(reverse(ADD), sheet(desk.hub, **wrong))
    assert answer.status_code == 200
    (field,) = answer.context["adminform"].form.errors
    assert field == next(iter(wrong)).removesuffix("_0")
    assert not Workshop.objects.exists()


@pytest.mark.parametrize("wrong", [{"hours": 25}, {"hours": 0}, {"expected": 201}, {"expected": 0}], ids=str)
def test_the_database_bounds_them_too(wrong):
    with pytest.raises(IntegrityError):
        WorkshopFactory(**wrong)


def test_staff_see_and_open_those_of_their_hubs_only(desk):
    other = HubFactory(name="Guichet de Bretagne")
    theirs = WorkshopFactory(hub=other)
    client = staff_client(desk.staff)
    assert client.post(reverse(ADD), sheet(other)).context["adminform"].form.errors.keys() == {"hub"}
    assert list(client.get(reverse(LIST)).context["cl"].queryset) == []
    assert client.get(change(theirs)).status_code == 302
    act = {"action": "close_now", "_selected_action": [theirs.pk]}
    client.post(reverse(LIST), act)
    assert fresh_workshop(theirs).is_open
    administrator = staff_client(UserFactory(administrator=True))
    assert list(administrator.get(reverse(LIST), {"q": "bretagne"}).context["cl"].queryset) == [theirs]


def change(workshop):
    return reverse("admin:services_workshop_change", args=[workshop.pk])


def test_one_is_closed_early_once_and_the_journal_says_by_whom(desk, clock):
    workshop, coming = WorkshopFactory(hub=desk.hub), WorkshopFactory(hub=desk.hub, coming=True)
    marks(ROOM, 11)
    clock.advance(minutes=30)
    act = {"action": "close_now", "_selected_action": [workshop.pk, coming.pk]}
    answer = staff_client(desk.staff).post(reverse(LIST), act, follow=True)
    assert "1 atelier fermé." in answer.content.decode()
    assert fresh_workshop(workshop).ends_at == clock.now
    assert fresh_workshop(coming).ends_at == coming.ends_at
    assert file_from(ROOM) == [MANY]
    assert not workshops.close(workshop, by=desk.staff)
    (entry,) = LogEntry.objects.order_by("pk")
    assert (entry.user, entry.object_id) == (desk.staff, str(workshop.pk))
    assert ROOM not in entry.object_repr + entry.change_message


def test_a_change_keeps_the_places_taken_and_moves_the_end(desk):
    workshop = WorkshopFactory(hub=desk.hub)
    marks(ROOM, 3)
    client = staff_client(desk.staff)
    data = sheet(desk.hub, hours=6, expected=40) | seal_of(client, change(workshop))
    assert client.post(change(workshop), data).status_code == 302
    changed = fresh_workshop(workshop)
    assert (changed.filings, changed.expected) == (3, 40)
    assert changed.ends_at - changed.opens_at == timezone.timedelta(hours=6)


def test_one_that_is_over_is_only_read(desk):
    client, workshop = staff_client(desk.staff), WorkshopFactory(hub=desk.hub, over=True)
    assert client.get(change(workshop)).status_code == 200
    assert client.post(change(workshop), sheet(desk.hub)).status_code == 403


def test_the_way_there_stands_beside_the_queue(desk):
    client = staff_client(desk.staff)
    for page in ("admin:index", "admin:triage"):
        assert f'href="{reverse(LIST)}">Ateliers</a>' in client.get(reverse(page)).content.decode()


def test_the_address_goes_a_week_after_the_end_and_the_numbers_stay(desk, clock):
    workshop = WorkshopFactory(hub=desk.hub)
    marks(ROOM, 2)
    clock.set(workshop.ends_at + timezone.timedelta(days=6, hours=23))
    expire_personal_data()
    assert fresh_workshop(workshop).address == ROOM
    clock.advance(hours=1)
    expire_personal_data()
    forgotten = fresh_workshop(workshop)
    assert (forgotten.address, forgotten.filings, forgotten.hub) == (None, 2, desk.hub)
    assert staff_client(desk.staff).get(change(workshop)).status_code == 200
