"""Sign-in by a code, by a password, and what nobody may learn from it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from diginor.outbox.delivery import deliver_due
from diginor.outbox.models import OutgoingMail
from diginor.registries.tasks import expire_personal_data
from members.people.models import User
from tests.factories.members import PASSWORD, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
CODE = re.compile(r"\b\d{4}-\d{4}\b")


def ask_code(client, email, next_url=""):
    """Type an address in the page of sign-in; return the answer."""
    address = reverse("account_login") + (f"?next={next_url}" if next_url else "")
    return client.post(address, {"email": email, **({"next": next_url} if next_url else {})}, follow=True)


def last_code(email):
    """The code of the last mail to an address."""
    mail = OutgoingMail.objects.filter(recipient=email).recent().first()
    return CODE.search(mail.text).group()


def enter_code(client, code, **data):
    """Type a code in the page that waits for it."""
    return client.post(reverse("account_confirm_login_code"), {"code": code, "action": "verify", **data})


def sign_in(client, email, **data):
    """The whole way, with the code of the mail."""
    ask_code(client, email)
    return enter_code(client, last_code(email), **data)


def is_signed_in(client):
    """Whether the session belongs to someone."""
    return "_auth_user_id" in client.session


class TestCode:
    """A code by e-mail."""

    def test_a_known_person_enters_with_the_code(self, client):
        person = UserFactory()
        answer = sign_in(client, person.email)
        assert answer.url == reverse("after_sign_in")
        assert client.session["_auth_user_id"] == str(person.pk)

    def test_an_unknown_address_opens_an_account_only_once_proven(self, client):
        ask_code(client, "neuf@atelier.example")
        assert not User.objects.filter(email="neuf@atelier.example").exists()
        enter_code(client, last_code("neuf@atelier.example"))
        person = User.objects.get(email="neuf@atelier.example")
        assert client.session["_auth_user_id"] == str(person.pk)
        assert not person.has_usable_password()
        assert EmailAddress.objects.get(user=person).verified

    def test_known_and_unknown_addresses_get_the_same_answers(self, client):
        person = UserFactory(email="connue@atelier.example")
        pages, mails = [], []
        for email in (person.email, "absent@atelier.example"):
            client.cookies.clear()
            page = ask_code(client, email).content.decode().replace(email, "X")
            pages.append(re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page))
            mail = OutgoingMail.objects.get(recipient=email)
            mails.append((mail.subject, CODE.sub("", mail.text), CODE.sub("", mail.html)))
        assert pages[0] == pages[1]
        assert mails[0] == mails[1]

    def test_capital_letters_make_no_second_account(self, client):
        UserFactory(email="Marie@Atelier.example")
        sign_in(client, "marie@atelier.example")
        assert is_signed_in(client)
        assert User.objects.count() == 1

    def test_a_wrong_code_is_told_and_five_wrong_codes_end_the_round(self, client):
        ask_code(client, "marie@atelier.example")
        right = last_code("marie@atelier.example")
        for _attempt in range(4):
            answer = enter_code(client, "0000-0000")
            assert "Ce code ne convient pas" in answer.content.decode()
        assert enter_code(client, "0000-0000").url == reverse("account_request_login_code")
        enter_code(client, right)
        assert not is_signed_in(client)

    def test_the_dash_and_spaces_do_not_matter(self, client):
        ask_code(client, "marie@atelier.example")
        enter_code(client, f" {last_code('marie@atelier.example').replace('-', ' ')} ")
        assert is_signed_in(client)

    def test_a_code_is_over_after_a_quarter_of_an_hour(self, client, clock):
        ask_code(client, "marie@atelier.example")
        clock.advance(minutes=16)
        answer = client.post(
            reverse("account_confirm_login_code"), {"code": last_code("marie@atelier.example")}, follow=True
        )
        assert not is_signed_in(client)
        assert "Ce code n’est plus valable" in answer.content.decode()

    def test_a_code_serves_once(self, client):
        sign_in(client, "marie@atelier.example")
        code = last_code("marie@atelier.example")
        client.post(reverse("account_logout"))
        enter_code(client, code)
        assert not is_signed_in(client)

    def test_another_code_may_be_sent_and_replaces_the_first(self, client):
        ask_code(client, "marie@atelier.example")
        first = last_code("marie@atelier.example")
        client.post(reverse("account_confirm_login_code"), {"action": "resend"})
        second = last_code("marie@atelier.example")
        assert first != second
        enter_code(client, first)
        assert not is_signed_in(client)
        enter_code(client, second)
        assert is_signed_in(client)

    def test_one_may_start_again_with_another_address(self, client):
        ask_code(client, "faute@atelier.example")
        assert client.get(reverse("account_login")).status_code == 200
        sign_in(client, "marie@atelier.example")
        assert User.objects.get().email == "marie@atelier.example"

    def test_one_arrives_where_one_was_going(self, client):
        target = reverse("my_data")
        ask_code(client, "marie@atelier.example", next_url=target)
        assert enter_code(client, last_code("marie@atelier.example"), next=target).url == target

    def test_one_never_arrives_on_another_site(self, client):
        answer = sign_in(client, "marie@atelier.example", next="https://ailleurs.example/")
        assert answer.url == reverse("after_sign_in")

    def test_a_closed_account_stays_closed(self, client):
        person = UserFactory(is_active=False)
        answer = sign_in(client, person.email)
        assert answer.url == reverse("account_inactive")
        assert not is_signed_in(client)
        assert User.objects.count() == 1

    def test_the_mail_leaves_urgent_with_its_code_in_the_body_only(self, client, smtp):
        ask_code(client, "marie@atelier.example")
        row = OutgoingMail.objects.get()
        assert row.is_urgent
        assert deliver_due() == 1
        message = smtp.messages[0]
        assert not re.search(r"\d", str(message["Subject"]))
        assert CODE.search(message.get_body(("plain",)).get_content())
        assert CODE.search(message.get_body(("html",)).get_content())

    def test_the_mail_speaks_the_language_of_the_page(self, client):
        with translation.override("en"):
            client.post(reverse("account_login"), {"email": "mary@workshop.example"})
            code = last_code("mary@workshop.example")
            enter = client.post(reverse("account_confirm_login_code"), {"code": code})
        assert enter.status_code == 302
        assert User.objects.get().language == "en"


class TestPassword:
    """A password, for the teams."""

    def test_a_password_opens_the_account(self, client):
        person = UserFactory(with_password=True)
        answer = client.post(reverse("password_sign_in"), {"login": person.email, "password": PASSWORD})
        assert answer.url == reverse("after_sign_in")

    def test_wrong_password_and_unknown_address_are_the_same_refusal(self, client):
        person = UserFactory(with_password=True)
        words = [
            client.post(reverse("password_sign_in"), {"login": email, "password": "faux"}).content.decode()
            for email in (person.email, "absent@atelier.example")
        ]
        assert all("L’adresse ou le mot de passe ne convient pas." in page for page in words)

    def test_no_form_signs_up(self, client):
        assert client.get(reverse("account_signup")).url == reverse("account_login")
        client.post(reverse("account_signup"), {"email": "x@y.example", "password1": PASSWORD, "password2": PASSWORD})
        assert not User.objects.exists()

    def test_a_forgotten_password_is_replaced_by_a_link_that_serves_once(self, client):
        person = UserFactory(with_password=True)
        answer = client.post(reverse("account_reset_password"), {"email": person.email}, follow=True)
        assert "Si un compte utilise cette adresse" in answer.content.decode()
        link = re.search(r"http://\S+/nouveau/\S+", OutgoingMail.objects.get().text).group()
        page = client.get(link, follow=True)
        form = page.redirect_chain[-1][0]
        new = "une autre phrase tranquille"
        client.post(form, {"password1": new, "password2": new})
        person.refresh_from_db()
        assert person.check_password(new)
        assert "Ce lien n’est plus valable" in client.get(link, follow=True).content.decode()

    def test_a_forgotten_password_reveals_no_account(self, client):
        UserFactory(email="connue@atelier.example", with_password=True)
        pages = [
            client.post(reverse("account_reset_password"), {"email": email}, follow=True).content
            for email in ("connue@atelier.example", "absent@atelier.example")
        ]
        assert pages[0] == pages[1]
        assert OutgoingMail.objects.filter(recipient="absent@atelier.example").count() == 1


class TestAddress:
    """Changing one's address."""

    def test_the_new_address_counts_once_its_code_is_proven(self, client):
        person = UserFactory(email="avant@atelier.example")
        client.force_login(person)
        client.post(reverse("account_email"), {"email": "apres@atelier.example", "action_add": "1"})
        person.refresh_from_db()
        assert person.email == "avant@atelier.example"
        client.post(reverse("account_email_verification_sent"), {"code": last_code("apres@atelier.example")})
        person.refresh_from_db()
        assert person.email == "apres@atelier.example"
        warned = OutgoingMail.objects.get(recipient="avant@atelier.example")
        assert "adresse électronique" in warned.subject

    def test_an_address_taken_by_another_is_not_revealed(self, client):
        UserFactory(email="prise@atelier.example")
        person = UserFactory(email="moi@atelier.example")
        client.force_login(person)
        answer = client.post(
            reverse("account_email"), {"email": "prise@atelier.example", "action_add": "1"}, follow=True
        )
        assert "Un code est parti à prise@atelier.example" in answer.content.decode()
        # Only who reads that mailbox learns more, and gains nothing.
        code = last_code("prise@atelier.example")
        answer = client.post(reverse("account_email_verification_sent"), {"code": code})
        assert "Cette adresse ne peut pas être utilisée." in answer.content.decode()
        person.refresh_from_db()
        assert person.email == "moi@atelier.example"


