"""Nobody of the portal reads what was not sent, on any page, list or file; erasing and keeping still reach it."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diginor.registries.personal_data import Target, found
from services.requests.actions import company
from services.requests.models import ServiceRequest
from services.requests.queries.retention import abandoned_drafts, kept_long_enough
from tests.addresses import address, names
from tests.factories.services import AttachmentFactory, FollowUpFactory
from tests.filled import some
from tests.world import ROLES, make_world

pytestmark = pytest.mark.django_db
READERS = [role for role in ROLES if role not in ("visitor", "company")]
NOT_PAGES = ("account_logout", "invitation", "tracking", "filing", "demonstration", "admin:logout", "openid_connect")


@pytest.fixture
def world():
    made = make_world()
    made.own.file("repris", draft=True)
    company.withdraw(made.own.requests["repris"], by=made.own.people["company"])
    for one in drafts(made):
        AttachmentFactory(request=one, name=f"plan {one.company_name}.pdf")
        FollowUpFactory(request=one, kind="draft_resume")
    return made


def drafts(world):
    return [world.own.requests["brouillon"], world.own.requests["repris"], world.other.requests["brouillon"]]


def of(role, world):
    client = Client()
    client.force_login(world.person(role))
    return client


def text(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


def addresses(world):
    """Every page, list and file, and every list searched for the draft."""
    yield from (address(name, world.own) for name in names() if not name.startswith(NOT_PAGES))
    for view in ("a-faire", "ouvertes", "terminees", "en-attente", "en-retard"):
        yield f"/gestion/triage/?vue={view}"
    for words in ("Atelier brouillon", "Atelier repris", *(one.code for one in drafts(world))):
        yield f"/gestion/triage/?q={words}"
        for model in admin.site._registry:
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + f"?q={words}"
    for model in admin.site._registry:
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    yield reverse("admin:members_hub_delete", args=[world.own.hub.pk])
    yield reverse("admin:services_topic_delete", args=[world.own.topic.pk])
    for one in some(drafts(world)):
        yield reverse("admin:services_servicerequest_change", args=[one.pk])
        yield reverse("admin:services_servicerequest_history", args=[one.pk])
        yield one.get_absolute_url()
        for row in one.follow_ups.order_by("pk"):
            yield reverse("admin:services_followup_change", args=[row.pk])


@pytest.mark.parametrize("role", READERS)
def test_no_page_list_or_file_of_the_portal_tells_of_a_draft(world, role):
    client = of(role, world)
    read = {one: client.get(one) for one in addresses(world)}
    told = [one for one, answer in read.items() for row in drafts(world) if row.company_name in text(answer)]
    assert not told
    assert sum(answer.status_code == 200 for answer in read.values()) > 8


@pytest.mark.parametrize("role", READERS)
def test_a_draft_has_no_sheet_and_its_files_do_not_open(world, role):
    client = of(role, world)
    for one in some(drafts(world)):
        assert client.get(one.get_absolute_url()).status_code in (403, 404)
        assert client.get(reverse("admin:services_servicerequest_change", args=[one.pk])).status_code in (302, 403)
        for file in some(one.attachments.order_by("pk")):
            assert client.get(reverse("attachment", args=[file.uid])).status_code == 404


def test_a_draft_is_in_no_count_of_the_desk(world):
    seen = ServiceRequest.objects.visible_to(world.administrator)
    assert set(seen) == set(ServiceRequest.objects.exclude(pk__in=[one.pk for one in drafts(world)]))
    page = of("administrator", world).get(reverse("admin:services_servicerequest_changelist"))
    assert page.context["cl"].result_count == seen.count()
    assert "brouillon" not in text(page)


def test_its_author_still_finds_it(world):
    one = drafts(world)[0]
    assert of("company", world).get(reverse("my_request", args=[one.code])).status_code == 302
    assert one in ServiceRequest.objects.asked_by(world.own.people["company"])


def test_erasing_a_person_still_reaches_what_they_never_sent(world):
    target = Target(address=drafts(world)[0].contact_email)
    told = " ".join(str(piece.label) for part in found(target) for piece in part.pieces)
    for one in some(drafts(world)[:2]):
        assert one.code in told


def test_what_was_never_sent_is_kept_ninety_days_taken_back_or_not(world):
    now = timezone.now()
    for days, expected in ((89, []), (91, drafts(world))):
        ServiceRequest.objects.update(person_acted_at=now - timedelta(days=days))
        rows = abandoned_drafts(now)
        assert set(rows) == set(expected)
    assert not set(kept_long_enough(now)) & set(drafts(world))
