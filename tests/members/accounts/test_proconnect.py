"""ProConnect, against a real OpenID Connect server."""

import pytest
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from members.people.models import User
from tests.factories.members import OrganisationFactory, UserFactory
from tests.members.accounts.test_sign_in import is_signed_in
from tests.oidc import IdentityServer

pytestmark = pytest.mark.django_db
LEAVE = ["proconnect"]


@pytest.fixture(scope="module")
def server():
    """One server for these tests."""
    with IdentityServer() as running:
        yield running


@pytest.fixture
def proconnect(server, settings):
    """The portal knows the server, which knows Camille."""
    settings.SOCIALACCOUNT_PROVIDERS = server.settings()
    server.claims = {
        "sub": "uid-1",
        "given_name": "Camille",
        "usual_name": "Lebrun",
        "email": "camille@atelier.example",
        "email_verified": True,
    }
    server.tampering, server.as_json = {}, False
    return server


def sign_in(client, server, next_url=""):
    """Press the button, accept there, come back."""
    leaving = client.post(reverse("openid_connect_login", args=LEAVE) + (f"?next={next_url}" if next_url else ""))
    assert leaving.url.startswith(f"{server.url}/authorize?")
    return client.get(server.accept(leaving.url).removeprefix("http://testserver"))


def test_a_first_visit_opens_an_account_with_the_name(client, proconnect):
    answer = sign_in(client, proconnect)
    assert answer.url == reverse("after_sign_in")
    person = User.objects.get()
    assert (person.email, str(person)) == ("camille@atelier.example", "Camille Lebrun")
    assert is_signed_in(client)


def test_a_known_person_is_found_by_verified_address_in_any_case(client, proconnect):
    person = UserFactory(email="Camille@Atelier.example", adviser_of=OrganisationFactory())
    sign_in(client, proconnect)
    assert client.session["_auth_user_id"] == str(person.pk)
    assert SocialAccount.objects.get().user == person


def test_a_person_is_known_again_even_when_the_address_changes(client, proconnect):
    sign_in(client, proconnect)
    client.post(reverse("account_logout"))
    proconnect.claims = {**proconnect.claims, "email": "autre@atelier.example"}
    sign_in(client, proconnect)
    assert User.objects.count() == 1
    assert is_signed_in(client)


@pytest.mark.parametrize("claim", [False, None, "true"])
def test_an_address_that_nobody_vouches_for_opens_nothing(client, proconnect, claim):
    UserFactory(email="camille@atelier.example")
    proconnect.claims["email_verified"] = claim
    answer = sign_in(client, proconnect)
    assert answer.url == reverse("account_login")
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    assert "ProConnect ne garantit pas" in client.get(answer.url).content.decode()


def test_signs_that_nobody_sees_open_the_same_account(client, proconnect):
    person = UserFactory(email="camille@atelier.example")
    proconnect.claims["email"] = "\u200bcamille@atelier.example\u202c"
    sign_in(client, proconnect)
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize("email", ["rené@atelier.example", "camille", "", None])
def test_what_no_mail_can_be_sent_to_opens_nothing(client, proconnect, email):
    proconnect.claims["email"] = email
    sign_in(client, proconnect)
    assert not User.objects.exists()


def test_the_installer_may_say_that_proconnect_vouches_but_a_no_stays_a_no(client, proconnect, settings):
    settings.PROCONNECT_VOUCHES_FOR_EMAILS = True
    proconnect.claims["email_verified"] = False
    sign_in(client, proconnect)
    assert not is_signed_in(client)
    del proconnect.claims["email_verified"]
    sign_in(client, proconnect)
    assert is_signed_in(client)


def test_what_is_said_in_plain_json_is_read_too(client, proconnect):
    proconnect.as_json = True
    sign_in(client, proconnect)
    assert is_signed_in(client)


@pytest.mark.parametrize("fault", ["nonce", "key", "iss", "aud"])
def test_a_token_that_is_not_for_us_is_refused(client, proconnect, fault):
    proconnect.tampering = {fault: proconnect.other_key if fault == "key" else "autre"}
    answer = sign_in(client, proconnect)
    assert "ProConnect n’a pas pu vous identifier" in answer.content.decode()
    assert not is_signed_in(client)


def test_a_forged_return_is_refused(client, proconnect):
    answer = client.get(reverse("openid_connect_callback", args=LEAVE), {"code": "x", "state": "y"})
    assert "ProConnect n’a pas pu vous identifier" in answer.content.decode()


def test_giving_up_there_is_said_kindly(client, proconnect):
    leaving = client.post(reverse("openid_connect_login", args=LEAVE))
    state = leaving.url.split("state=")[1].split("&")[0]
    back = reverse("openid_connect_callback", args=LEAVE)
    answer = client.get(back, {"error": "access_denied", "state": state}, follow=True)
    assert "Vous avez quitté ProConnect" in answer.content.decode()


def test_the_second_factor_is_still_asked(client, proconnect):
    UserFactory(email="camille@atelier.example", with_second_factor=True)
    assert sign_in(client, proconnect).url == reverse("mfa_authenticate")
    assert not is_signed_in(client)


def test_one_arrives_where_one_was_going(client, proconnect):
    assert sign_in(client, proconnect, reverse("my_data")).url == reverse("my_data")


def test_a_broken_server_is_said_kindly(client, proconnect, settings):
    providers = proconnect.settings()
    providers["openid_connect"]["APPS"][0]["secret"] = "faux"
    settings.SOCIALACCOUNT_PROVIDERS = providers
    assert "ProConnect n’a pas pu vous identifier" in sign_in(client, proconnect).content.decode()


def test_the_link_may_be_broken(client, proconnect):
    sign_in(client, proconnect)
    page = client.get(reverse("socialaccount_connections")).content.decode()
    assert "camille@atelier.example" in page
    client.post(reverse("socialaccount_connections"), {"account": SocialAccount.objects.get().pk})
    assert not SocialAccount.objects.exists()


def test_without_settings_there_is_no_button_and_no_way(client):
    assert "ProConnect" not in client.get(reverse("account_login")).content.decode()
    assert client.get(reverse("openid_connect_login", args=LEAVE)).status_code == 404
    assert client.get(reverse("openid_connect_callback", args=LEAVE)).status_code == 404
