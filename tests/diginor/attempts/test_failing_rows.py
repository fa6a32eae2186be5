"""What fails is said where administrators come first, and leads to the rows themselves."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from diginor.attempts.retries import Retried, Setback, try_keys
from diginor.outbox.delivery import SENDER_PAUSE, deliver_due
from diginor.outbox.models import MailStatus, OutgoingMail
from services.requests.models import FollowUp
from tests.factories.members import HubFactory, UserFactory
from tests.factories.services import FollowUpFactory

pytestmark = pytest.mark.django_db
ALERT = 'id="failing-title"'


def mail(number, **fields):
    return OutgoingMail.objects.create(
        dedupe_key=f"test:{number}", kind="Test", recipient=f"p{number}@a.example", subject=f"Objet {number}", **fields
    )


def break_down(row, words="RuntimeError: cassé"):
    """Let an attempt of a row fail."""
    row.begin_attempt(timezone.now())
    row.put_off(words, timezone.now())


@pytest.fixture
def home(client):
    """What an administrator reads first."""
    client.force_login(UserFactory(administrator=True))
    return lambda: client.get(reverse("admin:index")).content.decode()


def test_nothing_is_said_where_nothing_fails(home):
    mail(1)
    assert ALERT not in home()


def test_the_home_of_the_administration_says_how_many_rows_fail_and_since_when(home, clock):
    break_down(mail(1))
    clock.advance(hours=2)
    break_down(mail(2))
    mail(3)
    try_keys("digests", ["anne@a.example"], lambda key: 1 / 0)
    break_down(FollowUpFactory())
    text = " ".join(strip_tags(home()).split())
    assert "2 courriels sortants depuis le 10 mars 2026 à 9 h 00" in text
    for label in ("1 suivi depuis le 10 mars 2026 à 11 h 00", "1 travail en échec depuis le 10 mars 2026 à 11 h 00"):
        assert label in text


def test_the_alert_leads_to_the_rows_that_fail_and_to_no_other(home, client):
    break_down(mail(1))
    mail(2)
    address = reverse("admin:diginor_outgoingmail_changelist") + "?en_echec=1"
    assert f'href="{address}"' in home()
    text = client.get(address).content.decode()
    assert "Objet 1" in text
    assert "Objet 2" not in text


def test_the_desk_which_can_mend_nothing_is_not_alarmed(client):
    break_down(mail(1))
    client.force_login(UserFactory(staff_of=HubFactory()))
    text = client.get(reverse("admin:index")).content.decode()
    assert reverse("admin:triage") in text
    assert ALERT not in text


def test_every_kind_of_row_that_is_tried_again_has_its_list():
    kinds = [model for model in apps.get_models() if issubclass(model, Retried)]
    assert {OutgoingMail, FollowUp, Setback} <= set(kinds)
    assert not [model for model in kinds if model not in admin.site._registry]


@pytest.mark.parametrize("make", [FollowUpFactory, lambda: Setback.objects.create(work="digests", key="a@b.example")])
def test_what_was_mended_is_tried_again_at_once(client, clock, make):
    row = make()
    break_down(row)
    assert row.next_attempt_at > timezone.now()
    client.force_login(UserFactory(administrator=True))
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")
    client.post(address, {"action": "try_now", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.next_attempt_at == timezone.now()


def test_what_is_due_no_more_fails_no_more():
    try_keys("digests", ["a@b.example", "c@d.example"], lambda key: 1 / 0)
    try_keys("others", ["a@b.example"], lambda key: 1 / 0)
    assert try_keys("digests", ["c@d.example"], lambda key: 1) == 0
    assert list(Setback.objects.order_by("work").values_list("work", "key")) == [
        ("digests", "c@d.example"),
        ("others", "a@b.example"),
    ]


def test_a_sender_refused_for_one_hub_delays_that_hubs_mails_only(smtp, clock):
    theirs = [mail(number, sender="Guichet <guichet@hub.example>") for number in range(3)]
    ours = [mail(number, sender="Autre <guichet@autre.example>") for number in range(3, 6)]
    smtp.refuse("553 5.7.1 not your domain", "guichet@hub.example")
    assert deliver_due() == len(ours) == len(smtp.messages)
    first, *others = OutgoingMail.objects.filter(pk__in=[row.pk for row in theirs]).order_by("-attempts", "pk")
    assert (first.status, first.attempts, first.last_error) == (MailStatus.QUEUED, 1, "553 5.7.1 not your domain")
    assert [(row.attempts, row.next_attempt_at) for row in others] == [(0, timezone.now() + SENDER_PAUSE)] * 2
    smtp.accept("guichet@hub.example")
    clock.advance(minutes=10)
    assert deliver_due() == len(theirs)
    assert not OutgoingMail.objects.failing().exists()
