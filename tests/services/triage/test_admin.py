"""The stock administration: who sees what, what may be changed, and no list that counts or searches a whole table."""

import pytest
from django.contrib import admin
from django.contrib.admin.options import ShowFacets
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diginor.admin.base import CappedPaginator, PortalModelAdmin
from diginor.attempts.retries import Retried
from diginor.outbox.models import OutgoingMail
from members.hubs.models import Hub, HubRole
from members.organisations.models import Organisation
from members.people.enums import MembershipRole
from members.people.models import Absence, Invitation, Membership, User
from members.places.models import Place
from services.catalogue.models import Offer, Question, Topic
from services.requests.links import tracking_url
from services.requests.models import DelaySet, ServiceRequest
from tests.factories.members import (
    AbsenceFactory,
    HubFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    commune,
)
from tests.factories.services import (
    DelaySetFactory,
    EventFactory,
    MessageFactory,
    OfferFactory,
    ReferralFactory,
    RequestFactory,
    SatisfactionFactory,
    TopicFactory,
)
from tests.factories.workshops import WorkshopFactory

pytestmark = pytest.mark.django_db
LISTS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model, what="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


@pytest.fixture
def hub():
    return HubFactory(name="Guichet Normandie")


@pytest.fixture
def staff(client, hub):
    client.force_login(UserFactory(staff_of=hub))
    return client


@pytest.fixture
def administrator(client):
    client.force_login(UserFactory(administrator=True))
    return client


@pytest.fixture
def two_hubs(hub):
    """The same things in the hub of the staff and in another."""
    for each in (hub, HubFactory(name="Guichet Bretagne")):
        place = OrganisationFactory(of_hub=each, name=f"Structure de {each}")
        MembershipFactory(organisation=place, user=UserFactory(last_name=f"De {each.name}"))
        AbsenceFactory(organisation=place)
        OfferFactory(organisation=place, topic=TopicFactory())
        DelaySetFactory(hub=each)
        WorkshopFactory(hub=each)
        row = RequestFactory(hub=each, company_name=f"Entreprise de {each}")
        ReferralFactory(request=row, organisation=place)
        SatisfactionFactory(request=row, answered=True)


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_every_list_is_cheap_by_construction(model):
    shown = admin.site._registry[model]
    assert isinstance(shown, PortalModelAdmin)
    assert shown.paginator is CappedPaginator
    assert shown.show_full_result_count is False
    assert shown.show_facets is ShowFacets.NEVER
    assert shown.date_hierarchy is None
    assert shown.ordering
    assert shown.ordering[-1].lstrip("-") == "pk"
    for name in shown.list_filter:
        if isinstance(name, str):
            field = model._meta.get_field(name.split("__")[0])
            if "__" in name:
                field = field.related_model._meta.get_field(name.split("__")[1])
            assert field.choices or isinstance(field, models.BooleanField), name
    for name in shown.list_display:
        field = next((field for field in model._meta.fields if field.name == name), None)
        assert not isinstance(field, models.ForeignKey) or name in shown.list_select_related


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_every_list_and_search_opens_for_an_administrator(administrator, two_hubs, model):
    assert administrator.get(address(model)).status_code == 200
    if admin.site._registry[model].search_fields:
        for words in ("structure", "É’;--", "a@b.example", "123"):
            assert administrator.get(address(model), {"q": words}).status_code == 200


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_the_desk_sees_its_hub_only(staff, two_hubs, model):
    response = staff.get(address(model))
    if issubclass(model, Retried):
        assert response.status_code == 403
        return
    assert response.status_code == 200
    assert "Bretagne" not in response.content.decode()
    shown = admin.site._registry[model]
    others = [row.pk for row in model._default_manager.order_by("pk") if "Bretagne" in f"{row}"]
    for pk in others:
        assert staff.get(address(model, "change", pk)).status_code in (302, 404), shown


