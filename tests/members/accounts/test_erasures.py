"""Erasing a person at their request: the page, the command, what each role may, and taking one's data away."""

import json
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.registries.personal_data import ERASED
from diginor.registries.tasks import expire_personal_data
from diginor.workflow.history import Party
from members.accounts.models import Erasure
from members.directory.models import SheetEvent, SheetProposal
from members.organisations.models import Organisation
from members.people.actions.teams import close_account
from members.people.models import Invitation, User
from services.filing import actions as filing
from services.requests.actions import thread
from services.triage import actions as triage
from tests.factories.members import (
    HubFactory,
    InvitationFactory,
    OrganisationFactory,
    SheetProposalFactory,
    UserFactory,
)
from tests.factories.services import AttachmentFactory, MessageFactory, RequestFactory, SatisfactionFactory
from tests.filled import some
from tests.services.cast import Desk, fresh

pytestmark = pytest.mark.django_db
ANNE = "anne1@atelier.example"
PAGE = "/gestion/effacer/"


@pytest.fixture
def desk(clock):
    return Desk.open()


@pytest.fixture
def head(desk, client):
    client.force_login(desk.head)
    return client


@pytest.fixture
def administrator(client):
    client.force_login(UserFactory(administrator=True))
    return client


def erase(client, who):
    """Press the last button, once what would go was read."""
    return client.post(PAGE, {"who": who, "decided": "1", "confirm": "on"})


class TestPage:
    """Whom, what would go and what stays, then the act."""

    def test_the_preview_says_what_goes_and_what_stays_and_erases_nothing(self, desk, head):
        asked = desk.file()
        text = head.post(PAGE, {"who": ANNE}).content.decode()
        assert asked.code in text
        assert "retirée d’abord" in text
        assert "Le sujet, la taille, le secteur" in text
        assert "Vous effacez ce que vos guichets tiennent" in text
        assert fresh(asked).erased_at is None
        assert not Erasure.objects.exists()

    def test_without_the_clear_word_nothing_goes(self, desk, head):
        asked = desk.file()
        answer = head.post(PAGE, {"who": ANNE, "decided": "1"})
        assert answer.status_code == 422
        assert "Cochez cette case pour effacer." in answer.content.decode()
        assert fresh(asked).erased_at is None

    def test_the_act_erases_and_is_noted_without_the_identity(self, desk, head):
        asked = desk.file()
        answer = erase(head, ANNE)
        assert answer.url == reverse("admin:members_erasure_changelist")
        assert fresh(asked).erased_at
        note = Erasure.objects.get()
        assert (note.by, note.scope, note.erased, note.failed) == (desk.head, "hubs", {"requests": 1}, 0)
        assert ANNE not in head.get(answer.url).content.decode()

    def test_a_second_act_changes_nothing_and_notes_nothing(self, desk, head):
        desk.file()
        erase(head, ANNE)
        assert erase(head, ANNE).status_code == 302
        assert Erasure.objects.count() == 1

    def test_one_numbered_request_goes_alone(self, desk, head):
        first, second = desk.file(), desk.file()
        erase(head, f" {first.code.lower()} ")
        assert fresh(first).erased_at
        assert fresh(second).erased_at is None
        assert Erasure.objects.get().scope == "request"

    @pytest.mark.parametrize("who", ["", "   "])
    def test_nobody_is_a_fault_beside_the_field(self, head, who):
        answer = head.post(PAGE, {"who": who})
        assert answer.status_code == 422
        assert "Écrivez l’adresse électronique" in answer.content.decode()

    @pytest.mark.parametrize("who", ["personne@ailleurs.example", "ABCDEFGHJK", "œ'\"%<"])
    def test_an_unknown_person_is_said_unknown(self, head, who):
        assert "Rien à effacer" in head.post(PAGE, {"who": who}).content.decode()

    def test_another_hub_is_out_of_reach_and_not_told(self, desk, head):
        elsewhere = RequestFactory(hub=HubFactory(), contact_email=ANNE)
        assert "Rien à effacer" in head.post(PAGE, {"who": ANNE}).content.decode()
        assert "Rien à effacer" in head.post(PAGE, {"who": elsewhere.code}).content.decode()
        erase(head, ANNE)
        erase(head, elsewhere.code)
        assert fresh(elsewhere).erased_at is None

    def test_the_list_of_requests_leads_to_it_for_those_who_may(self, desk, client):
        asked = desk.file()
        url = reverse("admin:services_servicerequest_changelist")
        data = {"action": "erase", "_selected_action": [asked.pk]}
        client.force_login(desk.head)
        answer = client.post(url, data)
        assert answer.url == f"{PAGE}?demande={asked.code}"
        assert asked.code in client.get(answer.url).content.decode()
        client.force_login(desk.staff)
        assert "Effacer la personne" not in client.get(url).content.decode()

    def test_the_list_chooses_one_request_at_a_time(self, desk, head):
        keys = [desk.file().pk, desk.file().pk]
        url = reverse("admin:services_servicerequest_changelist")
        answer = head.post(url, {"action": "erase", "_selected_action": keys}, follow=True)
        assert "Choisissez une seule demande" in answer.content.decode()

    def test_a_failure_is_told_and_the_rest_is_done(self, desk, administrator):
        asked = desk.file()
        last = UserFactory(email=ANNE, manager_of=OrganisationFactory())
        text = erase(administrator, ANNE).content.decode()
        assert "dernière responsable" in text
        assert fresh(asked).erased_at
        last.refresh_from_db()
        assert last.is_active
        assert Erasure.objects.get().failed == 1


