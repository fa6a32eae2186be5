"""The private tracking page: what it says in every state, and what the company may do there."""

import itertools
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.workflow.history import Party
from services.filing import actions as filing
from services.requests.actions import referral as referrals
from services.requests.enums import DeclineReason, Outcome, RejectReason, RequestState
from services.requests.links import tracking_token
from services.requests.models import STEP_LABELS, Message, ServiceRequest
from services.requests.rules.status_messages import Fact, Situation, headline, listed, status_message
from services.triage import actions as triage
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import MessageFactory, ReferralFactory, RequestFactory, SatisfactionFactory

pytestmark = pytest.mark.django_db


def address(request, name="tracking"):
    """The address of a page of the private link."""
    return reverse(name, args=[tracking_token(request)])


def page_of(client, request):
    """What the tracking page says."""
    return client.get(address(request)).content.decode()


@pytest.fixture
def desk():
    """A hub with somebody at its desk and two organisations with an adviser each."""
    hub = HubFactory(phone="02 31 53 00 00")
    nwx = OrganisationFactory(name="Normandie Web Xperts", acronym="NWX", of_hub=hub)
    cci = OrganisationFactory(name="CCI du Calvados", of_hub=hub)
    karim = UserFactory(first_name="Karim", last_name="Benali", phone="02 31 00 00 01", adviser_of=nwx)
    hugo = UserFactory(adviser_of=cci)
    return {"hub": hub, "nwx": nwx, "cci": cci, "lea": UserFactory(staff_of=hub), "karim": karim, "hugo": hugo}


def test_the_page_follows_the_life_of_a_request(client, desk, clock):
    draft = RequestFactory(draft=True, hub=desk["hub"], contact_email="anne@entreprise.example")
    request = filing.submit(draft)
    assert "lit votre demande et choisit qui vous aide avant le jeudi 12 mars 2026" in page_of(client, request)

    to_nwx, to_cci = triage.route(request, [desk["nwx"], desk["cci"]], by=desk["lea"])
    page = page_of(client, request)
    assert "vous répond avant le lundi 23 mars 2026" in page
    assert "a confié votre demande à NWX et CCI du Calvados." in page

    referrals.decline(to_cci, reason=DeclineReason.NO_CAPACITY, by=desk["hugo"])
    page = page_of(client, request)
    assert "CCI du Calvados vous remercie, mais n’a pas de disponibilité en ce moment." in page
    assert "NWX vous répond avant le lundi 23 mars 2026." in page

    day = timezone.localdate() + timedelta(days=6)
    referrals.accept(to_nwx, by=desk["karim"], next_step="visite de l’atelier", due_on=day)
    page = page_of(client, request)
    assert "NWX s’occupe de votre demande." in page
    assert "Prochaine étape avant le lundi 16 mars 2026 : visite de l’atelier" in page
    assert "Karim Benali" in page
    assert f'href="mailto:{desk["karim"].email}"' in page
    assert 'href="tel:0231000001"' in page

    referrals.close(to_nwx, outcome=Outcome.HELPED, by=desk["karim"])
    page = page_of(client, request)
    assert "Votre demande a abouti avec NWX." in page
    assert "NWX a terminé son accompagnement." in page


def test_the_decline_note_written_for_the_desk_is_not_shown(client, desk):
    request = RequestFactory(hub=desk["hub"])
    (referral,) = triage.route(request, [desk["cci"]], by=desk["lea"], staff_note="Entreprise difficile")
    referrals.decline(referral, reason=DeclineReason.OTHER, note="Trop petite pour nous", by=desk["hugo"])
    page = page_of(client, request)
    assert "CCI du Calvados vous remercie, mais ne peut pas vous aider cette fois." in page
    assert "Trop petite" not in page
    assert "difficile" not in page


def test_a_question_of_the_desk_is_shown_first_and_an_answer_settles_it(client, desk):
    request = RequestFactory(hub=desk["hub"])
    triage.ask_company(request, question="Avez-vous déjà reçu une aide ?", by=desk["lea"])
    page = page_of(client, request)
    assert "C’est à vous" in page
    assert page.index("La question de l’équipe") < page.index("Vos échanges")
    response = client.post(address(request, "tracking_reply"), {"body": "Non, aucune."})
    assert response.url == address(request)
    assert "La question de l’équipe" not in page_of(client, request)
    request.refresh_from_db()
    assert request.responsible == Party.HUB


