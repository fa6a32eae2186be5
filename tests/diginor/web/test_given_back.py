"""A form that cannot be taken is given back with what was typed; that of another site, and every secret, is not."""

import re

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from diginor.web.given_back import AGAIN, MOST_SIGNS, SECRET
from services.requests.links import tracking_token
from services.requests.models import Message, ServiceRequest
from tests.every_form import every_form
from tests.factories.members import HubFactory, UserFactory, commune
from tests.services.filing_walk import COMPANY, NEED
from tests.sessions import sign_in
from tests.visitor import PageForm, forms_of
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
HERE = {"origin": "http://testserver"}
FOREIGN = [
    {"origin": "https://ailleurs.example"},
    {"origin": "null"},
    {"referer": "https://ailleurs.example/piege"},
    {"sec-fetch-site": "cross-site"},
]


@pytest.fixture
def hub():
    """A hub that receives requests."""
    commune("50218", "Granville", "50400")
    return HubFactory(is_default=True)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def strict() -> Client:
    """A browser of which the token is asked."""
    return Client(enforce_csrf_checks=True, headers=HERE)


def given(answer: HttpResponse) -> PageForm:
    """The form that gives back."""
    return next(form for form in forms_of(answer.content.decode()) if AGAIN in form.fields)


def says_reload(answer: HttpResponse) -> bool:
    """Whether the page advises what would lose everything."""
    return bool(re.search(r"recharg|actualis|page précédente", answer.content.decode(), re.IGNORECASE))


@pytest.mark.parametrize(
    "headers", [HERE, {"referer": "http://testserver/demande/"}, {}], ids=["origin", "referer", "-"]
)
@pytest.mark.parametrize("lost", ["cookies", "token", "rotated"])
def test_a_form_without_its_token_comes_back_whole_and_one_click_sends_it(hub, headers, lost) -> None:
    client = Client(enforce_csrf_checks=True, headers=headers)
    page = client.get(reverse("filing_need"))
    form = next(form for form in forms_of(page.content.decode()) if "need" in form.fields)
    text = 'Un « robot » <b>la nuit</b> & "rien"\nde plus, sur deux lignes.'
    data = {**form.fields, "need": text}
    if lost == "cookies":
        client.cookies.clear()
    elif lost == "token":
        del data["csrfmiddlewaretoken"]
    else:
        client.cookies["csrftoken"] = "a" * 32
    answer = client.post(reverse("filing_need"), data)
    assert answer.status_code == 403
    assert "no-store" in answer["Cache-Control"]
    assert not says_reload(answer)
    assert not ServiceRequest.objects.exists()
    form = given(answer)
    assert form.action == ""
    assert form.fields["need"] == text
    assert "<b>la nuit" not in answer.content.decode()
    assert client.post(reverse("filing_need"), form.fields).status_code == 302
    assert ServiceRequest.objects.get().need == text


@pytest.mark.parametrize("headers", FOREIGN, ids=["origin", "null", "referer", "fetch"])
def test_nothing_of_a_form_of_another_site_comes_back(hub, headers) -> None:
    client = Client(enforce_csrf_checks=True, headers=headers)
    answer = client.post(reverse("filing_need"), {**NEED, "need": "Écrit par un autre site, pour vous."})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Cet envoi vient d’un autre site" in page
    assert "Écrit par un autre site" not in page
    assert AGAIN not in page


def test_a_browser_that_refuses_cookies_is_told_so_with_a_telephone(hub, strict, settings) -> None:
    settings.PUBLISHER = {**settings.PUBLISHER, "phone": "02 31 00 00 00"}
    first = strict.post(reverse("filing_need"), NEED)
    assert "refuse les cookies" not in first.content.decode()
    strict.cookies.clear()
    second = strict.post(reverse("filing_need"), given(first).fields)
    page = second.content.decode()
    assert "Votre navigateur refuse les cookies" in page
    assert "02 31 00 00 00" in page
    assert given(second).fields["need"] == NEED["need"]
    assert not says_reload(second)


