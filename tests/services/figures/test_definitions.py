"""What is counted is said in one place, and the database notes the days of whatever changes it."""

import re
from typing import Any

import pytest
from django.utils import timezone

from services.figures.models import StaleDay
from services.figures.rules import figures as rules
from services.requests.models import Referral, ServiceRequest
from tests.factories.services import ReferralFactory, RequestFactory
from tests.sources import app_code, name_of

OF_REFERRALS = {one.code: one.some or one.every for one in rules.OF_REQUESTS if one.some or one.every} | rules.OUTCOMES


def made_true(lookups: rules.Lookups, row: Any) -> dict[str, Any]:
    """The values of a row of which a condition is true."""
    values = {}
    for name, value in lookups.items():
        field, _, test = name.partition("__")
        assert test in ("", "isnull")
        some = row.pk if row._meta.get_field(field).is_relation else timezone.now()
        values[field] = (None if value else some) if test else value
    return values


@pytest.mark.django_db
@pytest.mark.parametrize("lookups", rules.NOT_COUNTED, ids=lambda lookups: "-".join(lookups))
def test_what_leaves_the_cohort_leaves_a_note(lookups):
    filed = RequestFactory()
    StaleDay.objects.all().delete()
    ServiceRequest.objects.filter(pk=filed.pk).update(**made_true(lookups, filed))
    assert StaleDay.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(OF_REFERRALS) - {"waiting"}))
def test_what_becomes_of_a_referral_leaves_a_note(name):
    sent = ReferralFactory()
    StaleDay.objects.all().delete()
    asked = {"decline_reason": "other", "outcome": "helped"}
    Referral.objects.filter(pk=sent.pk).update(**asked | made_true(OF_REFERRALS[name], sent))
    assert StaleDay.objects.exists()


def test_what_is_counted_is_written_once():
    conditions = [
        *rules.NOT_COUNTED,
        *OF_REFERRALS.values(),
        *(one.opinion for one in rules.OF_REQUESTS if one.opinion),
    ]
    read = {name.partition("__")[0] for lookups in conditions for name in lookups}
    # By these instants rows are cut into days and delays, whatever is counted.
    read -= {"submitted_at", "answered_at", "pk"}
    words = re.compile(rf"\b(?:{'|'.join(sorted(read))})\b")
    code = [path for path in app_code() if name_of(path).startswith(("services/figures/", "steering/dashboard/panels"))]
    found = {name_of(path) for path in code for line in path.read_text().splitlines() if words.search(line)}
    assert found == {"services/figures/rules/figures.py"}