def test_a_reply_joins_one_file(client):
    request = RequestFactory()
    plan = SimpleUploadedFile("plan.pdf", b"%PDF-1.7\nplan", "application/pdf")
    client.post(address(request, "tracking_reply"), {"body": "Voici le plan.", "files": plan})
    message = Message.objects.get()
    assert (message.party, message.body) == (Party.COMPANY, "Voici le plan.")
    assert message.attachments.get().name == "plan.pdf"
    assert "plan.pdf" in page_of(client, request)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"body": ""}, "Écrivez votre message."),
        ({"body": "Voici.", "files": ("faux.pdf", b"MZ\x90\0")}, "ne contient pas ce que son nom annonce"),
    ],
)
def test_a_wrong_reply_is_explained_keeps_the_words_and_sends_nothing(client, data, said):
    request = RequestFactory()
    sent = {name: SimpleUploadedFile(*value) if name == "files" else value for name, value in data.items()}
    page = client.post(address(request, "tracking_reply"), sent).content.decode()
    assert said in page
    assert data["body"] in page
    assert not Message.objects.exists()


def test_too_many_messages_wait_with_their_words_kept(client, broker, monkeypatch):
    monkeypatch.setattr("services.requests.throttle.MOST_MESSAGES", 1)
    request = RequestFactory()
    client.post(address(request, "tracking_reply"), {"body": "Un premier mot."})
    page = client.post(address(request, "tracking_reply"), {"body": "Un second mot."}).content.decode()
    assert "Vous avez beaucoup écrit" in page
    assert "Un second mot." in page
    assert Message.objects.count() == 1


def test_a_reply_after_the_end_comes_back_unsent(client):
    request = RequestFactory(closed=True)
    page = client.post(address(request, "tracking_reply"), {"body": "Une dernière chose importante."}).content.decode()
    assert "Cette demande est terminée" in page
    assert "Une dernière chose importante." in page
    assert "/demande/besoin/?besoin=Une%20derni" in page
    assert not Message.objects.exists()


def test_the_internal_thread_is_never_shown(client):
    request = RequestFactory()
    MessageFactory(request=request, internal=True, body="Entre nous.")
    assert "Entre nous." not in page_of(client, request)


def test_withdrawing_asks_once_more_then_tells(client, desk):
    request = RequestFactory(hub=desk["hub"])
    triage.route(request, [desk["nwx"]], by=desk["lea"])
    assert "Retirer votre demande" in client.get(address(request, "tracking_withdraw")).content.decode()
    response = client.post(address(request, "tracking_withdraw"), {"why": "Projet abandonné"}, follow=True)
    assert "Vous avez retiré votre demande." in response.content.decode()
    request.refresh_from_db()
    assert request.state == RequestState.WITHDRAWN
    assert OutgoingMail.objects.filter(kind="ReferralCancelled", recipient=desk["karim"].email).exists()


def test_withdrawing_what_is_over_changes_nothing(client):
    request = RequestFactory(closed=True)
    response = client.post(address(request, "tracking_withdraw"), follow=True)
    assert "déjà terminée" in response.content.decode()
    request.refresh_from_db()
    assert request.state == RequestState.CLOSED


def test_an_opinion_is_asked_whatever_the_outcome_and_given_once(client):
    request = RequestFactory(rejected=True)
    assert "Votre avis" not in page_of(client, request)
    asked = SatisfactionFactory(request=request)
    assert "Votre avis" in page_of(client, request)
    empty = client.post(address(request, "tracking_satisfaction"), {"comment": "Bien."}).content.decode()
    assert "Choisissez une réponse." in empty
    assert "Bien." in empty
    answer = {"score": "2", "was_clear": "no", "comment": "Trop long."}
    client.post(address(request, "tracking_satisfaction"), answer)
    again = client.post(address(request, "tracking_satisfaction"), {**answer, "score": "5"}, follow=True)
    assert "déjà donné votre avis" in again.content.decode()
    asked.refresh_from_db()
    assert (asked.score, asked.was_clear, asked.comment) == (2, False, "Trop long.")


def test_an_opinion_nobody_asked_for_is_refused(client):
    request = RequestFactory()
    response = client.post(address(request, "tracking_satisfaction"), {"score": "1"}, follow=True)
    assert response.status_code == 200
    assert not hasattr(ServiceRequest.objects.get(pk=request.pk), "satisfaction")


def test_an_expired_link_offers_a_new_one_and_shows_nothing(client, clock):
    request = RequestFactory(contact_email="anne@entreprise.example")
    old = address(request)
    clock.advance(days=181)
    response = client.get(old)
    page = response.content.decode()
    assert response.status_code == 410
    assert "Recevoir un nouveau lien" in page
    assert "anne@" not in page
    assert request.company_name not in page


def test_an_expired_link_does_nothing_either(client, clock):
    request = RequestFactory()
    addresses = [address(request, f"tracking_{name}") for name in ("reply", "withdraw", "satisfaction")]
    clock.advance(days=181)
    assert [client.post(each, {"body": "Bonjour", "score": "1"}).status_code for each in addresses] == [410] * 3
    request.refresh_from_db()
    assert request.state == RequestState.SUBMITTED
    assert not Message.objects.exists()


