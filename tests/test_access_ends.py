"""Every end of a referral × everything of the request that could reach its organisation."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.workflow.history import Party
from diginor.workflow.models import StepRefused
from members.organisations.models import Organisation
from services.requests.actions import clock as clock_actions
from services.requests.actions import company, erasure, thread
from services.requests.actions import referral as actions
from services.requests.enums import ReferralState, RequestState, ThreadKind
from services.requests.models import Message, Referral, ServiceRequest
from services.triage import actions as triage
from tests.access_table import read_ends
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import AttachmentFactory, ReferralFactory, RequestFactory, TopicFactory

pytestmark = pytest.mark.django_db
ENDS = read_ends()
# The marks planted in each thing.
MARKS = {
    "contact": ["Anne Personne", "anne@personne.example", "02 33 11 22 33", "0233112233"],
    "need": ["BESOIN", "REPONSE"],
    "theirs": ["DELACHAMBRE", "DELENTREPRISE"],
    "internal": ["INTERNEAVANT"],
    "others": ["Chambre Voisine"],
    "word": ["MOTDELEQUIPE"],
    "own": ["MAPAROLE"],
    "later": ["APRES"],
}


@dataclass
class Story:
    """A request given to two organisations, one of which loses it."""

    clock: Any
    hub: Any = field(default_factory=HubFactory)
    copied: str = ""

    def __post_init__(self) -> None:
        """File it, and let everybody say something."""
        self.staff = UserFactory(staff_of=self.hub)
        self.place: Organisation = OrganisationFactory(of_hub=self.hub, name="Pôle d’ici")
        self.other = OrganisationFactory(of_hub=self.hub, name="Chambre Voisine")
        self.adviser = UserFactory(manager_of=self.place)
        self.request: ServiceRequest = RequestFactory(
            hub=self.hub, routed=True, referral=None, responsible_organisation=self.place, need="BESOIN",
            answers=[{"label": "Quoi ?", "text": "REPONSE"}], contact_name="Anne Personne",
            contact_email="anne@personne.example", contact_phone="02 33 11 22 33",
        )  # fmt: skip
        self.mine = ReferralFactory(
            request=self.request, organisation=self.place, staff_note="MOTDELEQUIPE 02 33 11 22 33"
        )
        self.theirs = ReferralFactory(request=self.request, organisation=self.other)
        self.helper = UserFactory(adviser_of=self.other)
        self.files = {"filed": AttachmentFactory(request=self.request)}
        self.tick()
        self.say("own", self.adviser, "MAPAROLE", referral=self.mine)
        self.say("theirs", self.helper, "DELACHAMBRE", referral=self.theirs)
        self.say("theirs", Party.COMPANY, "DELENTREPRISE")
        self.say("internal", self.staff, "INTERNEAVANT", thread=ThreadKind.INTERNAL)
        self.tick()

    def tick(self) -> None:
        """Let a minute pass."""
        self.clock.advance(minutes=1)

    def say(self, name: str, by: Any, body: str, **more: Any) -> None:
        """Write with a file."""
        file = ContentFile(b"%PDF-1.7\n%plan", name=f"{body}.pdf")
        file.content_type = "application/pdf"  # type: ignore[attr-defined]
        row = thread.write(self.request, by=by, body=body, files=[file], **more)
        self.files[f"{name}-{body}"] = row.attachments.get()

    def end(self, end: str) -> None:
        """Bring the referral to its end."""
        if end in ("accepted", "closed", "successor", "erased", "transferred"):
            actions.accept(self.mine, by=self.adviser)
            self.tick()
        if end in ("closed", "successor", "erased"):
            actions.close(self.mine, outcome="helped", note="Fait", by=self.adviser)
        elif end == "declined":
            actions.decline(self.mine, reason="no_capacity", by=self.adviser)
        elif end == "expired":
            actions.expire(self.request, self.mine)
        elif end == "taken":
            actions.take_back(self.mine, by=self.staff, why="Repris")
        elif end == "withdrawn":
            company.withdraw(self.request, by=Party.COMPANY)
        elif end == "transferred":
            actions.transfer(self.mine, by=self.adviser, organisation=OrganisationFactory(of_hub=self.hub))
        if end == "successor":
            after = OrganisationFactory(of_hub=self.hub)
            Organisation.objects.filter(pk=self.place.pk).update(succeeded_by=after)
            self.adviser = UserFactory(manager_of=after)
        self.tick()

    def go_on(self) -> None:
        """Let the others work, write and requalify after the end."""
        self.request.refresh_from_db()
        if self.request.is_open:
            self.say("later", self.helper, "APRESCHAMBRE", referral=self.theirs)
            self.say("later", Party.COMPANY, "APRESENTREPRISE")
            self.say("later", self.staff, "APRESINTERNE", thread=ThreadKind.INTERNAL)
            actions.accept(self.theirs, by=self.helper, next_step="APRESPROMESSE")
            self.tick()
            actions.transfer(
                self.theirs, by=self.helper, organisation=OrganisationFactory(of_hub=self.hub, name="APRESTRANSFERT")
            )
        self.files["later"] = AttachmentFactory(request=self.request, name="APRESFICHIER.pdf")

    def read(self) -> tuple[int, str]:
        """All the text that reaches somebody of the organisation, and the status of the page."""
        client = Client()
        client.force_login(self.adviser)
        page = client.get(self.mine.get_absolute_url())
        lists = [f"{reverse('inbox')}?vue=terminees&structure={self.place.slug}", reverse("inbox"), reverse("team")]
        lists += [f"{reverse('inbox')}?vue={view}" for view in ("en-cours", "en-retard")]
        lists += [reverse("my_requests"), reverse("organisation_edit")]
        texts = [client.get(url).content.decode() for url in lists]
        # The copy of one's data names the mails received, which were all written before the end.
        with ZipFile(BytesIO(b"".join(client.get(reverse("my_data_export")).streaming_content))) as copy:  # type: ignore[attr-defined]
            self.copied = "\n".join(copy.read(name).decode(errors="replace") for name in copy.namelist())
        shown = page.content.decode() if page.status_code == 200 else ""
        # The choices of a form name the organisations of the hub, whatever they have.
        return page.status_code, re.sub(r"<option.*?</option>", "", "\n".join([shown, *texts]), flags=re.DOTALL)

    def opened(self) -> dict[str, bool]:
        """Which files open, by their address alone."""
        client = Client()
        client.force_login(self.adviser)
        return {name: client.get(row.get_absolute_url()).status_code == 200 for name, row in self.files.items()}


@pytest.fixture
def story(clock: Any) -> Story:
    return Story(clock)


@pytest.mark.parametrize("end", ENDS)
def test_what_an_end_leaves_to_read(end: str, story: Story) -> None:
    story.end(end)
    story.go_on()
    before = OutgoingMail.objects.count()
    if end == "erased":
        erasure.erase(story.request)
    status, text = story.read()

    expected = ENDS[end]
    assert status == expected["page"]
    wrong = [
        f"{thing}: {mark}"
        for thing, marks in MARKS.items()
        for mark in marks
        if thing != "later" and (mark in text) != bool(expected[thing]) and mark != "0233112233"
    ]
    assert not wrong
    if not expected["contact"]:
        assert "0233112233" not in text
    found = set(re.findall("APRES[A-Z]*", text + story.copied))
    assert bool(found) == bool(expected["later"]), found
    # What was erased takes its mails with it, and writes no other to whoever had lost the request.
    assert OutgoingMail.objects.count() == (0 if end == "erased" else before)


@pytest.mark.parametrize("end", [end for end in ENDS if end != "erased"])
def test_which_files_an_end_leaves_to_open(end: str, story: Story) -> None:
    story.end(end)
    story.go_on()

    wrong = [name for name, opens in story.opened().items() if opens != bool(ENDS[end][name.partition("-")[0]])]
    assert not wrong


@pytest.mark.parametrize("end", ["declined", "expired", "taken", "closed"])
def test_who_lost_a_request_is_written_to_no_more(end: str, story: Story) -> None:
    story.end(end)
    told = set(OutgoingMail.objects.filter(recipient=story.adviser.email).values_list("pk", flat=True))
    story.go_on()
    clock_actions.follow_up_due(story.request.created_at)

    assert set(OutgoingMail.objects.filter(recipient=story.adviser.email).values_list("pk", flat=True)) == told


@pytest.mark.parametrize("end", [end for end in ENDS if end not in ("sent", "accepted", "transferred", "erased")])
def test_nothing_can_be_done_with_an_ended_referral(end: str, story: Story) -> None:
    story.end(end)
    client = Client()
    client.force_login(story.adviser)
    rows, words = Referral.objects.order_by("pk"), Message.objects.count()
    before = list(rows.values())
    for step in ("accept", "decline", "transfer", "close", "call", "write"):
        for data in ({}, {"internal-body": "x", "shared-body": "x", "to": "x", "note": "x", "outcome": "helped"}):
            answer = client.post(reverse(f"referral_{step}", args=[story.mine.code]), data)
            assert answer.status_code == 302, step
    assert (list(rows.values()), Message.objects.count()) == (before, words)


def test_a_page_left_open_writes_nothing_after_the_end(story: Story) -> None:
    stale = Referral.objects.select_related("organisation").get(pk=story.mine.pk)
    story.end("declined")
    with pytest.raises(StepRefused):
        thread.write(story.request, body="x", by=story.adviser, referral=stale)


def test_a_new_topic_and_hub_are_not_told_to_who_lost_the_request(story: Story) -> None:
    actions.decline(story.theirs, reason="no_capacity", by=story.helper)
    story.end("declined")
    story.request.refresh_from_db()
    assert story.request.state == RequestState.TO_REROUTE
    told = story.request.subject
    triage.requalify(story.request, topic=TopicFactory(name="APRESSUJET"), by=story.staff)
    triage.hand_over(story.request, HubFactory(name="APRESGUICHET", slug="autre"), why="", by=story.staff)
    _status, text = story.read()

    assert "APRES" not in text
    assert text.count(told) >= 2


def test_the_files_of_a_duplicate_joined_later_stay_unknown(story: Story) -> None:
    duplicate = RequestFactory(hub=story.hub)
    file = AttachmentFactory(request=duplicate)
    story.end("closed")
    triage.merge(duplicate, story.request, by=story.staff)
    client = Client()
    client.force_login(story.adviser)

    assert client.get(file.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("state", ReferralState.values)
def test_the_page_of_any_state_says_why_and_costs_no_more(state: str, story: Story) -> None:
    def cost() -> tuple[int, str]:
        client = Client()
        client.force_login(story.adviser)
        with CaptureQueriesContext(connection) as queries:
            text = client.get(story.mine.get_absolute_url()).content.decode()
        return len(queries), text

    story.end("accepted")
    live, text = cost()
    assert "plus rien ne s’y change" not in text
    more = {"outcome": "helped", "decline_reason": "other"}
    Referral.objects.filter(pk=story.mine.pk).update(state=state, ended_at=timezone.now(), **more)
    spent, text = cost()
    assert spent <= live
    if state in ("declined", "expired", "cancelled"):
        assert "votre propre part" in text
    elif state == "closed":
        assert "telle qu’elle était" in text
