"""The pages of a succession for the desk, the mails of the day after, and the pages that keep the old name."""

import re

import pytest
from django.urls import reverse

from diginor.outbox.models import OutgoingMail
from members.organisations.models import Organisation
from members.successions.models import Succession
from members.successions.tasks import tell_successions
from services.requests.links import tracking_token
from services.requests.models import Referral, RequestEvent, ServiceRequest
from tests.factories.members import HubFactory, OrganisationFactory, SuccessionFactory, UserFactory
from tests.factories.services import AttachmentFactory, ReferralFactory
from tests.members.succession_cast import Merger, everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def merger(clock):
    clock.set("2026-03-10 10:00")
    made = Merger.of(members=12, referrals=14, shared=4)
    made.hub.organisations.add(made.new)
    return made


@pytest.fixture
def staff(merger, client):
    client.force_login(merger.staff)
    return client


def page_of(row, verb=""):
    return reverse(f"admin:succession{verb}", args=[row.code])


def field(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


def decide(client, row):
    """Press the button of the preview, as it is shown."""
    shown = client.get(page_of(row))
    data = {"apercu": field(shown, "apercu"), "suite": field(shown, "suite")}
    return client.post(page_of(row, "_apply"), data, follow=True)


def test_the_preview_says_who_has_what_before_and_after(merger, staff):
    text = staff.get(page_of(merger.succession)).content.decode()
    assert "Aperçu\u202f: rien n’est encore changé" in text
    cells = re.findall(r"<td[^>]*>(.*?)</td>", text, re.DOTALL)
    words = [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in cells]
    assert "avant 12 →, après 0" in words
    assert "avant 0 →, après 20" in words
    assert "Membres de plusieurs de ces réseaux\u202f: une seule adhésion continue. (4)" in text
    assert "fin 2019" in text


def test_the_desk_applies_then_takes_back_the_same_day(merger, staff):
    before = everything()
    done = decide(staff, merger.succession)
    assert "PR prend la suite. Vous pouvez annuler jusqu’à minuit." in done.content.decode()
    assert Organisation.objects.get(pk=merger.old[0].pk).succeeded_by == merger.new
    assert "Annuler cette opération" in done.content.decode()
    back = staff.post(page_of(merger.succession, "_undo"), follow=True)
    assert "L’opération est annulée" in back.content.decode()
    assert everything() == before


def test_a_plan_that_changed_since_it_was_read_is_shown_again(merger, staff):
    shown = staff.get(page_of(merger.succession))
    data = {"apercu": field(shown, "apercu"), "suite": field(shown, "suite")}
    ReferralFactory(organisation=merger.old[0])
    answer = staff.post(page_of(merger.succession, "_apply"), data, follow=True)
    assert "Des relations ont changé depuis cet aperçu" in answer.content.decode()
    assert not Succession.objects.exclude(applied_at=None).exists()


def test_the_next_day_there_is_no_way_back(merger, staff, clock):
    decide(staff, merger.succession)
    clock.set("2026-03-11 09:00")
    text = staff.get(page_of(merger.succession)).content.decode()
    assert page_of(merger.succession, "_undo") not in text
    answer = staff.post(page_of(merger.succession, "_undo"), follow=True)
    assert "Une opération s’annule le jour même" in answer.content.decode()


def test_a_structure_that_has_a_successor_is_said_so_instead_of_a_plan(merger, staff):
    decide(staff, merger.succession)
    again = SuccessionFactory(old=[merger.old[0]], new=OrganisationFactory(of_hub=merger.hub))
    text = staff.get(page_of(again)).content.decode()
    assert "TES a déjà une suite\u202f: PR." in text
    assert page_of(again, "_apply") not in text


def test_what_is_applied_is_not_written_again(merger, staff):
    change = reverse("admin:members_succession_change", args=[merger.succession.pk])
    assert 'name="kind"' in staff.get(change).content.decode()
    decide(staff, merger.succession)
    assert 'name="kind"' not in staff.get(change).content.decode()
    assert staff.post(change, {"kind": "split"}).status_code == 403


def test_a_desk_writes_a_succession_and_comes_to_its_preview(merger, staff):
    old, new = [OrganisationFactory(of_hub=merger.hub) for _number in range(2)]
    data = {
        "kind": "renaming",
        "effective_on": "2026-Q1",
        "parts-TOTAL_FORMS": 2,
        "parts-INITIAL_FORMS": 0,
        "parts-0-organisation": old.pk,
        "parts-0-role": "predecessor",
        "parts-1-organisation": new.pk,
        "parts-1-role": "successor",
        "_save": "1",
    }
    answer = staff.post(reverse("admin:members_succession_add"), data)
    row = Succession.objects.latest("pk")
    assert answer.url == page_of(row)
    assert row.in_words == f"{old} → {new}"


def test_a_structure_of_another_hub_is_not_decided_here(merger, staff):
    elsewhere = OrganisationFactory(of_hub=HubFactory())
    row = SuccessionFactory(old=[merger.old[0]], new=elsewhere)
    text = staff.get(page_of(row)).content.decode()
    assert "n’est pas de votre guichet" in text
    assert staff.post(page_of(row, "_apply")).status_code == 404


def test_a_split_asks_who_takes_the_relations(merger, staff):
    first, second = [OrganisationFactory(of_hub=merger.hub) for _number in range(2)]
    row = SuccessionFactory(old=[merger.old[0]], new=first, kind="split")
    row.parts.create(organisation=second, role="successor")
    text = staff.get(page_of(row)).content.decode()
    assert f"?suite={second.slug}" in text
    shown = staff.get(f"{page_of(row)}?suite={second.slug}")
    assert field(shown, "suite") == second.slug
    data = {"apercu": field(shown, "apercu"), "suite": second.slug}
    staff.post(page_of(row, "_apply"), data)
    assert Organisation.objects.get(pk=merger.old[0].pk).succeeded_by == second


def test_the_day_after_each_person_and_each_company_is_told_once(merger, staff, clock):
    decide(staff, merger.succession)
    assert tell_successions() == 0
    clock.set("2026-03-11 07:10")
    tell_successions()
    mails = OutgoingMail.objects.order_by("pk")
    moved = Referral.objects.live().filter(organisation=merger.new)
    companies = set(moved.values_list("request__contact_email", flat=True))
    assert sorted(row.recipient for row in mails if row.kind == "StructureBecame") == sorted(companies)
    people = {row.user.email for row in merger.new.memberships.filter(is_active=True)}
    told = [row.recipient for row in mails if row.kind == "StructureBecameMail"]
    assert sorted(told) == sorted(people)
    count = mails.count()
    clock.set("2026-03-12 07:10")
    tell_successions()
    assert mails.count() == count
    french = mails.filter(kind="StructureBecame", text__contains="devient Pôle réuni").first()
    assert "Votre demande continue avec Pôle réuni" in french.text
    manager = merger.old[0].memberships.filter(role="manager").order_by("pk").first()
    assert "Pôle TES devient Pôle réuni." in mails.get(recipient=manager.user.email).text


def test_a_company_whose_request_ended_meanwhile_is_not_told(merger, staff, clock):
    decide(staff, merger.succession)
    Referral.objects.filter(organisation=merger.new, state="accepted").update(state="closed", outcome="helped")
    clock.set("2026-03-11 07:10")
    tell_successions()
    waiting = Referral.objects.live().filter(organisation=merger.new)
    told = OutgoingMail.objects.filter(kind="StructureBecame").values_list("recipient", flat=True)
    assert set(told) == set(waiting.values_list("request__contact_email", flat=True))


def test_what_was_taken_back_is_never_told(merger, staff, clock):
    decide(staff, merger.succession)
    staff.post(page_of(merger.succession, "_undo"))
    clock.set("2026-03-11 07:10")
    assert tell_successions() == 0
    assert not OutgoingMail.objects.exists()


@pytest.fixture
def closed(merger):
    """A request that TES helped, and who helped then."""
    adviser = UserFactory(adviser_of=merger.old[0])
    row = ReferralFactory(organisation=merger.old[0], closed=True, adviser=adviser)
    row.request.log("close", by=adviser, referral=row)
    return row


def test_a_request_ended_before_keeps_the_old_name_on_its_pages_with_the_way_to_the_new_one(
    merger, staff, closed, client
):
    events = list(RequestEvent.objects.filter(request=closed.request).values())
    decide(staff, merger.succession)
    assert list(RequestEvent.objects.filter(request=closed.request).values()) == events
    triage = client.get(reverse("admin:triage_request", args=[closed.request.code])).content.decode()
    address = merger.new.get_absolute_url()
    assert f'<b>TES, devenue <a href="{address}">PR</a></b>' in triage
    text = client.get(reverse("tracking", args=[tracking_token(closed.request)])).content.decode()
    assert f'Pôle TES, devenue <a href="{address}">Pôle réuni</a>' in text
    assert "TES a terminé son accompagnement." in text
    client.force_login(closed.adviser)
    text = client.get(closed.get_absolute_url()).content.decode()
    assert re.search(r"confiée à TES, devenue <a", text)


def test_a_request_that_went_on_says_that_the_structure_became_another(merger, staff, client):
    request = ServiceRequest.objects.filter(referrals__organisation=merger.old[1]).order_by("pk").last()
    decide(staff, merger.succession)
    text = client.get(reverse("tracking", args=[tracking_token(request)])).content.decode()
    assert "I&amp;R devient PR." in text
    assert "devenue" not in text


def test_the_team_of_the_successor_still_reads_what_the_past_structure_ended(merger, staff, closed, client):
    decide(staff, merger.succession)
    file = AttachmentFactory(request=closed.request)
    client.force_login(UserFactory(adviser_of=merger.new))
    inbox = client.get("/espace/?vue=terminees").content.decode()
    address = f"?vue=terminees&amp;structure={merger.old[0].slug}"
    assert address in inbox
    assert closed.request.company_name not in inbox
    past = client.get(f"/espace/?vue=terminees&structure={merger.old[0].slug}").content.decode()
    assert closed.request.company_name in past
    assert client.get(closed.get_absolute_url()).status_code == 200
    assert client.get(file.get_absolute_url()).status_code == 200
    client.force_login(UserFactory(adviser_of=OrganisationFactory(of_hub=merger.hub)))
    assert client.get(closed.get_absolute_url()).status_code == 404