def test_people_without_a_desk_do_not_enter(client, hub):
    for person in (UserFactory(), UserFactory(adviser_of=OrganisationFactory(of_hub=hub)), UserFactory(officer_of=hub)):
        client.force_login(person)
        response = client.get(reverse("admin:index"), follow=True)
        assert response.status_code == 403


def test_a_visitor_signs_in_by_the_one_door(client):
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_the_desk_reads_people_and_topics_but_changes_neither(staff, hub):
    person = UserFactory(adviser_of=OrganisationFactory(of_hub=hub))
    topic = TopicFactory()
    for model, row in ((User, person), (Topic, topic), (ServiceRequest, RequestFactory(hub=hub))):
        assert staff.get(address(model, "change", row.pk)).status_code == 200
        assert staff.post(address(model, "change", row.pk), {"_save": "on"}).status_code == 403
        assert staff.get(address(model, "add")).status_code == 403
        assert staff.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    for model in (HubRole, Membership):
        assert staff.post(address(model, "add"), {"_save": "on"}).status_code == 403


def test_nobody_becomes_administrator_by_a_form(staff, hub):
    person = UserFactory(adviser_of=OrganisationFactory(of_hub=hub))
    staff.post(address(User, "change", person.pk), {"email": person.email, "is_superuser": "on"})
    person.refresh_from_db()
    assert not person.is_superuser


OFFER = {
    "is_active": "on", "note": "", "territories": [], "naf_in": "62, 63", "naf_out": "", "min_age": "", "max_age": "",
    "sizes": ["1-9", "10-49"], "legal_in": [], "legal_out": ["association"], "source": "",
}  # fmt: skip


def test_the_desk_writes_an_offer_for_its_organisations_only(staff, hub):
    place, other, topic = OrganisationFactory(of_hub=hub), OrganisationFactory(of_hub=HubFactory()), TopicFactory()
    refused = staff.post(address(Offer, "add"), {**OFFER, "organisation": other.pk, "topic": topic.pk})
    assert refused.status_code == 200
    assert not Offer.objects.exists()
    data = {**OFFER, "organisation": place.pk, "topic": topic.pk, "territories": [commune().pk]}
    staff.post(address(Offer, "add"), data)
    offer = Offer.objects.get()
    assert (offer.sizes, offer.naf_in, offer.legal_in, offer.legal_out) == (
        ["1-9", "10-49"], ["62", "63"], [], ["association"]
    )  # fmt: skip
    assert offer.territories.get().name == "Caen"


def test_choices_that_complete_themselves_stay_in_the_hub(staff, hub):
    OrganisationFactory(of_hub=hub, name="Pôle maritime")
    OrganisationFactory(of_hub=HubFactory(), name="Pôle montagne")
    response = staff.get(
        reverse("admin:autocomplete"),
        {"app_label": "services", "model_name": "offer", "field_name": "organisation", "term": "pôle"},
    )
    assert [row["text"] for row in response.json()["results"]] == ["Pôle maritime"]


def test_an_invitation_is_sent_once(staff, hub):
    place = OrganisationFactory(of_hub=hub)
    data = {"email": "Camille@Structure.example", "organisation": place.pk, "role": "adviser"}
    assert staff.post(address(Invitation, "add"), data).status_code == 302
    assert Invitation.objects.get().invited_by.staffed_hubs() == [hub]
    assert OutgoingMail.objects.filter(recipient="camille@structure.example").count() == 1
    UserFactory(email="deja@structure.example", adviser_of=place)
    refused = staff.post(address(Invitation, "add"), {**data, "email": "deja@structure.example"})
    assert "fait déjà partie de l’équipe" in refused.content.decode()


def test_delays_absences_and_the_hub_are_changed_by_its_desk(staff, hub):
    assert staff.post(address(DelaySet, "add"), {"hub": hub.pk, "answer_expiry": "6"}).status_code == 302
    assert DelaySet.objects.resolve(hub, None).answer_expiry == 6
    assert staff.post(address(DelaySet, "add"), {"hub": HubFactory().pk}).status_code == 200
    place = OrganisationFactory(of_hub=hub)
    staff.post(address(Absence, "add"), {"organisation": place.pk, "starts_on": "2026-08-01", "ends_on": "2026-08-15"})
    assert place.absences.count() == 1
    assert staff.get(address(Hub, "change", hub.pk)).status_code == 200


