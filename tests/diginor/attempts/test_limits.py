"""The limits on attempts hold without Valkey, and what a stranger tries closes nothing to anybody else."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diginor.attempts import throttle
from diginor.attempts.tallies import Tally
from diginor.outbox.models import OutgoingMail
from diginor.registries.tasks import expire_personal_data
from tests.factories.members import UserFactory
from tests.peers import Broker

STRANGER, OWNER = "203.0.113.7", "198.51.100.4"
PASSWORD = "un long mot de passe pour essayer"


@pytest.fixture
def away(db: None, broker: Broker) -> None:
    """Valkey is stopped."""
    broker.stop()


def ask_for_a_code(email: str, origin: str) -> Client:
    """Ask for a code from somewhere."""
    client = Client(REMOTE_ADDR=origin)
    client.post(reverse("account_login"), {"email": email})
    return client


def codes_of(email: str) -> int:
    """How many codes were written to an address."""
    return OutgoingMail.objects.filter(recipient=email).count()


@pytest.mark.usefixtures("away")
def test_without_valkey_acts_are_counted():
    assert [throttle.hits("act", seconds=60) for _act in range(3)] == [1, 2, 3]
    assert throttle.hits("another", seconds=60) == 1


@pytest.mark.usefixtures("away")
def test_without_valkey_a_count_starts_anew_once_its_time_is_over():
    throttle.hits("act", seconds=60)
    Tally.objects.update(expires_at=timezone.now() - timezone.timedelta(seconds=1))
    assert throttle.hits("act", seconds=60) == 1


@pytest.mark.django_db(transaction=True)
def test_without_valkey_many_at_once_are_each_counted(broker):
    broker.stop()

    def act(_number: int) -> int:
        try:
            return throttle.hits("act", seconds=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(act, range(24))) == list(range(1, 25))


@pytest.mark.usefixtures("away")
def test_what_is_no_limit_asks_nothing_of_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert cache.get("page") is None
        assert cache.add("page", 1) is True


@pytest.mark.usefixtures("away")
def test_names_are_not_kept_and_counters_go():
    throttle.hits(STRANGER, seconds=60)
    assert not Tally.objects.filter(key__contains=STRANGER).exists()
    Tally.objects.update(expires_at=timezone.now() - timezone.timedelta(seconds=1))
    expire_personal_data()
    assert not Tally.objects.exists()


@pytest.mark.usefixtures("away")
def test_without_valkey_codes_are_limited():
    person = UserFactory()
    for _try in range(8):
        ask_for_a_code(person.email, STRANGER)
    assert codes_of(person.email) == 5


@pytest.mark.django_db
def test_a_stranger_who_asks_for_codes_closes_them_to_nobody_else():
    person = UserFactory()
    for _try in range(8):
        ask_for_a_code(person.email, STRANGER)
    assert codes_of(person.email) == 5
    ask_for_a_code(person.email, OWNER)
    assert codes_of(person.email) == 6


@pytest.mark.django_db
def test_a_stranger_who_tries_passwords_closes_them_to_nobody_else():
    person = UserFactory(with_password=PASSWORD)

    def sign_in(password: str, origin: str) -> bool:
        client = Client(REMOTE_ADDR=origin)
        answer = client.post(reverse("password_sign_in"), {"login": person.email, "password": password})
        return answer.status_code == 302

    assert not any(sign_in("faux mot de passe", STRANGER) for _try in range(6))
    assert not sign_in(PASSWORD, STRANGER)
    assert sign_in(PASSWORD, OWNER)