class TestLimits:
    """Too many attempts."""

    def test_an_address_receives_five_codes_in_a_quarter_of_an_hour(self, client):
        for _attempt in range(6):
            client.cookies.clear()
            answer = ask_code(client, "marie@atelier.example")
        assert "Trop d’essais" in answer.content.decode()
        assert OutgoingMail.objects.count() == 5

    def test_passwords_cannot_be_tried_without_end(self, client):
        person = UserFactory(with_password=True)
        for _attempt in range(6):
            answer = client.post(reverse("password_sign_in"), {"login": person.email, "password": "faux"})
        assert "Trop d’essais" in answer.content.decode()
        answer = client.post(reverse("password_sign_in"), {"login": person.email, "password": PASSWORD})
        assert not is_signed_in(client)

    def test_without_the_cache_people_still_enter(self, client, broker):
        broker.stop()
        cache.clear()
        sign_in(client, "marie@atelier.example")
        assert is_signed_in(client)


class TestArrival:
    """Where one goes after signing in."""

    def test_a_company_goes_to_its_requests(self, client):
        client.force_login(UserFactory())
        assert client.get(reverse("after_sign_in")).url == reverse("my_requests")

    def test_an_adviser_goes_to_the_inbox(self, client):
        client.force_login(UserFactory(adviser_of=OrganisationFactory()))
        assert client.get(reverse("after_sign_in")).url == reverse("inbox")

    def test_a_page_of_the_account_leads_back_after_sign_in(self, client):
        answer = client.get(reverse("account"))
        assert answer.url == f"{reverse('account_login')}?next={reverse('account')}"


def test_old_mails_of_codes_are_forgotten(client):
    ask_code(client, "marie@atelier.example")
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(days=91), status="sent")
    expire_personal_data()
    assert not OutgoingMail.objects.exists()


class TestStrangers:
    """What somebody else does with an address."""

    ADDRESS = "marie@atelier.example"

    def mails(self):
        return OutgoingMail.objects.filter(recipient=self.ADDRESS).count()

    def test_who_asks_for_codes_without_end_closes_nobody_else_out(self, client):
        stranger = Client(REMOTE_ADDR="203.0.113.9")
        for _attempt in range(19):
            ask_code(stranger, self.ADDRESS)
        assert self.mails() == 5
        sign_in(client, self.ADDRESS)
        assert is_signed_in(client)

    def test_the_addresses_of_one_line_are_one_origin(self):
        for number in range(8):
            ask_code(Client(REMOTE_ADDR=f"2001:db8::{number}"), self.ADDRESS)
        assert self.mails() == 5

    def test_all_origins_together_are_bounded(self):
        for number in range(13):
            for _attempt in range(5):
                ask_code(Client(REMOTE_ADDR=f"203.0.113.{number}"), self.ADDRESS)
        assert self.mails() == 60