def test_an_organisation_added_by_the_desk_is_known_by_its_hub(staff, hub):
    inlines = {
        f"{prefix}-{name}": value
        for prefix in ("memberships", "absences")
        for name, value in {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}.items()
    }
    data = {"name": "Scierie du Perche", "slug": "scierie", "kind": "company", "is_active": "on", **inlines}
    assert staff.post(address(Organisation, "add"), data).status_code == 302
    assert "Scierie du Perche" in staff.get(address(Organisation)).content.decode()


def test_the_sheet_of_a_request_shows_its_life_and_leads_to_the_desk(staff, hub):
    row = RequestFactory(hub=hub, routed=True)
    EventFactory(request=row, why="Elle l’a demandé.")
    MessageFactory(request=row, body="Bonjour à tous.")
    text = staff.get(address(ServiceRequest, "change", row.pk)).content.decode()
    assert row.get_absolute_url() in text
    assert "Elle l’a demandé." in text
    assert "Bonjour à tous." in text
    assert str(row.responsible_organisation) in text


def test_refusals_of_an_address_are_shown_on_the_person(administrator):
    person = UserFactory(email="refus@exemple.example")
    OutgoingMail.objects.create(
        recipient=person.email, status="refused", subject="Votre code", last_error="550 boîte inconnue", dedupe_key="k"
    )
    text = administrator.get(address(User, "change", person.pk)).content.decode()
    assert "550 boîte inconnue" in text


def test_refused_mails_are_sent_again_and_codes_never_shown(administrator):
    common = {"recipient": "a@exemple.example", "subject": "Votre code", "text": "Code : 123456"}
    refused = OutgoingMail.objects.create(**common, status="refused", dedupe_key="1", is_urgent=True)
    sent = OutgoingMail.objects.create(**common, status="sent", dedupe_key="2")
    chosen = {"action": "send_again", "_selected_action": [refused.pk, sent.pk]}
    response = administrator.post(address(OutgoingMail), chosen, follow=True)
    assert "1 courriel va repartir." in response.content.decode()
    assert sorted(OutgoingMail.objects.values_list("status", flat=True)) == ["queued", "sent"]
    assert "123456" not in administrator.get(address(OutgoingMail, "change", refused.pk)).content.decode()


def test_leaving_a_team_goes_through_the_action(administrator, hub):
    place = OrganisationFactory(of_hub=hub)
    MembershipFactory(organisation=place, manager=True)
    leaving = MembershipFactory(organisation=place)
    administrator.post(address(Membership), {"action": "remove_from_team", "_selected_action": [leaving.pk]})
    leaving.refresh_from_db()
    assert not leaving.is_active


def test_an_absence_noted_at_the_desk_gives_to_who_stands_in(staff, hub):
    place = OrganisationFactory(member=True, of_hub=hub)
    claire, marc = UserFactory(adviser_of=place), UserFactory(manager_of=place)
    row = ReferralFactory(organisation=place, accepted=True, adviser=claire)
    days = {"starts_on": timezone.localdate(), "ends_on": timezone.localdate()}
    facts = {"organisation": place.pk, "user": claire.pk, **days}
    staff.post(address(Absence, "add"), facts | {"backup": marc.pk})
    row.refresh_from_db()
    assert row.adviser == marc
    answer = staff.post(address(Absence, "add"), facts)
    assert "Une autre absence couvre déjà" in answer.content.decode()
    absence = Absence.objects.get()
    page = address(Absence, "delete", absence.pk)
    staff.post(page, {"post": "yes", "read": staff.get(page).context["read"]})
    assert not Absence.objects.exists()
    told = OutgoingMail.objects.filter(kind="ReferralAfterAbsence")
    assert {mail.recipient for mail in told} == {claire.email, marc.email}