def test_the_new_link_goes_to_the_address_on_file_and_works(client, clock):
    request = RequestFactory(contact_email="anne@entreprise.example")
    renew = address(request, "tracking_renew")
    clock.advance(days=181)
    page = client.post(renew).content.decode()
    assert "Un nouveau lien est parti" in page
    assert "anne@" not in page
    mail = OutgoingMail.objects.get()
    assert mail.recipient == "anne@entreprise.example"
    fresh = next(word for word in mail.text.split() if "/suivi/" in word)
    assert client.get(fresh[fresh.index("/suivi/") :]).status_code == 200


@pytest.mark.parametrize("spoil", ["cut", "changed", "other code", "revoked", "erased", "draft"])
def test_a_link_that_is_not_good_is_a_friendly_404(client, spoil):
    request = RequestFactory(draft=spoil == "draft")
    token = tracking_token(request)
    if spoil == "cut":
        token = token[:-3]
    elif spoil == "changed":
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    elif spoil == "other code":
        token = token.replace(request.code, RequestFactory().code)
    elif spoil == "revoked":
        ServiceRequest.objects.update(link_version=2)
    elif spoil == "erased":
        ServiceRequest.objects.update(erased_at=timezone.now())
    for name in ("tracking", "tracking_withdraw"):
        response = client.get(reverse(name, args=[token]))
        if spoil == "draft" and name == "tracking_withdraw":
            continue
        assert response.status_code == 404
        assert "Ce lien ne mène nulle part" in response.content.decode()


def test_the_page_stays_private(client):
    response = client.get(address(RequestFactory()))
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in response.content.decode()


def test_a_post_of_the_browser_from_the_page_is_accepted():
    from django.test import Client

    request = RequestFactory()
    browser = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
    browser.get(address(request))
    data = {"body": "Bonjour", "csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    assert browser.post(address(request, "tracking_reply"), data).status_code == 302


@pytest.mark.parametrize("state", ["submitted", "routed", "in_progress", "to_reroute"])
def test_a_late_step_is_said_to_be_late(client, state):
    traits = {} if state == "submitted" else {state: True}
    page = page_of(client, RequestFactory(late=True, **traits))
    assert "Délai dépassé" in page
    assert "devait" in page


def test_the_page_costs_the_same_with_more_of_everything(client, django_assert_num_queries):
    request = RequestFactory(in_progress=True)
    MessageFactory(request=request)
    client.get(address(request))
    with django_assert_num_queries(8):
        client.get(address(request))
    for _number in range(20):
        ReferralFactory(request=request, declined=True)
        MessageFactory(request=request)
        request.log("decline", by=Party.CLOCK, referral=request.referrals.first())
    with django_assert_num_queries(8):
        client.get(address(request))


PARTIES = [Party.HUB, Party.COMPANY, Party.ORGANISATION]


@pytest.mark.parametrize("state", RequestState.values)
@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("taken", [True, False])
def test_every_situation_has_a_whole_sentence_without_codes(state, party, late, taken):
    situation = Situation(
        state, party, organisation="NWX", is_taken=taken, day="jeudi 12 mars 2026", is_late=late, reject_reason="spam"
    )
    sentence = headline(situation)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert state not in sentence.lower().split()
    if state in {"submitted", "routed", "in_progress", "to_reroute"}:
        assert "jeudi 12 mars 2026" in sentence


@pytest.mark.parametrize("reason", RejectReason.values)
@pytest.mark.parametrize("outcome", Outcome.values)
def test_every_ending_has_its_sentence(reason, outcome):
    rejected = headline(Situation(RequestState.REJECTED, reject_reason=reason))
    closed = headline(Situation(RequestState.CLOSED, outcomes=(outcome,), helpers=("NWX",)))
    assert "guichet" in rejected
    assert closed.startswith("Votre demande")


@pytest.mark.parametrize("step", [*STEP_LABELS])
def test_no_row_of_the_history_shows_a_code(step):
    for reason, outcome in itertools.product(["", *DeclineReason.values], ["", *Outcome.values]):
        sentence = status_message(
            Fact(step, organisation="NWX", names=("NWX",), reason=reason, outcome=outcome, after="TES")
        )
        assert sentence is None or (sentence.text[0].isupper() and sentence.text.endswith("."))


def test_names_are_listed_as_people_do():
    assert listed([]) == ""
    assert listed(["A"]) == "A"
    assert listed(["A", "B", "C"]) == "A, B et C"


def test_a_link_in_a_message_can_be_followed_from_every_page_that_shows_it(client, desk):
    request = RequestFactory(routed=True, hub=desk["hub"], need="Notre projet\u202f: https://exemple.fr/projet.")
    referral = ReferralFactory(request=request, organisation=desk["nwx"])
    MessageFactory(request=request, body="Le plan (https://exemple.fr/plan) est prêt.")
    links = ('<a href="https://exemple.fr/plan"', '<a href="https://exemple.fr/projet"')
    pages = [page_of(client, request)]
    for person, shown in ((desk["karim"], referral), (desk["lea"], request)):
        client.force_login(person)
        pages.append(client.get(shown.get_absolute_url()).content.decode())
    assert all(link in page for page in pages for link in links)
