"""The family of hubs: who receives, who stands above whom, and what a head hub sees."""

import re
from contextlib import nullcontext
from threading import Barrier, Thread

import pytest
from django.conf import settings as portal
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.hubs.models import Hub, validate_sender
from members.hubs.rules import above, closes_a_circle, under
from members.organisations.models import Organisation
from members.people import policies
from members.people.active_role import roles_of
from members.people.models import User
from members.territories.enums import TerritoryKind
from services.figures.queries.requests_behind import steered_hubs
from services.requests.models import ServiceRequest
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune, country, region, territory
from tests.factories.services import DelaySetFactory, RequestFactory

pytestmark = pytest.mark.django_db


class Family:
    """Grand Ouest above Normandie and Bretagne, Auvergne beside, and a request of each."""

    def __init__(self) -> None:
        west = territory(TerritoryKind.ADHOC, "grand-ouest", "Grand Ouest", inside=(country(),))
        self.head = HubFactory(name="Grand Ouest", slug="grand-ouest", territory=west, is_open=False)
        self.normandy = HubFactory(name="Normandie", slug="normandie", parent=self.head, is_default=True)
        self.brittany = HubFactory(name="Bretagne", slug="bretagne", parent=self.head, territory=region("53"))
        east = territory(TerritoryKind.REGION, "84", "Auvergne-Rhône-Alpes", inside=(country(),))
        self.east = HubFactory(name="Auvergne-Rhône-Alpes", slug="auvergne", territory=east)
        for place in (commune(), commune("35238", "Rennes")):
            west.parts_links.create(part=place)
        self.hubs = [self.normandy, self.brittany, self.east]
        self.requests = {hub: RequestFactory(hub=hub, company_name=f"Atelier {hub}") for hub in self.hubs}


@pytest.fixture
def family() -> Family:
    return Family()


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(answer) -> list[str]:
    """The companies of the queue, in order."""
    return [line["row"].company_name for line in answer.context["queue_pane"].lines]


class TestNearest:
    """Which hub receives."""

    def test_a_commune_is_received_by_its_open_hub_never_by_the_closed_head(self, family):
        lyon = territory("commune", "69123", "Lyon", inside=(family.east.territory, country()))
        for place, hub in ((commune(), family.normandy), (commune("35238"), family.brittany), (lyon, family.east)):
            assert Hub.objects.for_commune(place) == hub
            assert Hub.objects.covering(place) == hub

    def test_a_commune_of_nowhere_goes_to_the_default_hub(self, family):
        paris = commune("75056", "Paris")
        assert Hub.objects.covering(paris) is None
        assert Hub.objects.for_commune(paris) == family.normandy
        assert Hub.objects.for_commune(None) == family.normandy

    def test_of_two_open_hubs_the_smaller_territory_wins(self, family):
        for code in ("14118", "14366", "35238"):
            family.head.territory.parts_links.get_or_create(part=commune(code, f"Commune {code}"))
        Hub.objects.filter(pk=family.head.pk).update(is_open=True)
        assert Hub.objects.for_commune(commune()) == family.normandy
        city = HubFactory(name="Caen", territory=commune())
        assert Hub.objects.for_commune(commune()) == city
        assert Hub.objects.for_commune(commune("14366")) == family.normandy

    def test_a_closed_child_leaves_its_communes_to_the_open_hub_around_it(self, family):
        Hub.objects.filter(pk=family.head.pk).update(is_open=True)
        Hub.objects.filter(pk=family.brittany.pk).update(is_open=False)
        assert Hub.objects.for_commune(commune("35238")) == family.head

    def test_the_default_hub_must_be_open(self, family):
        with pytest.raises(IntegrityError), transaction.atomic():
            Hub.objects.filter(pk=family.normandy.pk).update(is_open=False)


class TestCircles:
    """No hub stands above itself, however far."""

    PARENTS = {1: None, 2: 1, 3: 2, 4: None, 5: 6, 6: 5}

    def test_the_walk_goes_up_and_down_any_depth_and_out_of_circles(self):
        assert above(3, self.PARENTS) == [3, 2, 1]
        assert under(1, self.PARENTS) == {1, 2, 3}
        assert under(4, self.PARENTS) == {4}
        assert above(5, self.PARENTS) == [5, 6]
        assert closes_a_circle(1, 3, self.PARENTS)
        assert not closes_a_circle(4, 3, self.PARENTS)
        assert not closes_a_circle(None, 3, self.PARENTS)

    def test_the_form_refuses_with_a_sentence_and_the_database_refuses_too(self, family):
        deeper = HubFactory(name="Caen", parent=family.normandy)
        family.head.parent = deeper
        with pytest.raises(ValidationError, match="tournerait en rond"):
            family.head.full_clean()
        with pytest.raises(IntegrityError, match="stand above itself"), transaction.atomic():
            family.head.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            Hub.objects.filter(pk=family.head.pk).update(parent=family.head.pk)
        deeper.full_clean()

    def test_the_administration_says_it_beside_the_field(self, family):
        client = desk_of(UserFactory(administrator=True))
        url = reverse("admin:members_hub_change", args=[family.head.pk])
        answer = client.post(url, sheet_of(client, url, parent=family.normandy.pk))
        assert "parent" in answer.context["adminform"].form.errors
        assert "tournerait en rond" in answer.content.decode()
        assert Hub.objects.get(pk=family.head.pk).parent is None


