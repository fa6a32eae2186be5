"""Addresses: what nobody sees is removed wherever one enters, and what no mail server takes is refused at once."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.mail.message import sanitize_address
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from diginor.text.email_addresses import EmailField, check_address, clean_address
from members.hubs.models import Hub
from members.people.actions.invitations import invite
from members.people.models import Invitation, User
from services.requests.models import ServiceRequest
from tests.every_form import addresses, answer
from tests.factories.members import MembershipFactory, UserFactory
from tests.filled import some
from tests.sources import APPS

SEEN = "jean@exemple.example"
# As they come from a web page, a spreadsheet, a card: a mark of direction, a space of no width, a soft hyphen, a mark
# of the beginning of a file.
UNSEEN = [
    f"{SEEN}\u202c",
    f"\u200b{SEEN}",
    SEEN.replace("m", "m\u00ad"),
    f"\ufeff{SEEN} ",
    SEEN.replace("@", "\u2060@"),
]
REFUSED = {
    "rené@exemple.example": "local",
    "jean@" + "a" * 64 + ".example": "domain",
    "jean@exemple..example": "domain",
    "jean@" + "\u00e9" * 60 + ".example": "domain",
    "j" * 64 + "@" + ".".join(["a" * 60] * 4) + ".example": "long",
}


def own_fields() -> list[models.EmailField]:
    own = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    return [field for model in own for field in model._meta.fields if isinstance(field, models.EmailField)]


@pytest.mark.parametrize("text", UNSEEN)
def test_what_nobody_sees_is_removed(text: str) -> None:
    assert clean_address(text) == SEEN


@pytest.mark.parametrize(("text", "code"), REFUSED.items())
def test_what_no_mail_server_takes_is_refused_in_words(text: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check_address(text)
    assert caught.value.code == code
    assert caught.value.messages


def test_every_column_of_addresses_is_ours() -> None:
    assert {field.name for field in own_fields()} >= {"email", "contact_email", "public_email", "recipient"}
    assert not [str(field) for field in own_fields() if not isinstance(field, EmailField)]


def test_every_column_keeps_what_is_seen_and_refuses_what_cannot_be_sent() -> None:
    for field in some(own_fields()):
        for text in UNSEEN:
            row = field.model(**{field.name: text})
            assert getattr(row, field.name) == SEEN, field
            assert field.clean(text, row) == SEEN, field
        for text, code in REFUSED.items():
            with pytest.raises(ValidationError) as caught:
                field.clean(text, None)
            assert code in {error.code for error in caught.value.error_list}, (field, text)


def test_every_form_keeps_what_is_seen_and_refuses_what_cannot_be_sent() -> None:
    for name, field in some(addresses()):
        for text in UNSEEN:
            assert answer(field, text) == SEEN, name
        for text, code in REFUSED.items():
            assert code in answer(field, text), (name, text)


@given(st.text(st.characters(exclude_characters="@"), max_size=20), st.text(max_size=20))
def test_an_address_that_is_taken_can_be_put_into_a_mail(before: str, domain: str) -> None:
    field = User._meta.get_field("email")
    try:
        address = field.clean(f"{before}@{domain}.example", None)
    except ValidationError:
        return
    assert sanitize_address(address, "utf-8").isascii()
    assert address.partition("@")[0].isascii()


@pytest.mark.django_db
def test_an_unseen_mark_finds_the_same_person() -> None:
    person = UserFactory(email=SEEN)
    assert User.objects.with_email(UNSEEN[0]).get() == person
    User.objects.filter(pk=person.pk).update(email=f"autre{UNSEEN[0]}")
    person.refresh_from_db()
    assert person.email == f"autre{SEEN}"


@pytest.mark.django_db
def test_who_is_invited_twice_with_and_without_a_mark_waits_once() -> None:
    team = MembershipFactory(manager=True)
    for text in (SEEN, UNSEEN[0]):
        invite(team.organisation, email=text, by=team.user)
    assert Invitation.objects.get().email == SEEN


def test_a_sender_of_a_hub_can_be_sent_from() -> None:
    sender = Hub._meta.get_field("sender")
    assert sender.clean(f"Guichet <{SEEN}>", None)
    for text in (f"Guichet <{UNSEEN[0]}>", "Guichet <rené@exemple.example>", "jean@" + "a" * 64 + ".example"):
        with pytest.raises(ValidationError) as caught:
            sender.clean(text, None)
        assert caught.value.error_list[0].code == "sender"


def test_the_address_of_a_request_is_one_of_them() -> None:
    assert ServiceRequest(contact_email=UNSEEN[1]).contact_email == SEEN
