"""The desk: who may enter, what a request shows, and each step."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from diginor.outbox.models import OutgoingMail
from services.requests.enums import RejectReason, RequestState, ThreadKind
from services.triage import actions
from tests.factories.members import AbsenceFactory, HubFactory, OrganisationFactory, UserFactory, commune, department
from tests.factories.services import (
    AttachmentFactory,
    EventFactory,
    MessageFactory,
    OfferFactory,
    ReferralFactory,
    RequestFactory,
    TopicFactory,
)
from tests.services.desk import names, page, said, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub():
    return HubFactory(name="Guichet Normandie")


@pytest.fixture
def lea(hub):
    return UserFactory(first_name="Léa", last_name="Marchand", staff_of=hub)


@pytest.fixture
def desk(client, lea):
    client.force_login(lea)
    return client


def test_the_desk_of_another_hub_is_not_found(desk):
    other = RequestFactory()
    assert page(desk, other).status_code == 404
    for step in ("route", "requalify", "merge", "ask", "reject", "hand_over", "trust", "take_back", "reply", "note"):
        assert take(desk, step, other).status_code == 404
    assert other.company_name not in page(desk).content.decode()


def test_advisers_and_officers_do_not_enter_and_visitors_sign_in(client, hub):
    row = RequestFactory(hub=hub)
    assert page(client, row).status_code == 302
    for person in (UserFactory(adviser_of=OrganisationFactory(of_hub=hub)), UserFactory(officer_of=hub)):
        client.force_login(person)
        assert page(client).status_code == 403
        assert page(client, row).status_code == 403
        assert take(client, "route", row).status_code == 403


def test_a_draft_is_not_at_the_desk(desk, hub):
    assert page(desk, RequestFactory(hub=hub, draft=True)).status_code == 404


def test_who_keeps_two_hubs_switches_between_them(client, hub):
    other = HubFactory(name="Guichet Bretagne")
    here, there = RequestFactory(hub=hub, company_name="Ici"), RequestFactory(hub=other, company_name="Là-bas")
    person = UserFactory(staff_of=hub, head_of=other)
    client.force_login(person)
    assert names(page(client, guichet=hub.slug)) == [here.company_name]
    assert names(page(client, guichet=other.slug)) == [there.company_name]
    assert page(client, there).context["queue_pane"].hub == other


def test_the_sheet_tells_everything_known(desk, hub):
    answer = {"question": 1, "label": "Pour quand ?", "value": "soon", "text": "Bientôt"}
    row = RequestFactory(hub=hub, answers=[answer])
    AttachmentFactory(request=row, name="plan.pdf")
    MessageFactory(request=row, body="Voici le plan.")
    MessageFactory(request=row, internal=True, body="Je la connais.")
    EventFactory(request=row)
    earlier = RequestFactory(
        hub=hub, contact_email=row.contact_email, closed=True, at=timezone.now() - timedelta(days=300)
    )
    text = page(desk, row).content.decode()
    for words in (row.need, "Pour quand ?", "Bientôt", "plan.pdf", "Voici le plan.", "Je la connais.", "Anne Lebrun"):
        assert escape(words) in text
    assert reverse("admin:triage_request", args=[earlier.code]) in text
    assert "La même entreprise" not in text


def test_an_open_request_of_the_same_company_within_90_days_is_flagged(desk, hub):
    row = RequestFactory(hub=hub)
    RequestFactory(hub=hub, contact_email=row.contact_email.upper(), at=timezone.now() - timedelta(days=30))
    RequestFactory(contact_email=row.contact_email)
    response = page(desk, row)
    assert len(response.context["duplicates"]) == 1
    assert "Réunir à celle-ci" in response.content.decode()


def test_every_organisation_of_the_hub_shows_why_it_is_in_or_out(desk, hub):
    topic = TopicFactory()
    inside, outside = OrganisationFactory(name="Dedans", of_hub=hub), OrganisationFactory(name="Dehors", of_hub=hub)
    OfferFactory(organisation=inside, topic=topic, territories=[department("14")])
    OfferFactory(organisation=outside, topic=topic, territories=[department("76")])
    OrganisationFactory(name="Sans offre", of_hub=hub)
    text = page(desk, RequestFactory(hub=hub, topic=topic, commune=commune())).content.decode()
    for words in ("Dedans", "Territoire : Calvados", "Hors de son territoire : Seine-Maritime", "Sans offre"):
        assert words in text
    assert "N’aide pas sur ce sujet" in text
    assert "2 structures écartées" in text


def test_the_number_of_queries_does_not_grow(desk, hub):
    topic = TopicFactory()
    row = RequestFactory(hub=hub, topic=topic, routed=True, referral=None)
    counts = []
    for many in (1, 30):
        for _number in range(many):
            place = OrganisationFactory(of_hub=hub)
            OfferFactory(organisation=place, topic=topic, territories=[department("14")])
            AbsenceFactory(organisation=place)
            ReferralFactory(request=row, organisation=place)
            RequestFactory(hub=hub, contact_email=row.contact_email, closed=True, referral=None)
            RequestFactory(hub=hub, topic=topic)
            AttachmentFactory(request=row, message=MessageFactory(request=row, author=UserFactory()))
            MessageFactory(request=row, internal=True)
            EventFactory(request=row, organisation=place)
        with CaptureQueriesContext(connection) as queries:
            assert page(desk, row, vue="ouvertes").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 34


@pytest.fixture
def offered(hub):
    topic = TopicFactory()
    place = OrganisationFactory(name="NWX", of_hub=hub)
    OfferFactory(organisation=place, topic=topic)
    UserFactory(adviser_of=place, email="conseil@nwx.example")
    return place, RequestFactory(hub=hub, topic=topic)


def test_three_clicks_from_opening_to_routed(desk, offered):
    place, row = offered
    first = page(desk).context["queue_pane"].lines[0]["url"]
    sheet = desk.get(first)  # one click: the request
    assert f'aria-describedby="raisons-{place.pk}"' in sheet.content.decode()  # two: the box
    done = take(desk, "route", row, organisations=[place.pk], staff_note="Elle attend un appel.")  # three: send
    row.refresh_from_db()
    assert row.state == RequestState.ROUTED
    referral = row.referrals.get()
    assert (referral.organisation, referral.staff_note) == (place, "Elle attend un appel.")
    assert referral.reasons == ["Aide sur ce sujet"]
    assert done.url == reverse("admin:triage_request", args=[row.code])
    assert OutgoingMail.objects.filter(recipient="conseil@nwx.example").exists()
    assert "La demande est partie" in desk.get(done.url).content.decode()


def test_sending_to_nobody_or_elsewhere_says_so_and_keeps_the_word(desk, offered):
    _place, row = offered
    response = take(desk, "route", row, staff_note="À rappeler avant vendredi.")
    assert response.status_code == 422
    text = response.content.decode()
    assert "Cochez au moins une structure." in text
    assert "À rappeler avant vendredi." in text
    row.refresh_from_db()
    assert row.state == RequestState.SUBMITTED
    assert take(desk, "route", row, organisations=[OrganisationFactory().pk]).status_code == 422


def test_a_second_person_learns_who_did_what(desk, client, hub, offered):
    place, row = offered
    other = UserFactory(first_name="Sacha", last_name="Duval", staff_of=hub)
    actions.reject(row, reason=RejectReason.OUT_OF_SCOPE, answer="Non.", by=other)
    response = take(desk, "route", row, organisations=[place.pk])
    assert response.status_code == 302
    message = said(response)[0]
    assert "Rien n’a changé" in message
    assert "écartée" in message
    assert "Sacha Duval" in message
    assert row.referrals.count() == 0


def test_a_double_click_routes_once(desk, offered):
    place, row = offered
    take(desk, "route", row, organisations=[place.pk])
    assert "Rien n’a changé" in said(take(desk, "route", row, organisations=[place.pk]))[-1]
    assert row.referrals.count() == 1


def test_requalify_changes_the_topic_and_refuses_the_same(desk, hub):
    row, topic = RequestFactory(hub=hub), TopicFactory(funding=True)
    assert take(desk, "requalify", row, topic=row.topic_id).status_code == 422
    assert take(desk, "requalify", row, topic=topic.pk, why="Elle cherche une aide.").status_code == 302
    row.refresh_from_db()
    assert (row.topic, row.family) == (topic, "funding")
    assert "Elle cherche une aide." in page(desk, row).content.decode()


def test_merge_joins_a_duplicate_and_refuses_what_is_not_one(desk, hub):
    row, kept = RequestFactory(hub=hub), RequestFactory(hub=hub)
    for code in ("INCONNU234", row.code, RequestFactory().code, RequestFactory(hub=hub, closed=True).code):
        assert take(desk, "merge", row, into=code).status_code == 422
    take(desk, "merge", row, into=kept.code.lower())
    row.refresh_from_db()
    assert (row.state, row.merged_into) == (RequestState.REJECTED, kept)
    assert kept.code in page(desk, row).content.decode()


def test_a_question_gives_the_turn_to_the_company(desk, hub):
    row = RequestFactory(hub=hub)
    assert take(desk, "ask", row, question="  ").status_code == 422
    take(desk, "ask", row, question="Quel est votre effectif ?")
    row.refresh_from_db()
    assert row.responsible == "company"
    assert "Quel est votre effectif" in page(desk, row).content.decode()
    assert names(page(desk, vue="en-attente")) == [row.company_name]


def test_each_reason_to_reject_brings_its_editable_answer(desk, hub):
    row = RequestFactory(hub=hub)
    assert 'name="answer"' not in page(desk, row).content.decode()
    answers = set()
    for reason in RejectReason.values:
        form = page(desk, row, motif=reason).context["steps"]["reject"]
        assert form["reason"].value() == reason
        answers.add(form["answer"].value())
    assert len(answers) == len(RejectReason.values)
    take(desk, "reject", row, reason="out_of_scope", answer="Voyez plutôt votre mairie.")
    row.refresh_from_db()
    assert (row.state, row.reject_reason) == (RequestState.REJECTED, "out_of_scope")
    assert "Voyez plutôt votre mairie." in OutgoingMail.objects.get(recipient=row.contact_email).text


def test_handing_over_leaves_the_queue_and_the_sheet(desk, hub):
    row, other = RequestFactory(hub=hub), HubFactory()
    assert take(desk, "hand_over", row, hub=hub.pk, why="Chez nous").status_code == 422
    response = take(desk, "hand_over", row, hub=other.pk, why="Elle est en Bretagne.")
    assert response.url == reverse("admin:triage")
    row.refresh_from_db()
    assert row.hub == other
    assert page(desk, row).status_code == 404


def test_a_suspect_request_joins_the_queue_when_it_is_trusted(desk, hub):
    row = RequestFactory(hub=hub, suspect=True)
    assert names(page(desk)) == []
    assert "ressemble à un envoi automatique" in page(desk, row).content.decode()
    take(desk, "trust", row)
    assert names(page(desk)) == [row.company_name]


def test_a_referral_is_taken_back_with_a_reason(desk, hub):
    row = RequestFactory(hub=hub, in_progress=True)
    referral = row.referrals.get()
    assert take(desk, "take_back", row, referral=referral.code, why="").status_code == 422
    assert take(desk, "take_back", row, referral="INCONNU", why="Sans nouvelles").status_code == 422
    take(desk, "take_back", row, referral=referral.code, why="Sans nouvelles")
    referral.refresh_from_db()
    row.refresh_from_db()
    assert (referral.state, row.state, row.responsible) == ("cancelled", "to_reroute", "hub")


@pytest.mark.parametrize(("step", "kind"), [("reply", ThreadKind.SHARED), ("note", ThreadKind.INTERNAL)])
def test_the_desk_writes_in_both_threads(desk, hub, lea, step, kind):
    row = RequestFactory(hub=hub)
    assert take(desk, step, row, body="").status_code == 422
    take(desk, step, row, body="Bonjour Anne.")
    message = row.messages.get()
    assert (message.thread, message.author, message.party) == (kind, lea, "hub")


def test_nothing_can_be_done_with_an_ended_request(desk, hub):
    row = RequestFactory(hub=hub, closed=True)
    text = page(desk, row).content.decode()
    assert 'name="organisations"' not in text
    assert "Écarter la demande" not in text
    assert "Rien n’a changé" in said(take(desk, "note", row, body="Trop tard"))[0]


def test_a_step_keeps_the_queue_as_it_was(desk, hub):
    row = RequestFactory(hub=hub)
    address = reverse("admin:triage_note", args=[row.code]) + "?vue=ouvertes"
    response = desk.post(address, {"body": "Vu."})
    assert response.url == reverse("admin:triage_request", args=[row.code]) + "?vue=ouvertes"


def test_steps_are_not_taken_by_a_link(desk, hub):
    row = RequestFactory(hub=hub)
    assert desk.get(reverse("admin:triage_trust", args=[row.code])).status_code == 302