def test_the_hub_of_the_host_is_whom_such_a_browser_calls(hub, settings) -> None:
    HubFactory(name="Guichet Bretagne", phone="02 99 00 00 00", host="bretagne.example")
    settings.DIGINOR_HOSTS, settings.ALLOWED_HOSTS = ["bretagne.example"], ["bretagne.example"]
    client = Client(enforce_csrf_checks=True, headers={"host": "bretagne.example"})
    assert "02 99 00 00 00" in client.post(reverse("filing_need"), {**NEED, AGAIN: "1"}).content.decode()


def test_files_are_chosen_again_before_anything_is_sent(strict, world) -> None:
    where = reverse("tracking_reply", args=[tracking_token(world.own.requests["en cours"])])
    plan = SimpleUploadedFile("plan.pdf", b"%PDF-1.7\nplan", "application/pdf")
    answer = strict.post(where, {"body": "Voici le plan.", "files": [plan]})
    form = given(answer)
    assert form.files == ["files"]
    assert "plan.pdf" in answer.content.decode()
    before = Message.objects.count()
    plan.seek(0)
    assert strict.post(where, {**form.fields, "files": [plan]}).status_code == 302
    assert Message.objects.count() == before + 1


@pytest.mark.parametrize(
    "name", ["csrfmiddlewaretoken", "password", "old_password", "code", "account-code", "id_token"]
)
def test_no_secret_comes_back(strict, hub, name) -> None:
    answer = strict.post(reverse("account_login"), {"email": "a@b.example", name: "tres-secret-43"})
    assert "tres-secret-43" not in answer.content.decode()
    assert given(answer).fields["email"] == "a@b.example"
    says = "Les mots de passe et les codes ne sont pas gardés" in answer.content.decode()
    assert says == (name != "csrfmiddlewaretoken")


def test_every_password_and_every_code_of_every_form_is_a_secret() -> None:
    secret = {
        name
        for form in every_form()
        for name, field in form.base_fields.items()
        if isinstance(field.widget, forms.PasswordInput) or field.widget.attrs.get("autocomplete") == "one-time-code"
    }
    assert {"password", "code"} <= secret
    assert [name for name in secret if not SECRET.search(name)] == []


@pytest.mark.parametrize("name", [*NEED, *COMPANY, "opened", "commune_code", "postcode", "need-opened", "draft"])
def test_what_is_no_secret_comes_back(name) -> None:
    assert not SECRET.search(name)


def test_a_form_past_the_bound_is_shown_to_be_copied_only(strict, hub) -> None:
    page = strict.post(reverse("filing_need"), {**NEED, "need": "un mot " * (MOST_SIGNS // 7 + 1)}).content.decode()
    assert AGAIN not in page
    assert "un mot un mot" in page


def test_what_was_written_after_the_session_ended_is_given_back_and_goes_after_signing_in(world) -> None:
    person, referral = world.person("adviser"), world.own.referrals["accepted"]
    where = reverse("referral_write", args=[referral.code])
    client = Client(enforce_csrf_checks=True, headers=HERE)
    client.get(reverse("account_login"))
    token = client.cookies["csrftoken"].value
    data = {"shared-body": "Je vous appelle jeudi matin.", "shared-thread": "shared", "csrfmiddlewaretoken": token}
    answer = client.post(where, data)
    assert answer.status_code == 401
    assert reverse("account_login") in answer.content.decode()
    form = given(answer)
    before = Message.objects.count()
    sign_in(client, person)
    client.cookies["csrftoken"] = "b" * 32
    answer = client.post(where, form.fields)
    assert answer.status_code == 403
    assert client.post(where, given(answer).fields).status_code == 302
    assert Message.objects.count() == before + 1


def test_who_only_pressed_a_button_signs_in_as_before(world) -> None:
    where = reverse("referral_accept", args=[world.own.referrals["sent"].code])
    answer = Client().post(where, {"why": "", "opened": "x~y"})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_the_page_that_was_refused_is_plain_for_who_is_signed_in_too() -> None:
    client = Client(enforce_csrf_checks=True, headers=HERE)
    client.force_login(UserFactory())
    answer = client.post(reverse("my_data_export"), {"csrfmiddlewaretoken": "a" * 64})
    assert answer.status_code == 403
    assert not says_reload(answer)