class TestEverywhere:
    """What an administrator erases of an address: all of it."""

    def test_no_part_keeps_the_address(self, desk, administrator):
        person = UserFactory(email=ANNE, first_name="Anne", last_name="Morel", adviser_of=desk.places[0])
        desk.file()
        InvitationFactory(email=ANNE.upper())
        SheetProposalFactory(proposed_by=person, values={"name": "Atelier", "public_email": ANNE})
        shown = OrganisationFactory(public_email=ANNE, public_phone="0231000000")
        LogEntry.objects.create(user=desk.head, object_id="1", object_repr=ANNE, action_flag=CHANGE, change_message="")
        Client().force_login(person)
        assert Session.objects.count() == 2
        erase(administrator, ANNE)
        for model in (User, Invitation, SheetProposal, Organisation, OutgoingMail, LogEntry):
            assert ANNE not in str(list(model.objects.values())).lower(), model
        shown.refresh_from_db()
        assert (shown.public_email, shown.public_phone) == ("", "")
        assert LogEntry.objects.get().object_repr == ERASED
        assert Session.objects.count() == 1
        assert Erasure.objects.get().scope == "person"

    def test_a_mail_to_others_that_quotes_the_address_goes(self, administrator):
        facts = {"kind": "Test", "recipient": "x@a.example", "subject": "a"}
        OutgoingMail.objects.create(dedupe_key="1", text=f"Écrivez à {ANNE}", **facts)
        OutgoingMail.objects.create(dedupe_key="2", text="Bonjour", **facts)
        erase(administrator, ANNE)
        assert OutgoingMail.objects.get().dedupe_key == "2"

    def test_what_others_hold_stays(self, desk, administrator):
        other = UserFactory()
        InvitationFactory(email=other.email)
        SheetProposalFactory(proposed_by=other)
        desk.file()
        erase(administrator, ANNE)
        assert Invitation.objects.exists()
        assert SheetProposal.objects.exists()
        assert User.objects.filter(email=other.email, is_active=True).exists()

    def test_an_accepted_proposal_stays_as_the_history_of_the_sheet(self, administrator):
        person = UserFactory(email=ANNE)
        SheetProposalFactory(proposed_by=person, state="accepted")
        erase(administrator, ANNE)
        assert SheetProposal.objects.exists()