@pytest.mark.django_db(transaction=True)
def test_two_crossed_changes_at_once_make_no_circle():
    """Each would be right alone: the second waits for the first, sees it, and is refused."""
    one, two = HubFactory(name="Un"), HubFactory(name="Deux")
    gate, refused = Barrier(2), []

    def put_under(child: Hub, parent: Hub) -> None:
        try:
            with transaction.atomic():
                gate.wait()
                Hub.objects.filter(pk=child.pk).update(parent=parent)
        except IntegrityError:
            refused.append(child)
        finally:
            connection.close()

    threads = [Thread(target=put_under, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Hub.objects.filter(parent__isnull=False).count() == 1


def sheet_of(client: Client, url: str, **changes) -> dict:
    """What the form of a hub would send."""
    form = client.get(url).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    sent["organisations"] = ""
    rows = {"roles-TOTAL_FORMS": 0, "roles-INITIAL_FORMS": 0}
    return {**sent, **rows, **changes}


class TestRights:
    """What the staff and the officers of a head hub see and do, and nobody else."""

    def test_staff_of_the_head_see_and_route_what_the_children_receive(self, family):
        head, other = UserFactory(staff_of=family.head), UserFactory(staff_of=family.normandy)
        assert set(ServiceRequest.objects.visible_to(head)) == {
            family.requests[family.normandy],
            family.requests[family.brittany],
        }
        assert set(ServiceRequest.objects.visible_to(other)) == {family.requests[family.normandy]}
        asked = family.requests[family.brittany]
        step = reverse("admin:triage_note", args=[asked.code])
        assert desk_of(head).post(step, {"body": "Je regarde."}).status_code == 302
        assert asked.messages.get().party == "hub"
        assert desk_of(other).post(step, {"body": "Je regarde."}).status_code == 404
        beside = reverse("admin:triage_request", args=[family.requests[family.east].code])
        assert desk_of(head).get(beside).status_code == 404

    def test_so_for_organisations_people_teams_and_delays(self, family):
        head, below = UserFactory(head_of=family.head), UserFactory(head_of=family.normandy)
        place = OrganisationFactory(member=True, of_hub=family.brittany)
        adviser = UserFactory(adviser_of=place)
        delays = DelaySetFactory(hub=family.brittany)
        for user, sees in ((head, True), (below, False)):
            assert (place in Organisation.objects.visible_to(user)) is sees
            assert (adviser in User.objects.visible_to(user)) is sees
            assert (family.brittany in Hub.objects.visible_to(user)) is sees
            assert policies.may_change_team(user, place) is sees
            answer = desk_of(user).get(reverse("admin:services_delayset_change", args=[delays.pk]))
            assert (answer.status_code == 200) is sees

    def test_rights_go_down_any_depth_never_up_nor_aside(self, family):
        city = HubFactory(name="Caen", parent=family.normandy)
        assert UserFactory(staff_of=family.head).hub_ids("staff") == {
            family.head.pk, family.normandy.pk, family.brittany.pk, city.pk
        }  # fmt: skip
        assert UserFactory(staff_of=family.normandy).hub_ids("staff") == {family.normandy.pk, city.pk}
        assert UserFactory(staff_of=city).hub_ids("staff") == {city.pk}
        assert UserFactory(officer_of=family.head).hub_ids("staff", "head") == set()

    def test_a_role_held_twice_counts_once_and_stays_own(self, family):
        person = UserFactory(staff_of=family.head)
        person.hub_roles.create(hub=family.normandy, kind="staff")
        person = User.objects.get(pk=person.pk)
        assert [hub.name for hub in person.staffed_hubs()] == ["Bretagne", "Grand Ouest", "Normandie"]
        assert [hub.name for hub in person.staffed_hubs(is_own=True)] == ["Grand Ouest", "Normandie"]

    def test_a_head_wears_one_hat_not_one_for_each_child(self, family):
        hats = roles_of(UserFactory(staff_of=family.head))
        assert [hat.hub_id for hat in hats] == [family.head.pk]
        assert not roles_of(AnonymousUser())

    def test_the_family_costs_one_query_whatever_its_size(self, family, django_assert_num_queries):
        for number in range(6):
            HubFactory(name=f"Ville {number}", parent=family.normandy)
        person = User.objects.get(pk=UserFactory(staff_of=family.head).pk)
        with django_assert_num_queries(1):
            assert len(person.hub_ids("staff")) == 9
            assert person.is_staff
            assert len(person.staffed_hubs()) == 9

    def test_officers_of_the_head_read_the_regions_below_others_their_own(self, family):
        above_all, of_one = UserFactory(officer_of=family.head), UserFactory(officer_of=family.normandy)
        assert steered_hubs(above_all) == [family.brittany, family.head, family.normandy]
        assert steered_hubs(of_one) == [family.normandy]
        page = reverse("steering_request", args=[family.requests[family.brittany].code])
        assert desk_of(above_all).get(page).status_code == 200
        assert desk_of(of_one).get(page).status_code == 404
        assert desk_of(of_one).get(reverse("steering"), {"guichet": "bretagne"}).context["hubs"] == [family.normandy]

    def test_choosing_the_head_counts_its_family_choosing_a_child_counts_it_alone(self, family):
        client = desk_of(UserFactory(officer_of=family.head))
        for slug, companies in (
            ("grand-ouest", {"Atelier Normandie", "Atelier Bretagne"}),
            ("", {"Atelier Normandie", "Atelier Bretagne"}),
            ("bretagne", {"Atelier Bretagne"}),
        ):
            page = client.get(reverse("steering_requests"), {"guichet": slug}).context["page"]
            assert {row.company_name for row in page.rows} == companies

    def test_an_organisation_added_by_the_head_is_known_by_it_alone(self, family):
        head = UserFactory(staff_of=family.head)
        sent = {"name": "Nouvelle", "slug": "nouvelle", "kind": "company", "is_active": "on"}
        url = reverse("admin:members_organisation_add")
        client = desk_of(head)
        form = client.get(url).context
        for formset in form["inline_admin_formsets"]:
            prefix = formset.formset.prefix
            sent |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
        assert client.post(url, sent).status_code == 302
        assert list(Organisation.objects.get(slug="nouvelle").known_by.all()) == [family.head]


class TestQueue:
    """The desk of a head hub."""

    def test_a_head_sees_its_family_with_the_hub_of_each_line_or_one_hub_at_a_time(self, family):
        client = desk_of(UserFactory(staff_of=family.head))
        whole = client.get(reverse("admin:triage"))
        assert set(shown(whole)) == {"Atelier Normandie", "Atelier Bretagne"}
        assert {str(line["hub"]) for line in whole.context["queue_pane"].lines} == {"Normandie", "Bretagne"}
        assert "Grand Ouest (tous)" in whole.content.decode()
        one = client.get(reverse("admin:triage"), {"guichet": "bretagne"})
        assert shown(one) == ["Atelier Bretagne"]
        assert one.context["queue_pane"].lines[0]["hub"] is None

    def test_opening_a_request_of_a_child_keeps_the_queue_of_the_family(self, family):
        client = desk_of(UserFactory(staff_of=family.head))
        url = reverse("admin:triage_request", args=[family.requests[family.brittany].code])
        assert set(shown(client.get(url))) == {"Atelier Normandie", "Atelier Bretagne"}
        assert shown(client.get(url, {"guichet": "bretagne"})) == ["Atelier Bretagne"]
        assert shown(client.get(url, {"guichet": "normandie"})) == ["Atelier Bretagne"]

    def test_pages_of_a_family_show_every_request_once_in_order(self, family):
        for number in range(64):
            RequestFactory(hub=family.hubs[number % 2], company_name=f"n° {number}")
        client = desk_of(UserFactory(staff_of=family.head))
        seen, answer = [], client.get(reverse("admin:triage"))
        while True:
            seen.append([(line["row"].due_at, line["row"].pk) for line in answer.context["queue_pane"].lines])
            if not (after := answer.context["queue_pane"].pages["after"]):
                break
            answer = client.get(after)
        rows = [row for page in seen for row in page]
        assert [len(page) for page in seen] == [30, 30, 6]
        assert rows == sorted(set(rows))
        back = client.get(answer.context["queue_pane"].pages["before"])
        assert [(line["row"].due_at, line["row"].pk) for line in back.context["queue_pane"].lines] == seen[1]

    @pytest.mark.parametrize("view", ["", "nouvelles", "en-retard", "ouvertes", "en-attente", "terminees"])
    def test_the_queue_of_a_family_reads_the_index_of_each_hub(self, family, view):
        client = desk_of(UserFactory(staff_of=family.head))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("admin:triage"), {"vue": view})
        (statement,) = [row["sql"] for row in captured if "UNION ALL" in row["sql"]]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert len(re.findall(r"Index (?:Only )?Scan using servicerequest_\w+ ", plan)) >= 3, plan
        assert "Seq Scan on services_servicerequest" not in plan, plan

    def test_a_family_costs_as_many_queries_as_one_hub_whatever_its_size(self, family):
        client = desk_of(UserFactory(staff_of=family.head))

        def count(**asked) -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse("admin:triage"), asked)
            return len(captured)

        before = count(), count(q="Atelier"), count(q="attelier")
        assert count(guichet="bretagne") == before[0]
        for number in range(4):
            hub = HubFactory(name=f"Ville {number}", parent=family.brittany)
            RequestFactory(hub=hub, company_name=f"Atelier {number}")
        assert (count(), count(q="Atelier"), count(q="attelier")) == before

    @pytest.mark.parametrize("text", ["atelier", "ateliier bretagne"])
    def test_a_search_looks_in_the_whole_family_and_nowhere_else(self, family, text):
        found = shown(desk_of(UserFactory(staff_of=family.head)).get(reverse("admin:triage"), {"q": text}))
        assert "Atelier Bretagne" in found
        assert "Atelier Auvergne-Rhône-Alpes" not in found


