"""Asking to be hosted: the place goes with the request, from its page to the organisation that welcomes."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from diginor.outbox.models import OutgoingMail
from members.places.models import Place
from services.catalogue.enums import HOSTING_TOPIC
from services.filing import actions as filing
from services.requests.actions.erasure import erase
from services.requests.links import resume_token, tracking_token
from services.requests.models import ServiceRequest
from services.requests.queries.routing import proposals
from services.triage import actions as triage
from tests.factories.members import OrganisationFactory, commune
from tests.factories.places import PlaceFactory
from tests.factories.services import OfferFactory, ReferralFactory, RequestFactory, TopicFactory
from tests.services.cast import Desk
from tests.services.filing_walk import COMPANY, CONTACT, NEED, fields_of, last, leads, send

pytestmark = pytest.mark.django_db
WISH = "Vous souhaitez être accueilli dans ce lieu"


@pytest.fixture
def desk():
    """A desk whose first organisation runs Agri up, with the others helping on the same topic."""
    desk = Desk.open()
    commune("50218", "Granville")
    desk.topic = TopicFactory(slug=HOSTING_TOPIC, networking=True)
    for place in desk.places:
        OfferFactory(organisation=place, topic=desk.topic)
    return desk


@pytest.fixture
def agri_up(desk):
    return PlaceFactory(name="Agri up", slug="agri-up", host=desk.places[2])


@pytest.fixture
def browser():
    return Client()


def start(browser, asked):
    """Follow the link of a place to the first step."""
    response = browser.get(reverse("filing_start"), asked, follow=True)
    assert response.status_code == 200
    return response


def tell_need(browser, **changes):
    """Send the first step as its page holds it."""
    hidden = {"sujet": HOSTING_TOPIC, "lieu": "agri-up"}
    fields = fields_of(browser, "filing_need", last(browser))
    return browser.post(reverse("filing_need"), {**NEED, **fields, **hidden, **changes})


def walk(browser):
    """The whole filing, from the page of the place."""
    start(browser, {"lieu": "agri-up"})
    assert tell_need(browser).status_code == 302
    assert send(browser, "filing_company", COMPANY).status_code == 302
    assert send(browser, "filing_contact", CONTACT).status_code == 302
    return ServiceRequest.objects.get()


def test_the_page_of_a_place_leads_to_its_request(browser, agri_up):
    text = browser.get(agri_up.get_absolute_url()).content.decode()
    assert f"{reverse('filing_start')}?lieu=agri-up" in text
    response = start(browser, {"lieu": "agri-up"})
    assert response.redirect_chain[-1][0] == f"/demande/besoin/?sujet={HOSTING_TOPIC}&lieu=agri-up"
    assert response.context["topic"].slug == HOSTING_TOPIC
    assert response.context["place"] == agri_up


def test_a_topic_named_in_the_address_is_kept(browser, agri_up):
    other = TopicFactory(slug="robots")
    response = start(browser, {"sujet": "robots", "lieu": "agri-up"})
    assert response.context["topic"] == other


def test_the_place_is_told_at_each_step_and_at_the_end(browser, agri_up):
    assert WISH in start(browser, {"lieu": "agri-up"}).content.decode()
    tell_need(browser)
    for name, data in (("filing_company", COMPANY), ("filing_contact", CONTACT)):
        assert WISH in browser.get(reverse(name)).content.decode()
        send(browser, name, data)
    text = browser.get(reverse("filing_done")).content.decode()
    assert WISH in text
    assert "Agri up" in text
    assert ServiceRequest.objects.get().wanted_place == agri_up


def test_the_place_can_be_taken_out_at_each_step_and_what_was_typed_stays(browser, agri_up):
    start(browser, {"lieu": "agri-up"})
    response = tell_need(browser, need="Un capteur", no_place="1")
    assert response.status_code == 200
    assert "Un capteur" in response.content.decode()
    assert WISH not in response.content.decode()
    assert re.search(r'name="lieu"\s+value=""', response.content.decode())
    assert not ServiceRequest.objects.exists()
    for name, data in (("filing_company", COMPANY), ("filing_contact", CONTACT)):
        tell_need(browser)
        if name == "filing_contact":
            send(browser, "filing_company", COMPANY)
        response = send(browser, name, data, no_place="1")
        assert leads(response) == reverse(name)
        draft = ServiceRequest.objects.get()
        assert draft.wanted_place is None
        assert getattr(draft, next(iter(data))) == next(iter(data.values()))
        assert WISH not in browser.get(reverse(name)).content.decode()


def test_the_draft_keeps_the_place_in_another_browser(browser, agri_up):
    start(browser, {"lieu": "agri-up"})
    tell_need(browser)
    other = Client()
    link = reverse("filing_resume", args=[resume_token(ServiceRequest.objects.get())])
    assert WISH in other.get(link, follow=True).content.decode()


def test_another_place_replaces_the_first(browser, agri_up):
    start(browser, {"lieu": "agri-up"})
    tell_need(browser)
    PlaceFactory(name="Smart port", slug="smart-port")
    response = start(browser, {"lieu": "smart-port"})
    assert "Smart port" in response.content.decode()
    assert NEED["need"] in response.content.decode()
    tell_need(browser, lieu="smart-port")
    assert ServiceRequest.objects.get().wanted_place.slug == "smart-port"


@pytest.mark.parametrize(
    ("slug", "said"),
    [("inconnu", "Ce lieu n’est plus dans l’annuaire"), ("ferme", "Le Dôme ne reçoit pas de demande en ce moment")],
)
def test_an_unknown_or_closed_place_is_said_and_the_request_goes_on(browser, agri_up, slug, said):
    PlaceFactory(name="Le Dôme", slug="ferme", closed=True)
    response = start(browser, {"lieu": slug})
    text = response.content.decode()
    assert said in text
    assert WISH not in text
    assert response.context["topic"].slug == HOSTING_TOPIC
    assert tell_need(browser, lieu=slug).status_code == 302
    assert ServiceRequest.objects.get().wanted_place is None


def test_an_unknown_place_does_not_take_the_chosen_one_away(browser, agri_up):
    start(browser, {"lieu": "agri-up"})
    tell_need(browser)
    assert "Agri up" in start(browser, {"lieu": "inconnu"}).content.decode()
    tell_need(browser, lieu="inconnu")
    assert ServiceRequest.objects.get().wanted_place == agri_up


def test_a_place_that_closes_meanwhile_stays_in_the_request_and_is_said(browser, agri_up):
    start(browser, {"lieu": "agri-up"})
    tell_need(browser)
    Place.objects.update(welcomes=False)
    text = browser.get(reverse("filing_company")).content.decode()
    assert "Il ne reçoit plus de demande en ce moment" in text
    assert tell_need(browser).status_code == 302
    assert ServiceRequest.objects.get().wanted_place == agri_up


def test_the_topic_alone_proposes_to_choose_a_place(browser, desk):
    text = browser.get(reverse("filing_need"), {"sujet": HOSTING_TOPIC}).content.decode()
    assert f'<a href="{reverse("places")}">' in text
    text = browser.get(desk.topic.get_absolute_url()).content.decode()
    assert "Choisir d’abord un lieu" in text


def test_the_company_sees_the_place_on_its_tracking_page(browser, agri_up):
    asked = walk(browser)
    text = browser.get(reverse("tracking", args=[tracking_token(asked)])).content.decode()
    assert "Lieu souhaité" in text
    assert "Agri up, Caen" in text


def test_the_host_comes_first_in_the_proposals_and_the_reason_follows_the_referral(desk, agri_up):
    asked = desk.file()
    filed = ServiceRequest.objects.get(pk=asked.pk)
    filed.wanted_place = agri_up
    filed.save()
    verdicts = proposals(filed)
    assert verdicts[0].organisation.id == desk.places[2].pk
    assert [row.hosts for row in verdicts] == [True, False, False]
    reasons = {row.organisation.id: [check.message for check in row.told] for row in verdicts}
    (referral,) = triage.route(filed, [desk.places[2]], by=desk.staff, reasons=reasons)
    assert "Accueille dans ce lieu\u202f: Agri up" in referral.reasons


def test_the_desk_and_the_adviser_read_the_place(browser, desk, agri_up):
    asked = RequestFactory(hub=desk.hub, topic=desk.topic, wanted_place=agri_up)
    browser.force_login(desk.staff)
    text = browser.get(reverse("admin:triage_request", args=[asked.code])).content.decode()
    assert f"Agri up, Caen, {desk.places[2]}" in text
    assert "Accueille dans ce lieu" in text
    assert "n’est pas une structure de ce guichet" not in text
    referral = ReferralFactory(request=asked, organisation=desk.places[0])
    browser.force_login(desk.advisers[0])
    assert "Agri up, Caen" in browser.get(reverse("referral", args=[referral.code])).content.decode()


def test_the_desk_is_told_when_the_host_is_elsewhere_or_the_place_closed(browser, desk):
    far = PlaceFactory(name="Smart port", host=OrganisationFactory(name="Pôle lointain"), closed=True)
    asked = RequestFactory(hub=desk.hub, topic=desk.topic, wanted_place=far)
    browser.force_login(desk.staff)
    text = browser.get(reverse("admin:triage_request", args=[asked.code])).content.decode()
    assert "ne reçoit plus de demande" in text
    assert "Pôle lointain n’est pas une structure de ce guichet" in text


def test_a_request_without_a_place_says_nothing_of_it(browser, desk):
    asked = RequestFactory(hub=desk.hub, topic=desk.topic)
    browser.force_login(desk.staff)
    assert "Lieu souhaité" not in browser.get(reverse("admin:triage_request", args=[asked.code])).content.decode()
    referral = ReferralFactory(request=asked, organisation=desk.places[0])
    browser.force_login(desk.advisers[0])
    assert "Lieu souhaité" not in browser.get(reverse("referral", args=[referral.code])).content.decode()


def two_requests(desk, first, second):
    rows = [desk.file(), desk.file()]
    for row, place in zip(rows, (first, second), strict=True):
        ServiceRequest.objects.filter(pk=row.pk).update(wanted_place=place)
        row.refresh_from_db()
    triage.merge(rows[0], rows[1], by=desk.staff)
    rows[1].refresh_from_db()
    return rows[1], rows[1].events.get(step="absorb").why


def test_a_duplicate_brings_its_place(desk, agri_up):
    kept, why = two_requests(desk, agri_up, None)
    assert kept.wanted_place == agri_up
    assert "Lieu souhaité" not in why


def test_a_duplicate_with_another_place_is_told_and_the_first_wish_stays(desk, agri_up):
    other = PlaceFactory(name="Smart port")
    kept, why = two_requests(desk, other, agri_up)
    assert kept.wanted_place == agri_up
    assert why.endswith("Lieu souhaité\u202f: Smart port")


def test_erasure_forgets_who_asked_and_keeps_what_is_counted(desk, agri_up):
    asked = RequestFactory(hub=desk.hub, topic=desk.topic, wanted_place=agri_up, closed=True)
    erase(asked)
    asked.refresh_from_db()
    assert asked.company_name == ""
    assert asked.wanted_place == agri_up


def test_a_place_that_is_deleted_leaves_the_request_standing(desk, agri_up):
    asked = RequestFactory(hub=desk.hub, topic=desk.topic, wanted_place=agri_up)
    agri_up.delete()
    asked.refresh_from_db()
    assert asked.wanted_place is None


def test_choosing_a_place_is_refused_once_filed(desk, agri_up):
    asked = desk.file()
    with pytest.raises(filing.StepRefused):
        filing.choose_place(asked, agri_up)
    assert ServiceRequest.objects.get(pk=asked.pk).wanted_place is None


def test_the_mail_to_the_host_names_the_place(desk, agri_up):
    asked = desk.file()
    asked.wanted_place = agri_up
    asked.save()
    triage.route(asked, [desk.places[2]], by=desk.staff)
    mail = OutgoingMail.objects.filter(kind="ReferralSent").order_by("pk").last()
    assert "Le lieu souhaité\u202f: Agri up." in mail.text