def test_closing_an_account_leaves_its_name_in_no_sheet_journal_or_service_that_signs_in():
    person, other = UserFactory(first_name="Zélie"), UserFactory(first_name="Zélie")
    proposal = SheetProposalFactory()
    for who in (person, other):
        SheetEvent.objects.create(proposal=proposal, party=Party.HUB, by=who, by_name=str(who), step="accept")
        SocialAccount.objects.create(user=who, provider="proconnect", uid=who.email)
        kind = ContentType.objects.get_for_model(who)
        facts = {"content_type": kind, "object_id": str(who.pk), "object_repr": str(who), "change_message": str(who)}
        LogEntry.objects.create(user=other, action_flag=CHANGE, **facts)
    close_account(person)
    assert SheetEvent.objects.get(by=person).by_name == ""
    assert SheetEvent.objects.get(by=other).by_name == str(other)
    assert [row.user for row in SocialAccount.objects.all()] == [other]
    lines = LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")
    assert list(lines) == [(ERASED, ""), (str(other), str(other))]


class TestCommand:
    """The same from the command line."""

    def run(self, *args):
        out = StringIO()
        call_command("erase_person", *args, stdout=out)
        return out.getvalue()

    def test_it_shows_then_erases_with_a_clear_word(self, desk):
        asked = desk.file()
        assert "Nothing is erased yet" in self.run(ANNE)
        assert fresh(asked).erased_at is None
        assert "Erased: " in self.run(ANNE, "--yes")
        assert fresh(asked).erased_at
        assert Erasure.objects.get().by is None
        assert self.run(ANNE, "--yes") == "Nothing is held of this person.\n"

    def test_what_could_not_go_is_an_error(self):
        UserFactory(email=ANNE, manager_of=OrganisationFactory())
        with pytest.raises(CommandError, match="dernière responsable"):
            self.run(ANNE, "--yes")


class TestRetention:
    """What goes by itself."""

    def test_an_account_without_function_goes_three_years_after_the_last_visit(self, clock):
        seen = UserFactory(last_login=timezone.now(), joined_at=timezone.now())
        clock.advance(days=3 * 365)
        expire_personal_data()
        seen.refresh_from_db()
        assert seen.is_active
        clock.advance(days=2)
        expire_personal_data()
        seen.refresh_from_db()
        assert (seen.is_active, seen.first_name) == (False, "")

    def test_functions_keep_an_account_and_a_visit_too(self, clock):
        hub = HubFactory()
        people = [
            UserFactory(adviser_of=OrganisationFactory()),
            UserFactory(staff_of=hub),
            UserFactory(administrator=True),
        ]
        visitor = UserFactory()
        clock.advance(days=4 * 365)
        User.objects.filter(pk=visitor.pk).update(last_login=timezone.now())
        expire_personal_data()
        assert User.objects.filter(pk__in=[person.pk for person in [*people, visitor]], is_active=True).count() == 4

    def test_who_left_every_team_is_kept_three_years_then_no_more(self, clock):
        person = UserFactory(adviser_of=OrganisationFactory())
        person.memberships.update(is_active=False, ended_on=timezone.localdate())
        clock.advance(days=4 * 365)
        expire_personal_data()
        person.refresh_from_db()
        assert person.is_closed

    @pytest.mark.parametrize("traits", [{"expired": True}, {"accepted": True}])
    def test_invitations_go_ninety_days_after_their_end(self, clock, traits):
        InvitationFactory(**traits)
        clock.advance(days=88)
        expire_personal_data()
        assert Invitation.objects.exists()
        clock.advance(days=3)
        expire_personal_data()
        assert not Invitation.objects.exists()

    def test_a_record_that_nothing_needs_goes_after_three_years(self, clock):
        left = OrganisationFactory(company=True, created_at=timezone.now())
        used = RequestFactory(organisation=OrganisationFactory(company=True)).organisation
        clock.advance(days=3 * 365 - 1)
        expire_personal_data()
        assert Organisation.objects.filter(pk=left.pk).exists()
        clock.advance(days=3)
        RequestFactory(organisation=used)
        expire_personal_data()
        assert not Organisation.objects.filter(pk=left.pk).exists()
        assert Organisation.objects.filter(pk=used.pk).exists()

    def test_sessions_go_once_expired(self, client, clock):
        client.force_login(UserFactory())
        clock.advance(days=13)
        expire_personal_data()
        assert Session.objects.exists()
        clock.advance(days=2)
        expire_personal_data()
        assert not Session.objects.exists()


