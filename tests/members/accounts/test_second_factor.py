"""The second factor: compulsory for professionals, never bypassed, never lost by mistake."""

import hashlib
import hmac
import struct
import time
from base64 import b32decode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import InvalidToken
from django.test import Client
from django.urls import reverse

from diginor.outbox.models import OutgoingMail
from tests.factories.members import PASSWORD, TOTP_SECRET, HubFactory, OrganisationFactory, UserFactory
from tests.members.accounts.test_sign_in import ask_code, enter_code, is_signed_in, last_code
from tests.sessions import prove as give

pytestmark = pytest.mark.django_db


def totp(secret=TOTP_SECRET):
    """The code that an application shows now (RFC 6238), written apart from the library under test."""
    counter = struct.pack(">Q", int(time.time() // 30))
    digest = hmac.new(b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def prove(client, code):
    """Type a code in the page of the second factor."""
    return client.post(reverse("mfa_authenticate"), {"code": code})


@pytest.fixture
def compulsory(settings):
    """Production: professionals need a second factor."""
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def adviser():
    """An adviser with a password and an application of codes."""
    return UserFactory(adviser_of=OrganisationFactory(), with_second_factor=True)


class TestSignIn:
    """Both proofs are needed."""

    def test_the_password_alone_does_not_open_the_session(self, client, adviser):
        answer = client.post(reverse("password_sign_in"), {"login": adviser.email, "password": PASSWORD})
        assert answer.url == reverse("mfa_authenticate")
        assert not is_signed_in(client)
        assert client.get(reverse("account")).status_code == 302

    def test_the_code_by_mail_alone_does_not_open_the_session(self, client, adviser):
        ask_code(client, adviser.email)
        assert enter_code(client, last_code(adviser.email)).url == reverse("mfa_authenticate")
        assert not is_signed_in(client)

    def test_a_new_password_by_mail_does_not_open_the_session(self, client, adviser):
        client.post(reverse("account_reset_password"), {"email": adviser.email})
        link = OutgoingMail.objects.get(recipient=adviser.email).text.split("http://")[1].split()[0]
        form = client.get("http://" + link, follow=True).redirect_chain[-1][0]
        client.post(form, {"password1": "une autre phrase tranquille", "password2": "une autre phrase tranquille"})
        assert not is_signed_in(client)

    @pytest.mark.parametrize("way", ["password", "code"])
    def test_both_proofs_open_it(self, client, adviser, way):
        if way == "password":
            client.post(reverse("password_sign_in"), {"login": adviser.email, "password": PASSWORD})
        else:
            ask_code(client, adviser.email)
            enter_code(client, last_code(adviser.email))
        assert prove(client, totp()).url == reverse("after_sign_in")
        assert is_signed_in(client)

    def test_a_wrong_code_is_told_and_tries_are_counted(self, client, adviser):
        client.post(reverse("password_sign_in"), {"login": adviser.email, "password": PASSWORD})
        assert "Ce code ne convient pas" in prove(client, "000000").content.decode()
        for _attempt in range(5):
            answer = prove(client, "000000")
        assert "Trop d’essais" in answer.content.decode()
        prove(client, totp())
        assert not is_signed_in(client)

    def test_a_recovery_code_serves_once(self, client, adviser):
        codes = adviser.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
        for expected in (True, False):
            client.post(reverse("account_logout"))
            client.post(reverse("password_sign_in"), {"login": adviser.email, "password": PASSWORD})
            prove(client, codes[0])
            assert is_signed_in(client) is expected

    def test_whoever_lost_everything_reads_whom_to_ask(self, client, adviser, settings):
        client.post(reverse("password_sign_in"), {"login": adviser.email, "password": PASSWORD})
        page = client.get(reverse("mfa_authenticate")).content.decode()
        assert f"mailto:{settings.PUBLISHER['email']}" in page

    @pytest.mark.parametrize("phone", ["02 99 00 00 00", ""])
    def test_behind_the_door_of_a_hub_it_is_the_hub_where_it_has_a_telephone(self, client, adviser, settings, phone):
        hub = HubFactory(name="Guichet de Bretagne", host="bretagne.exemple.example", phone=phone)
        settings.DIGINOR_HOSTS, settings.ALLOWED_HOSTS = [hub.host], ["testserver", hub.host]
        door = {"headers": {"host": hub.host}}
        client.post(reverse("password_sign_in"), {"login": adviser.email, "password": PASSWORD}, **door)
        page = client.get(reverse("mfa_authenticate"), **door).content.decode()
        assert ("Guichet de Bretagne vous répond au 02 99 00 00 00" in page) == bool(phone)
        assert (f"mailto:{settings.PUBLISHER['email']}" in page) == (not phone)

    def test_the_publisher_gives_a_telephone_where_there_is_one(self, client, adviser, settings):
        settings.PUBLISHER = {**settings.PUBLISHER, "phone": "02 31 00 00 00"}
        client.post(reverse("password_sign_in"), {"login": adviser.email, "password": PASSWORD})
        page = client.get(reverse("mfa_authenticate")).content.decode()
        assert "Ou appelez le 02 31 00 00 00." in page

    def test_the_file_of_recovery_codes_has_a_french_name(self, client):
        enrol(client, UserFactory())
        answer = client.get(reverse("mfa_download_recovery_codes"))
        assert answer["Content-Disposition"] == 'attachment; filename="codes-de-secours-diginor.txt"'
        assert len(answer.content.decode().split()) >= 10

    def test_a_code_of_the_application_serves_once(self, client, adviser):
        code = totp()
        for expected in (True, False):
            client.post(reverse("account_logout"))
            client.post(reverse("password_sign_in"), {"login": adviser.email, "password": PASSWORD})
            prove(client, code)
            assert is_signed_in(client) is expected


@pytest.mark.usefixtures("compulsory")
class TestCompulsory:
    """A professional without a second factor sets one up first."""

    @pytest.mark.parametrize("hat", ["adviser_of", "manager_of", "staff_of", "head_of", "officer_of"])
    def test_every_hat_is_led_to_set_it_up(self, client, hat):
        where = HubFactory() if hat in {"staff_of", "head_of", "officer_of"} else OrganisationFactory()
        client.force_login(UserFactory(**{hat: where}))
        for name in ("after_sign_in", "account", "inbox"):
            assert client.get(reverse(name)).url == reverse("mfa_index"), name
        page = client.get(reverse("mfa_index")).content.decode()
        assert "Choisissez un moyen pour continuer" in page

    def test_an_administrator_too(self, client):
        client.force_login(UserFactory(administrator=True))
        assert client.get(reverse("admin:index")).url == reverse("mfa_index")

    def test_a_company_is_not_asked(self, client):
        client.force_login(UserFactory())
        assert client.get(reverse("account")).status_code == 200

    def test_public_pages_and_the_way_out_stay_open(self, client):
        client.force_login(UserFactory(adviser_of=OrganisationFactory()))
        assert client.get(reverse("legal")).status_code == 200
        assert client.get(reverse("my_data")).status_code == 200
        client.post(reverse("account_logout"))
        assert not is_signed_in(client)

    def test_one_sets_it_up_and_goes_on(self, client, django_capture_on_commit_callbacks):
        person = UserFactory(adviser_of=OrganisationFactory())
        ask_code(client, person.email)
        enter_code(client, last_code(person.email))
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse("mfa_activate_totp"), {"code": totp(secret)})
        assert answer.url == reverse("mfa_view_recovery_codes")
        assert len(client.get(answer.url).context["unused_codes"]) == 10
        assert client.get(reverse("account")).status_code == 200
        subjects = OutgoingMail.objects.filter(recipient=person.email).values_list("subject", flat=True)
        assert "Une application de codes protège maintenant votre compte" in subjects

    def test_the_last_factor_stays(self, client, adviser):
        client.force_login(adviser)
        give(client, adviser, "mfa")
        answer = client.post(reverse("mfa_deactivate_totp"))
        assert "Votre rôle demande une double sécurité" in answer.content.decode()
        assert Authenticator.objects.filter(user=adviser, type="totp").exists()

    def test_the_last_passkey_stays(self, client):
        person = UserFactory(adviser_of=OrganisationFactory())
        key = Authenticator.objects.create(user=person, type="webauthn", data={"name": "Téléphone"})
        client.force_login(person)
        give(client, person, "mfa")
        answer = client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
        assert answer.url == reverse("mfa_list_webauthn")
        answer = client.get(reverse("mfa_index"))
        assert "Votre rôle demande une double sécurité" in answer.content.decode()
        assert Authenticator.objects.filter(pk=key.pk).exists()


def test_the_secrets_are_sealed_and_survive_a_change_of_key(adviser, settings):
    factors = Authenticator.objects.filter(user=adviser)
    assert TOTP_SECRET not in str([factor.data for factor in factors])
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"
    assert factors.get(type="totp").wrap().validate_code(totp())
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        factors.get(type="totp").wrap().validate_code(totp())


def test_in_demonstration_it_is_a_choice(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(UserFactory(adviser_of=OrganisationFactory()))
    assert client.get(reverse("account")).status_code == 200


def test_another_factor_asks_again_who_one_is(client):
    person = UserFactory(with_second_factor=True)
    client.force_login(person)
    assert client.get(reverse("mfa_add_webauthn")).url.startswith(reverse("account_reauthenticate"))


def test_a_passkey_of_someone_else_is_unknown(client):
    other = UserFactory()
    key = Authenticator.objects.create(user=other, type="webauthn", data={"name": "À moi"})
    client.force_login(UserFactory())
    assert client.get(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 404
    assert client.get(reverse("mfa_edit_webauthn", args=[key.pk])).status_code == 404


def end_up(client, answer):
    """The name of the page where an answer leads."""
    return answer.url.partition("?")[0] if answer.status_code == 302 else answer.status_code


def enrol(client, person):
    """Sign in by a code and set up an application, as the pages ask."""
    ask_code(client, person.email)
    enter_code(client, last_code(person.email))
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    return client.post(reverse("mfa_activate_totp"), {"code": totp(secret)})


@pytest.mark.usefixtures("compulsory")
class TestSession:
    """The factor counts for the session that gave it."""

    def test_a_session_that_gave_no_code_is_not_trusted_because_the_account_has_a_factor(self, client, adviser):
        client.force_login(adviser)
        for name in ("account", "inbox", "my_data", "my_data_export", "mfa_index", "account_set_password"):
            assert end_up(client, client.get(reverse(name))) == reverse("mfa_reauthenticate"), name

    def test_neither_does_a_session_opened_before_the_account_had_one(self, client, adviser):
        client.force_login(adviser)
        give(client, adviser, method="password", second_factor=True)
        assert end_up(client, client.get(reverse("inbox"))) == reverse("mfa_reauthenticate")
        password_again = client.get(reverse("account_reauthenticate"))
        assert end_up(client, password_again) == reverse("mfa_reauthenticate")

    def test_the_code_opens_the_page_that_was_asked(self, client, adviser):
        client.force_login(adviser)
        address = client.get(reverse("my_data")).url
        assert client.post(address, {"code": totp(), "next": reverse("my_data")}).url == reverse("my_data")
        assert client.get(reverse("my_data")).status_code == 200

    def test_an_account_with_passkeys_only_is_led_to_them(self, client):
        person = UserFactory(adviser_of=OrganisationFactory())
        Authenticator.objects.create(user=person, type="webauthn", data={"name": "Téléphone"})
        client.force_login(person)
        assert end_up(client, client.get(reverse("inbox"))) == reverse("mfa_reauthenticate_webauthn")

    @pytest.mark.parametrize("hat", [{}, {"adviser_of": True}], ids=["company", "adviser"])
    def test_setting_one_up_ends_the_other_sessions_and_keeps_this_one(self, client, hat):
        person = UserFactory(**{key: OrganisationFactory() for key in hat})
        other = Client()
        other.force_login(person)
        assert is_known(other)
        enrol(client, person)
        assert not is_known(other)
        assert client.get(reverse("account")).status_code == 200


def is_known(client):
    """Whether the server still knows the person of this browser."""
    return "/connexion/" not in client.get(reverse("my_data")).headers.get("Location", "")


class TestFreshProof:
    """What opens the account later asks again who one is."""

    PAGES = ("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes")

    def test_the_codes_just_made_are_shown_to_who_set_the_factor_up_and_later_only_after_a_proof(self, client, clock):
        enrol(client, UserFactory())
        for name in self.PAGES:
            assert client.get(reverse(name)).status_code == 200, name
        clock.advance(minutes=11)
        for name in self.PAGES:
            assert end_up(client, client.get(reverse(name))) == reverse("mfa_reauthenticate"), name

    def test_a_session_opened_a_minute_ago_does_not_read_the_codes_of_a_factor_set_up_elsewhere(self, client):
        person = UserFactory()
        ask_code(client, person.email)
        enter_code(client, last_code(person.email))
        TOTP.activate(person, TOTP_SECRET)
        RecoveryCodes.activate(person)
        for name in self.PAGES:
            assert end_up(client, client.get(reverse(name))) == reverse("mfa_reauthenticate"), name

    @pytest.mark.parametrize("name", ["account_set_password", "mfa_activate_totp", "mfa_add_webauthn"])
    def test_a_first_password_or_factor_on_an_old_session_asks_to_sign_in_again(self, client, clock, name):
        person = UserFactory()
        ask_code(client, person.email)
        enter_code(client, last_code(person.email))
        assert client.get(reverse(name)).status_code == 200
        clock.advance(minutes=11)
        answer = client.post(reverse(name), {"password1": PASSWORD, "password2": PASSWORD})
        assert end_up(client, answer) == reverse("account_login")
        assert not is_signed_in(client)
        person.refresh_from_db()
        assert not person.has_usable_password()
        page = client.get(answer.url).content.decode()
        assert "recevez d’abord un nouveau code" in page
        ask_code(client, person.email, next_url=reverse(name))
        assert enter_code(client, last_code(person.email), next=reverse(name)).url == reverse(name)
        assert client.get(reverse(name)).status_code == 200

    def test_a_first_password_of_an_account_with_a_factor_asks_for_the_factor(self, client, adviser):
        adviser.set_unusable_password()
        adviser.save()
        client.force_login(adviser)
        assert end_up(client, client.get(reverse("account_set_password"))) == reverse("mfa_reauthenticate")
