"""A request handed to another hub: its history follows, the new hub takes over in every way."""

import pytest
from django.test import Client
from django.urls import reverse

from diginor.outbox.delivery import deliver_due
from diginor.outbox.models import OutgoingMail
from diginor.workflow.models import StepRefused
from diginor.workflow.working_days import add_working_days
from members.hubs.models import Hub
from services.requests.enums import ThreadKind
from services.requests.links import tracking_token
from services.requests.models import ServiceRequest
from services.triage import actions as triage
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, region
from tests.factories.services import DelaySetFactory
from tests.services.cast import Desk, fresh

pytestmark = pytest.mark.django_db(transaction=True)


class Neighbours:
    """Grand Ouest above Normandie, where a request is filed, and above Bretagne, which will receive it."""

    def __init__(self) -> None:
        self.desk = Desk.open()
        self.old = self.desk.hub
        self.head = HubFactory(name="Grand Ouest", slug="grand-ouest", is_open=False)
        Hub.objects.filter(pk=self.old.pk).update(
            parent=self.head, name="Normandie", slug="normandie", is_default=True, sender="caen@normandie.example"
        )
        self.new = HubFactory(
            name="Bretagne",
            slug="bretagne",
            parent=self.head,
            territory=region("53"),
            sender="Le guichet breton <rennes@bretagne.example>",
            phone="02 99 00 00 00",
        )
        DelaySetFactory(hub=self.new, triage_reminder=7)
        self.place = OrganisationFactory(member=True, of_hub=self.new, name="Pôle breton")
        self.staff = {
            "old": self.desk.staff,
            "new": UserFactory(staff_of=self.new),
            "head": UserFactory(staff_of=self.head),
        }
        self.asked = self.desk.file(siret="44306184100047")

    def hand_over(self, by: str = "old") -> ServiceRequest:
        """Give the request to the Breton hub."""
        triage.hand_over(self.asked, self.new, why="Son atelier est à Rennes.", by=self.staff[by])
        return fresh(self.asked)

    def sees(self, who: str) -> bool:
        """Whether somebody opens the request at the desk."""
        return browser(self.staff[who]).get(reverse("admin:triage_request", args=[self.asked.code])).status_code == 200


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def two(clock) -> Neighbours:
    return Neighbours()


def test_history_words_and_files_follow(two):
    triage.ask_company(two.asked, question="Où est votre atelier ?", by=two.staff["old"])
    before = list(two.asked.events.order_by("pk").values_list("pk", flat=True))
    row = two.hand_over()
    assert list(row.events.order_by("pk").values_list("pk", flat=True))[: len(before)] == before
    assert row.messages.of_thread(ThreadKind.SHARED).get().body == "Où est votre atelier ?"
    last = row.events.order_by("pk").last()
    assert (last.step, last.why, last.data) == (
        "hand_over",
        "Son atelier est à Rennes.",
        {"from_hub": "Normandie", "to_hub": "Bretagne"},
    )
    page = browser(two.staff["new"]).get(reverse("admin:triage_request", args=[row.code])).content.decode()
    assert "Son atelier est à Rennes." in page
    assert "Où est votre atelier" in page


def test_the_old_hub_sees_it_no_more_its_head_still_does(two):
    assert (two.sees("old"), two.sees("new"), two.sees("head")) == (True, False, True)
    two.hand_over()
    assert (two.sees("old"), two.sees("new"), two.sees("head")) == (False, True, True)


def test_the_company_stays_known_by_both(two):
    two.hand_over()
    assert set(two.asked.organisation.known_by.all()) == {two.old, two.new}


def test_the_delays_and_the_turn_are_those_of_the_new_hub(two, clock):
    row = two.hand_over()
    assert (row.hub, row.responsible, row.asked_at) == (two.new, "hub", None)
    assert row.due_at == add_working_days(clock.now, 7)


def test_the_tracking_page_says_the_new_hub(two):
    row = two.hand_over()
    page = Client().get(reverse("tracking", args=[tracking_token(row)])).content.decode()
    assert "Bretagne" in page
    assert "02 99 00 00 00" in page
    assert "Normandie" not in page


def test_mails_leave_from_the_new_hub_under_its_name(two, smtp):
    deliver_due()
    (received,) = smtp.to(two.asked.contact_email)
    assert str(received["From"]) == "Normandie <caen@normandie.example>"
    assert "--\nNormandie, Le guichet du numérique" in received.get_body(("plain",)).get_content().replace("\r\n", "\n")
    row = two.hand_over()
    deliver_due()
    told = smtp.wait_for(row.contact_email, "change de guichet")
    assert str(told["From"]) == "Le guichet breton <rennes@bretagne.example>"
    assert "--\nBretagne, Le guichet du numérique" in told.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "02 99 00 00 00" in told.get_body(("plain",)).get_content()
    (desk,) = smtp.to(two.staff["new"].email)
    assert str(desk["From"]) == "Le guichet breton <rennes@bretagne.example>"
    assert not smtp.to(two.staff["head"].email)


def test_a_hub_without_an_address_writes_from_that_of_the_portal_in_its_own_name(two, smtp, settings):
    settings.DEFAULT_FROM_EMAIL = "DIGINOR <portail@diginor.example>"
    Hub.objects.filter(pk=two.new.pk).update(sender="")
    two.new.refresh_from_db()
    two.hand_over()
    deliver_due()
    told = smtp.wait_for(two.asked.contact_email, "change de guichet")
    assert str(told["From"]) == "Bretagne <portail@diginor.example>"


def test_where_nobody_keeps_the_new_hub_its_head_is_told(two):
    two.staff["new"].hub_roles.all().delete()
    two.hand_over()
    told = OutgoingMail.objects.filter(kind="HandOverReceived").order_by("pk").values_list("recipient", flat=True)
    assert list(told) == [two.staff["head"].email]


def test_only_open_hubs_are_offered_and_taken(two):
    page = browser(two.staff["head"]).get(reverse("admin:triage_request", args=[two.asked.code]))
    offered = list(page.context["steps"]["hand_over"].fields["hub"].queryset)
    assert offered == [two.new]
    with pytest.raises(StepRefused):
        triage.hand_over(two.asked, two.head, why="Plus haut", by=two.staff["head"])
    assert fresh(two.asked).hub == two.old


def test_the_new_hub_routes_to_its_own_organisations(two):
    row = two.hand_over()
    page = browser(two.staff["new"]).get(reverse("admin:triage_request", args=[row.code]))
    assert [verdict.organisation.id for verdict in page.context["others"]] == [two.place.pk]
    triage.route(row, [two.place], by=two.staff["new"])
    assert fresh(row).responsible_organisation == two.place


def test_staff_of_the_head_hand_over_from_one_child_to_another_in_the_desk(two):
    client = browser(two.staff["head"])
    step = reverse("admin:triage_hand_over", args=[two.asked.code])
    assert client.post(step, {"hub": two.new.pk, "why": "Rennes"}).status_code == 302
    assert fresh(two.asked).hub == two.new
    queue = client.get(reverse("admin:triage")).context["queue_pane"]
    assert [(line["row"].pk, line["hub"]) for line in queue.lines] == [(two.asked.pk, two.new)]
