"""The sheets of the directory: what a manager changes, what waits for the staff, who lists itself."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from diginor.outbox.models import OutgoingMail
from diginor.workflow.models import StepRefused
from members.directory.actions.proposals import accept, list_organisation, propose_changes, stored
from members.directory.models import SheetProposal
from members.organisations.models import Organisation
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.visitor import seal_of

pytestmark = pytest.mark.django_db
SIRET = "73282932000074"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 300


@pytest.fixture
def hub():
    return HubFactory()


@pytest.fixture
def desk(hub):
    return UserFactory(staff_of=hub)


@pytest.fixture
def place(hub):
    return OrganisationFactory(member=True, of_hub=hub, name="Atelier des Vagues", commune=commune(), is_listed=True)


@pytest.fixture
def manager(place, client):
    person = UserFactory(manager_of=place, first_name="Anne", last_name="Roy")
    client.force_login(person)
    return person


def typed(organisation, **changes):
    values = stored(organisation)
    sent = {name: value for name, value in values.items() if value not in ("", [], None)}
    return sent | {"commune": organisation.commune.name, "description": "Nous aidons.", **changes}


def send(client, sent, **how):
    page = reverse("organisation_edit")
    return client.post(page, sent | seal_of(client, page), **how)


def listing(**changes):
    values = {"name": "Cidrerie du Bocage", "kind": "company", "description": "Nous pressons.", "commune": "Caen"}
    return values | {"confirm": "on"} | changes


class TestOwnSheet:
    """The page of a manager."""

    def test_what_it_does_changes_at_once_and_who_it_is_waits(self, client, place, manager, desk):
        sent = typed(place, name="Atelier des Marées", website="vagues.example", expertises=["ai"])
        answer = send(client, sent, follow=True)
        place.refresh_from_db()
        assert (place.name, place.website, place.expertises) == ("Atelier des Vagues", "https://vagues.example", ["ai"])
        assert SheetProposal.objects.get().values == {"name": "Atelier des Marées"}
        text = answer.content.decode()
        assert "En attente du guichet" in text
        assert "Atelier des Marées" in text
        assert OutgoingMail.objects.get(kind="ProposalToReadMail").recipient == desk.email

    def test_saving_the_same_again_writes_and_sends_nothing_more(self, client, place, manager, desk):
        for _time in range(2):
            send(client, typed(place, name="Atelier des Marées"))
        assert SheetProposal.objects.count() == 1
        assert OutgoingMail.objects.count() == 1

    def test_writing_the_old_name_again_takes_the_proposal_back(self, client, place, manager):
        send(client, typed(place, name="Atelier des Marées"))
        send(client, typed(place))
        assert SheetProposal.objects.get().state == "withdrawn"

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("name", "", "obligatoire"),
            ("siret", "12345678901234", "un chiffre est faux"),
            ("commune", "Ville Imaginaire", "aucune commune de ce nom"),
            ("postcode", "14", "cinq chiffres"),
            ("website", "pas une adresse", "URL"),
            ("kind", "state", "choix"),
            ("description", "x" * 3001, "3000"),
        ],
    )
    def test_bad_input_is_told_beside_the_field_and_changes_nothing(self, client, place, manager, field, value, said):
        answer = send(client, typed(place, public_phone="02 31 00 00 00", **{field: value}))
        assert answer.status_code == 422
        assert said in str(answer.context["form"].errors[field])
        assert "02 31 00 00 00" in answer.content.decode()
        place.refresh_from_db()
        assert place.public_phone == ""
        assert not SheetProposal.objects.exists()

    def test_a_siret_of_another_is_refused_at_once(self, client, place, manager):
        OrganisationFactory(siret=SIRET)
        answer = send(client, typed(place, siret=SIRET))
        assert "Une autre structure porte déjà ce SIRET" in answer.content.decode()

    def test_a_logo_is_an_image_by_its_content(self, client, place, manager, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        disguised = SimpleUploadedFile("logo.png", b"<svg xmlns='x'><script>1</script></svg>", "image/png")
        answer = send(client, typed(place, logo=disguised))
        assert "n’est pas une image" in answer.content.decode()
        heavy = SimpleUploadedFile("logo.png", PNG + b"0" * 400_000, "image/png")
        assert "trop lourde" in send(client, typed(place, logo=heavy)).content.decode()
        send(client, typed(place, logo=SimpleUploadedFile("../../logo.png", PNG, "image/png")))
        place.refresh_from_db()
        assert place.logo.name.startswith("logos/")
        assert place.logo.name.endswith(".png")
        send(client, typed(place, drop_logo="on"))
        place.refresh_from_db()
        assert not place.logo

    def test_the_old_logo_is_deleted_after_the_change(
        self, client, place, manager, settings, tmp_path, django_capture_on_commit_callbacks
    ):
        settings.MEDIA_ROOT = tmp_path
        for _time in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                send(client, typed(place, logo=SimpleUploadedFile("a.png", PNG, "image/png")))
        assert len(list(tmp_path.rglob("*.png"))) == 1

    def test_a_colleague_who_does_not_lead_the_team_may_not(self, client, place, manager):
        client.force_login(UserFactory(adviser_of=place))
        assert client.get(reverse("organisation_edit")).status_code == 403

    def test_the_manager_takes_the_proposal_back_and_nobody_else_does(self, client, place, manager):
        send(client, typed(place, name="Atelier des Marées"))
        address = reverse("proposal_withdraw", args=[SheetProposal.objects.get().code])
        client.force_login(UserFactory(manager_of=OrganisationFactory()))
        assert client.post(address).status_code == 404
        client.force_login(manager)
        answer = client.post(address, follow=True)
        assert "Votre proposition est retirée" in answer.content.decode()
        assert "a déjà reçu sa réponse" in client.post(address, follow=True).content.decode()


class TestReview:
    """The staff reading a proposal again."""

    def test_accepting_writes_the_sheet_and_tells_the_person(self, client, place, manager, desk):
        proposal = propose_changes(
            place, values=stored(place) | {"name": "Atelier des Marées", "siret": SIRET}, by=manager
        )
        client.force_login(desk)
        page = client.get(reverse("admin:proposal_review", args=[proposal.code])).content.decode()
        assert "Atelier des Vagues" in page
        assert "Atelier des Marées" in page
        client.post(reverse("admin:proposal_accept", args=[proposal.code]))
        place.refresh_from_db()
        assert (place.name, place.siret) == ("Atelier des Marées", SIRET)
        mail = OutgoingMail.objects.get(kind="ProposalAnsweredMail")
        assert mail.recipient == manager.email
        assert "accepté" in mail.text
        assert proposal.events.get().step == "accept"

    def test_refusing_needs_words_which_the_person_reads(self, client, place, manager, desk):
        proposal = propose_changes(place, values={"name": "Le Meilleur"}, by=manager)
        client.force_login(desk)
        address = reverse("admin:proposal_refuse", args=[proposal.code])
        answer = client.post(address, {"why": ""})
        assert answer.status_code == 422
        assert "la personne lira votre réponse" in answer.content.decode()
        client.post(address, {"why": "Le nom officiel est au registre."})
        proposal.refresh_from_db()
        assert (proposal.state, proposal.answer) == ("refused", "Le nom officiel est au registre.")
        assert "Le nom officiel est au registre." in OutgoingMail.objects.get(kind="ProposalAnsweredMail").text
        place.refresh_from_db()
        assert place.name == "Atelier des Vagues"

    def test_a_second_answer_is_refused(self, place, manager, desk):
        proposal = propose_changes(place, values={"name": "Atelier des Marées"}, by=manager)
        accept(proposal, by=desk)
        with pytest.raises(StepRefused):
            accept(proposal, by=desk)

    def test_a_number_taken_meanwhile_leaves_the_proposal_waiting(self, client, place, manager, desk):
        proposal = propose_changes(place, values={"siret": SIRET}, by=manager)
        OrganisationFactory(siret=SIRET)
        client.force_login(desk)
        answer = client.post(reverse("admin:proposal_accept", args=[proposal.code]), follow=True)
        assert "Une autre structure porte déjà ce SIRET" in answer.content.decode()
        proposal.refresh_from_db()
        assert proposal.state == "pending"

    def test_another_hub_sees_nothing(self, client, place, manager):
        proposal = propose_changes(place, values={"name": "Atelier des Marées"}, by=manager)
        client.force_login(UserFactory(staff_of=HubFactory()))
        assert client.get(reverse("admin:proposal_review", args=[proposal.code])).status_code == 404
        assert client.post(reverse("admin:proposal_accept", args=[proposal.code])).status_code == 404
        assert "Atelier des" not in client.get(reverse("admin:members_sheetproposal_changelist")).content.decode()

    def test_two_answers_at_once_make_one_step(self, transactional_db, place, manager, desk):
        proposal = propose_changes(place, values={"name": "Atelier des Marées"}, by=manager)
        done, barrier = [], threading.Barrier(4)

        def work():
            barrier.wait()
            try:
                accept(SheetProposal.objects.get(pk=proposal.pk), by=desk)
                done.append(True)
            except StepRefused:
                pass
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert done == [True]
        assert proposal.events.count() == 1
        assert OutgoingMail.objects.filter(kind="ProposalAnsweredMail").count() == 1


class TestListing:
    """An organisation that lists itself."""

    @pytest.fixture
    def person(self, client, hub):
        commune()
        person = UserFactory()
        client.force_login(person)
        return person

    def test_it_waits_then_is_shown_and_its_person_leads_it(self, client, person, desk):
        answer = client.post(reverse("organisation_register"), listing(), follow=True)
        assert "attend l’accord du guichet" in answer.content.decode()
        assert not Organisation.objects.filter(name="Cidrerie du Bocage").exists()
        proposal = SheetProposal.objects.get()
        client.force_login(desk)
        assert (
            "deviendra responsable"
            in client.get(reverse("admin:proposal_review", args=[proposal.code])).content.decode()
        )
        client.post(reverse("admin:proposal_accept", args=[proposal.code]))
        listed = Organisation.objects.get(name="Cidrerie du Bocage")
        assert listed.is_listed
        assert listed.commune == commune()
        assert person.pk in [row.pk for row in type(person).objects.managers_of(listed.pk)]
        client.force_login(person)
        assert "Voir la fiche" in client.get(reverse("organisation_register")).content.decode()

    def test_a_company_that_once_asked_is_the_same_record(self, client, person, desk):
        known = OrganisationFactory(siret=SIRET, name="CIDRERIE BOCAGE SARL")
        client.post(reverse("organisation_register"), listing(siret=SIRET))
        proposal = SheetProposal.objects.get()
        client.force_login(desk)
        assert (
            "connaît déjà ce SIRET"
            in client.get(reverse("admin:proposal_review", args=[proposal.code])).content.decode()
        )
        assert accept(proposal, by=desk) == known
        known.refresh_from_db()
        assert (known.name, known.is_listed) == ("Cidrerie du Bocage", True)

    def test_who_lists_an_organisation_that_has_a_manager_does_not_take_it(self, client, person, desk):
        known = OrganisationFactory(siret=SIRET)
        UserFactory(manager_of=known)
        client.post(reverse("organisation_register"), listing(siret=SIRET))
        accept(SheetProposal.objects.get(), by=desk)
        assert not person.memberships.exists()

    def test_a_double_click_waits_once_and_a_few_wait_at_most(self, client, person):
        for _time in range(2):
            client.post(reverse("organisation_register"), listing())
        assert SheetProposal.objects.count() == 1
        for number in range(3):
            answer = client.post(reverse("organisation_register"), listing(name=f"Cidrerie {number}"))
        assert answer.status_code == 422
        assert "attendent déjà" in answer.content.decode()
        assert SheetProposal.objects.count() == 3

    def test_without_the_word_of_the_person_nothing_is_sent(self, client, person):
        answer = client.post(reverse("organisation_register"), listing(confirm=""))
        assert answer.status_code == 422
        assert "Nous pressons." in answer.content.decode()
        assert not SheetProposal.objects.exists()

    def test_a_refusal_is_read_on_the_page(self, client, person, desk):
        values = {"name": "Cidrerie du Bocage", "description": "Nous pressons.", "kind": "company", "commune": "14118"}
        proposal = list_organisation(values=values, by=person)
        client.force_login(desk)
        client.post(reverse("admin:proposal_refuse", args=[proposal.code]), {"why": "Votre commune est ailleurs."})
        client.force_login(person)
        assert "Votre commune est ailleurs." in client.get(reverse("organisation_register")).content.decode()
