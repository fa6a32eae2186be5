"""Lists of the administration: the same queries for one row and for thirty, and none that counts a whole table."""

import uuid

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from diginor.admin.base import MOST_COUNTED, CappedPaginator
from diginor.attempts.retries import Setback
from diginor.outbox.models import OutgoingMail
from members.accounts.models import Erasure
from members.directory.models import SheetProposal
from members.hubs.models import Hub, HubRole
from members.networks.models import (
    Accreditation,
    AccreditationRound,
    Affiliation,
    KeyFigure,
    Network,
    Office,
    Partnership,
)
from members.organisations.models import Organisation
from members.people.models import Absence, Invitation, Membership, User
from members.places.models import Place
from members.successions.models import Succession
from members.territories.enums import TerritoryKind
from members.territories.models import DrawnTerritory, Territory
from services.catalogue.models import Offer, Topic
from services.requests.models import DelaySet, FollowUp, Referral, Satisfaction, ServiceRequest, Workshop
from tests.factories.members import (
    AbsenceFactory,
    ErasureFactory,
    HubFactory,
    HubRoleFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    SheetProposalFactory,
    SuccessionFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.factories.networks import (
    AccreditationFactory,
    AffiliationFactory,
    KeyFigureFactory,
    NetworkFactory,
    OfficeFactory,
    PartnershipFactory,
    RoundFactory,
)
from tests.factories.places import PlaceFactory
from tests.factories.services import (
    DelaySetFactory,
    FollowUpFactory,
    OfferFactory,
    ReferralFactory,
    RequestFactory,
    SatisfactionFactory,
    TopicFactory,
)
from tests.factories.workshops import WorkshopFactory

pytestmark = pytest.mark.django_db


def mail():
    return OutgoingMail.objects.create(recipient="a@exemple.example", subject="Bonjour", dedupe_key=str(uuid.uuid4()))


def setback():
    return Setback.objects.create(work="digests", key=str(uuid.uuid4()))


def drawn():
    return TerritoryFactory(kind=TerritoryKind.ADHOC, code=str(uuid.uuid4()))


def succession():
    return SuccessionFactory(old=[OrganisationFactory()], new=OrganisationFactory())


ROWS = {
    Absence: AbsenceFactory, Accreditation: AccreditationFactory, AccreditationRound: RoundFactory, Affiliation:
    AffiliationFactory, DelaySet: DelaySetFactory, DrawnTerritory: drawn, Hub: HubFactory, Erasure: ErasureFactory,
    FollowUp: FollowUpFactory, HubRole: HubRoleFactory, Invitation: InvitationFactory, KeyFigure: KeyFigureFactory,
    Membership: MembershipFactory, Network: NetworkFactory, Offer: OfferFactory, Office: OfficeFactory, Organisation:
    OrganisationFactory, OutgoingMail: mail, Partnership: PartnershipFactory, Place: PlaceFactory, Referral:
    ReferralFactory, Satisfaction: SatisfactionFactory, ServiceRequest: RequestFactory, SheetProposal:
    SheetProposalFactory, Setback: setback, Succession: succession, Territory: TerritoryFactory, Topic: TopicFactory,
    User: UserFactory, Workshop: WorkshopFactory,
}  # fmt: skip


def test_every_list_is_measured_here():
    assert set(admin.site._registry) == set(ROWS)


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_a_list_costs_the_same_queries_for_one_row_and_for_thirty(client, model):
    client.force_login(UserFactory(administrator=True))
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    ROWS[model]()
    client.get(address)
    counts = []
    for more in (0, 29):
        for _number in range(more):
            ROWS[model]()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
    table = f'"{model._meta.db_table}"'
    whole = [query["sql"] for query in queries if "COUNT(" in query["sql"] and table in query["sql"]]
    assert all("LIMIT" in sql for sql in whole)


def test_the_count_stops_at_a_thousand():
    paginator = CappedPaginator(Territory.objects.order_by("pk"), 50)
    Territory.objects.bulk_create(
        Territory(kind="commune", code=f"x{number}", name="Essai", search_name="essai")
        for number in range(MOST_COUNTED + 20)
    )
    assert paginator.count == MOST_COUNTED
    assert paginator.is_capped
    assert len(paginator.page(paginator.num_pages).object_list) == 50
