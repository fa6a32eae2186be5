"""Names stand where French readers look for them: É with E, « de Lattre » among the D, whatever the case."""

import re

import pytest
from django.urls import reverse

from members.hubs.models import Hub
from members.networks.models import Network
from members.organisations.models import Organisation
from members.people.models import User
from members.places.models import Place
from services.inbox.queries.team import teammates
from tests.factories.members import (
    HubFactory,
    HubRoleFactory,
    MembershipFactory,
    OrganisationFactory,
    SuccessionFactory,
    UserFactory,
)
from tests.factories.networks import NetworkFactory
from tests.factories.places import PlaceFactory
from tests.sources import app_code, name_of

pytestmark = pytest.mark.django_db
IN_FRENCH = ["de Lattre", "Durand", "Élie", "Emery", "Œuvrard", "Zola"]
SHUFFLED = ["Zola", "Œuvrard", "Durand", "Emery", "de Lattre", "Élie"]


def team():
    """An organisation whose people joined in no order."""
    organisation = OrganisationFactory()
    for name in SHUFFLED:
        MembershipFactory(organisation=organisation, manager=True, user=UserFactory(last_name=name, first_name="Ana"))
    return organisation


def desk():
    """A hub whose staff came in no order."""
    hub = HubFactory()
    for name in SHUFFLED:
        HubRoleFactory(hub=hub, user=UserFactory(last_name=name, first_name="Ana"))
    return hub


@pytest.mark.parametrize(
    "people",
    [
        lambda: User.objects.advisers_of(team().pk),
        lambda: User.objects.managers_of(team().pk),
        lambda: [row.user for row in team().memberships.in_team(Organisation.objects.order_by("pk").last().pk)],
        lambda: [mate.membership.user for mate in teammates(team(), UserFactory().joined_at)],
        lambda: User.objects.with_hub_role(desk().pk, "staff"),
    ],
    ids=["advisers", "managers", "memberships", "teammates", "desk"],
)
def test_people_stand_in_french_order(people):
    assert [person.last_name for person in people()] == IN_FRENCH


def test_first_names_decide_between_namesakes():
    organisation = OrganisationFactory()
    for first in ("Zoé", "Émile", "Denis"):
        MembershipFactory(organisation=organisation, user=UserFactory(last_name="Le Goff", first_name=first))
    assert [row.first_name for row in User.objects.advisers_of(organisation.pk)] == ["Denis", "Émile", "Zoé"]


def test_organisations_stand_in_french_order():
    hub = HubFactory()
    rows = [OrganisationFactory(name=name, acronym="") for name in SHUFFLED]
    hub.organisations.add(*rows)
    successor = OrganisationFactory(name="Suite", acronym="")
    for read in (Organisation.objects.members_of(hub.pk), Organisation.objects.serving([hub.pk])):
        assert [row.name for row in read] == IN_FRENCH
    person = UserFactory()
    for row in rows:
        MembershipFactory(user=person, organisation=row)
    assert [row.organisation.name for row in person.active_memberships] == IN_FRENCH
    assert successor not in Organisation.objects.members_of(hub.pk)


def test_hubs_networks_and_places_stand_in_french_order():
    for name in SHUFFLED:
        HubFactory(name=name)
        NetworkFactory(organisation__name=name, organisation__acronym="")
        PlaceFactory(name=name)
    assert [row.name for row in Hub.objects.in_order() if row.name in IN_FRENCH] == IN_FRENCH
    assert [row.organisation.name for row in Network.objects.in_order()] == IN_FRENCH
    assert [row.name for row in Place.objects.listed() if row.name in IN_FRENCH] == IN_FRENCH


def test_no_list_is_ordered_by_the_letters_of_a_name():
    raw = re.compile(
        r"(?:order_by\([^()]*|ordering = \[[^\]]*)"
        r"[\"'](?:\w+__)?(?:name|last_name|first_name|acronym|company_name)[\"']"
    )
    offences = [f"{name_of(path)}: {match.group()}" for path in app_code() for match in raw.finditer(path.read_text())]
    assert not offences, "\n".join(offences)


NAMED = {
    "members.User": lambda: UserFactory(last_name="Hébert", first_name="Élodie"),
    "members.Membership": lambda: MembershipFactory(user__last_name="Hébert", user__first_name="Élodie"),
    "members.Organisation": lambda: OrganisationFactory(name="Société d’Étude Hébert", acronym="SEH"),
    "members.Hub": lambda: HubFactory(name="Guichet d’Hébert"),
    "members.Place": lambda: PlaceFactory(name="Halle Hébert"),
    "members.Network": lambda: NetworkFactory(organisation__name="Réseau Hébert", organisation__acronym="RHB"),
    "members.Succession": lambda: SuccessionFactory(
        old=[OrganisationFactory(name="Ancienne Hébert", acronym="ANH")], new=OrganisationFactory()
    ),
}


@pytest.fixture
def administrator(client):
    client.force_login(UserFactory(administrator=True))
    return client


def found(client, label, words):
    """How many rows a list of the administration answers."""
    model = label.lower().replace(".", "_")
    answer = client.get(reverse(f"admin:{model}_changelist"), {"q": words})
    assert answer.status_code == 200
    return answer.context["cl"].result_count


@pytest.mark.parametrize("label", NAMED)
@pytest.mark.parametrize("words", ["hebert", "HÉBERT", "Hébert", "heb"])
def test_the_administration_finds_a_name_without_its_accents(administrator, label, words):
    NAMED[label]()
    assert found(administrator, label, words) == 1
    assert found(administrator, label, "inconnu") == 0


@pytest.mark.parametrize("label", NAMED)
def test_signs_alone_find_nothing_in_the_administration(administrator, label):
    NAMED[label]()
    assert found(administrator, label, "’.-") == 0


def test_the_administration_finds_whoever_has_an_acronym(administrator):
    organisation = OrganisationFactory(name="Normandie Web Experts", acronym="NWX")
    MembershipFactory(organisation=organisation)
    NetworkFactory(organisation=organisation)
    SuccessionFactory(old=[OrganisationFactory(name="Agence du numérique", acronym="ADN")], new=organisation)
    for words in ("nwx", "NWX", " nwx "):
        for label in ("members.Organisation", "members.Membership", "members.Network", "members.Succession"):
            assert found(administrator, label, words) == 1, (label, words)
    assert found(administrator, "members.Succession", "adn") == 1
    assert found(administrator, "members.Organisation", "adn") == 1