class TestMyData:
    """« Mes données » gives everything that is the person's, and nothing else."""

    def archive(self, client, person):
        client.force_login(person)
        return ZipFile(BytesIO(client.get(reverse("my_data_export")).getvalue()))

    def test_requests_messages_opinions_and_files_are_there(self, desk, client):
        asked = desk.file()
        thread.write(fresh(asked), body="Quand venez-vous ?", by=Party.COMPANY)
        AttachmentFactory(request=asked, name="plan.pdf")
        AttachmentFactory(request=asked, name="../../plan.pdf")
        SatisfactionFactory(answered=True, request=RequestFactory(closed=True, contact_email=ANNE.upper()))
        RequestFactory(draft=True, contact_email=ANNE, need="Pas encore envoyé")
        bundle = self.archive(client, UserFactory(email=ANNE))
        data = json.loads(bundle.read("donnees.json"))
        first = next(row for row in data["requests"] if row["number"] == asked.code)
        assert first["need"] == asked.need
        assert first["contact"]["name"] == "Anne Morel"
        assert [row["text"] for row in first["messages"]] == ["Quand venez-vous ?"]
        assert {"Très utile."} <= {row["opinion"]["comment"] for row in data["requests"] if row["opinion"]}
        assert "Pas encore envoyé" in str(data)
        files = sorted(name for name in bundle.namelist() if name != "donnees.json")
        assert files == [f"fichiers/{asked.code}/plan (2).pdf", f"fichiers/{asked.code}/plan.pdf"]
        assert bundle.read(files[0]).startswith(b"%PDF")

    def test_the_internal_thread_its_files_and_others_requests_are_not(self, desk, client):
        asked, other = desk.file(), desk.file()
        note = MessageFactory(request=asked, internal=True, body="Note entre nous")
        AttachmentFactory(request=asked, message=note, name="interne.pdf")
        bundle = self.archive(client, UserFactory(email=ANNE))
        text = bundle.read("donnees.json").decode()
        assert "Note entre nous" not in text
        assert other.code not in text
        assert not [name for name in bundle.namelist() if "interne" in name]

    def test_an_adviser_reads_when_they_acted_and_not_the_words_of_companies(self, desk, client):
        asked = desk.file()
        triage.route(fresh(asked), desk.places[:1], by=desk.staff)
        data = self.archive(client, desk.staff).read("donnees.json").decode()
        acts = json.loads(data)["acts"]
        assert [row["request"] for row in acts] == [asked.code]
        assert asked.need not in data
        assert asked.contact_email not in data

    def test_a_file_that_the_disk_lost_stops_nothing(self, desk, client):
        file = AttachmentFactory(request=desk.file()).file
        file.storage.delete(file.name)
        assert self.archive(client, UserFactory(email=ANNE)).namelist() == ["donnees.json"]

    def test_the_processing_register_is_drawn_from_the_registry(self, client):
        from diginor.registries.personal_data import parts

        text = client.get(reverse("privacy")).content.decode()
        for part in some(parts()):
            for words in (part.title, part.holds, part.purpose, part.kept):
                assert str(words).replace("'", "&#x27;") in text, part.code


def test_a_draft_of_the_person_goes_with_the_person(desk, administrator):
    draft = filing.start_draft(hub=desk.hub)
    filing.save_contact(draft, contact_name="Anne", contact_email=ANNE)
    erase(administrator, ANNE)
    assert not type(draft).objects.filter(pk=draft.pk).exists()
