"""The strictness of the test suite itself: what must fail a test does."""

import warnings
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.template import Context, Engine, Origin, Template
from django.utils import timezone

from diginor.outbox.models import OutgoingMail
from diginor.outbox.posting import Mail, NotInTransaction, post
from tests import strictness


def template(text, name="x.html"):
    origin = Origin(str(Path(settings.BASE_DIR, "templates", name)), name)
    return Template(text, origin, name, Engine.get_default())


class NoOne(Mail):
    """A mail to nobody."""

    def recipients(self):
        return []


def mails(*keys):
    return [
        OutgoingMail.objects.create(dedupe_key=key, recipient="a@example.org", created_at=timezone.now())
        for key in keys
    ]


def test_an_undefined_variable_fails_in_our_templates_only():
    with pytest.raises(strictness.UndefinedVariable, match="nothing"):
        template("{{ nothing }}").render(Context())
    with pytest.raises(strictness.UndefinedVariable):
        template("{{ thing.missing|default:'x' }}").render(Context({"thing": {}}))
    assert template("{% if nothing %}{% endif %}").render(Context()) == ""
    assert Template("{{ nothing }}").render(Context()) == ""


@pytest.mark.django_db
def test_an_uncertain_order_fails():
    mails("one", "two")
    with pytest.raises(strictness.UncertainOrder):
        list(OutgoingMail.objects.order_by("kind")[:2])
    with pytest.raises(strictness.UncertainOrder):
        template("{% for mail in mails %}{% endfor %}").render(Context({"mails": OutgoingMail.objects.all()}))
    assert len(OutgoingMail.objects.order_by("kind", "-pk")[:2]) == 2
    assert OutgoingMail.objects.get(dedupe_key="one")
    ordered = Context({"mails": OutgoingMail.objects.order_by("pk")})
    assert template("{% for mail in mails %}.{% endfor %}").render(ordered) == ".."


@pytest.mark.django_db
def test_a_mail_outside_a_transaction_fails_even_inside_that_of_the_test():
    with pytest.raises(NotInTransaction):
        post(NoOne())
    with transaction.atomic():
        assert post(NoOne()) == 0


@pytest.mark.django_db
def test_a_naive_instant_fails():
    with pytest.raises(RuntimeWarning, match="naive"):
        OutgoingMail.objects.create(dedupe_key="x", created_at=timezone.now().replace(tzinfo=None))


def test_a_warning_fails():
    with pytest.raises(UserWarning, match="careful"):
        warnings.warn("careful", stacklevel=1)