class TestSheet:
    """The form of a hub in the administration."""

    @pytest.mark.parametrize(
        ("sender", "is_right"),
        [
            ("guichet@normandie.example", True),
            ("Guichet de Normandie <guichet@normandie.example>", True),
            ("guichet", False),
            ("Guichet <guichet>", False),
            ("guichet@", False),
            ("a@b.example, c@d.example", False),
            ("Guichet <a@b.example>\nBcc: x@y.example", False),
            ("Guichet a@b.example", False),
        ],
    )
    def test_a_sender_is_an_address_alone_or_after_a_name(self, sender, is_right):
        with nullcontext() if is_right else pytest.raises(ValidationError, match="expéditeur"):
            validate_sender(sender)

    def test_a_wrong_sender_is_refused_with_a_message_and_a_right_one_kept(self, family):
        client = desk_of(UserFactory(administrator=True))
        url = reverse("admin:members_hub_change", args=[family.east.pk])
        refused = client.post(url, sheet_of(client, url, sender="guichet"))
        assert "s’écrit comme une adresse" in refused.content.decode()
        taken = client.post(url, sheet_of(client, url, sender="Est <est@exemple.example>", accent="apple"))
        assert taken.status_code == 302
        family.east.refresh_from_db()
        assert (family.east.sender, family.east.accent) == ("Est <est@exemple.example>", "apple")

    def test_a_host_must_be_served_and_well_written(self, family, settings):
        settings.DIGINOR_HOSTS = ["est.exemple.example"]
        client = desk_of(UserFactory(administrator=True))
        url = reverse("admin:members_hub_change", args=[family.east.pk])
        for host, words in (("autre.exemple.example", "DIGINOR_HOSTS"), ("https://est.exemple", "minuscules")):
            assert words in client.post(url, sheet_of(client, url, host=host)).content.decode()
        assert client.post(url, sheet_of(client, url, host="est.exemple.example")).status_code == 302

    def test_the_desk_presents_its_hub_but_leaves_family_host_and_sender_to_administrators(self, family):
        client = desk_of(UserFactory(head_of=family.normandy))
        url = reverse("admin:members_hub_change", args=[family.normandy.pk])
        form = client.get(url).context["adminform"].form
        assert {"presentation", "accent", "phone"} <= set(form.fields)
        assert not {"parent", "host", "sender", "is_open", "is_default", "slug", "territory"} & set(form.fields)

    def test_the_sheet_leads_to_its_queue_its_front_and_its_delays(self, family):
        client = desk_of(UserFactory(administrator=True))
        body = client.get(reverse("admin:members_hub_change", args=[family.normandy.pk])).content.decode()
        for link in ("/gestion/triage/?guichet=normandie", f"?hub__id__exact={family.normandy.pk}"):
            assert link in body
        delays = f"{reverse('admin:services_delayset_changelist')}?hub__id__exact={family.normandy.pk}"
        assert client.get(delays).status_code == 200


def test_mails_are_signed_by_the_hub_from_its_address_or_that_of_the_portal(family):
    assert family.normandy.mail_sender.startswith("Normandie <")
    family.normandy.sender = "guichet@normandie.example"
    assert family.normandy.mail_sender == "Normandie <guichet@normandie.example>"
    family.normandy.sender = "Le guichet <guichet@normandie.example>"
    assert family.normandy.mail_sender == "Le guichet <guichet@normandie.example>"
    assert portal.DEFAULT_FROM_EMAIL