def test_an_account_is_shut_by_leaving_its_teams_and_the_last_manager_stays(administrator, hub):
    place = OrganisationFactory(member=True, of_hub=hub)
    claire, marc = UserFactory(adviser_of=place), UserFactory(manager_of=place)
    act = {"action": "suspend", "_selected_action": [claire.pk, marc.pk]}
    answer = administrator.post(address(User), act, follow=True).content.decode()
    assert "1 compte fermé" in answer
    assert "dernière responsable" in answer
    assert [User.objects.get(pk=person.pk).is_active for person in (claire, marc)] == [False, True]
    administrator.post(address(User), act | {"action": "reopen"})
    claire.refresh_from_db()
    assert claire.is_active
    assert not claire.memberships.filter(is_active=True).exists()


def test_the_lead_of_a_team_changes_by_the_action(administrator, hub):
    place = OrganisationFactory(member=True, of_hub=hub)
    claire = MembershipFactory(organisation=place)
    marc = MembershipFactory(organisation=place, role=MembershipRole.MANAGER)
    act = {"_selected_action": [claire.pk, marc.pk]}
    administrator.post(address(Membership), act | {"action": "make_manager"})
    answer = administrator.post(address(Membership), act | {"action": "make_adviser"}, follow=True).content.decode()
    assert "dernière responsable" in answer
    assert Membership.objects.filter(organisation=place, role=MembershipRole.MANAGER).count() == 1


def test_a_lost_second_factor_is_removed_by_an_administrator(administrator):
    person = UserFactory(with_second_factor=True)
    administrator.post(address(User), {"action": "remove_second_factor", "_selected_action": [person.pk]})
    assert not person.authenticator_set.exists()


def test_a_topic_asks_three_questions_at_most(administrator):
    topic = TopicFactory()
    text = administrator.get(address(Topic, "change", topic.pk)).content.decode()
    assert 'name="questions-MAX_NUM_FORMS" value="3"' in text
    assert str(Question._meta.verbose_name) in text.lower()


def test_the_way_to_the_desk_comes_first(staff):
    text = staff.get(reverse("admin:index")).content.decode()
    assert text.index(reverse("admin:triage")) < text.index(address(ServiceRequest))


def test_a_link_that_went_astray_is_replaced(staff, hub, client):
    row = RequestFactory(hub=hub, routed=True)
    old = tracking_url(row).partition("://")[2].partition("/")[2]
    staff.post(address(ServiceRequest), {"action": "replace_link", "_selected_action": [row.pk]})
    assert Client().get(f"/{old}").status_code == 404
    row.refresh_from_db()
    assert Client().get("/" + tracking_url(row).partition("://")[2].partition("/")[2]).status_code == 200
    assert OutgoingMail.objects.get(kind="TrackingLink").recipient == row.contact_email
    assert row.events.get(step="relink").party == "hub"


def test_a_sheet_leads_to_its_public_page_without_a_detour(staff, hub):
    place = OrganisationFactory(member=True, listed=True, of_hub=hub)
    assert f'href="{place.get_absolute_url()}"' in staff.get(address(Organisation, "change", place.pk)).content.decode()
    assert staff.get("/gestion/r/1/1/").status_code == 404


@pytest.mark.parametrize("model", [Organisation, Place])
def test_a_commune_is_chosen_among_communes_as_people_write_them(staff, model):
    caen = commune()
    ask = {"app_label": "members", "model_name": model._meta.model_name, "field_name": "commune"}
    found = staff.get(reverse("admin:autocomplete"), {**ask, "term": "14050 Caen cedex 4"}).json()["results"]
    assert [row["text"] for row in found] == ["Caen (14)"]
    field = model._meta.get_field("commune")
    field.validate(caen.pk, model())
    with pytest.raises(ValidationError):
        field.validate(caen.ancestors().get(kind="department").pk, model())
