"""Factories of the members part: people, organisations, hubs and territories.

commune()                                   Caen, inside Calvados, Normandie and France
commune("50218", "Granville")               any other; its département is read from the code
UserFactory(adviser_of=nwx)                 works there; also manager_of=, staff_of=, head_of=, officer_of=
UserFactory(with_password=True)             signs in with PASSWORD
UserFactory(with_second_factor=True)        has PASSWORD and an application of codes with TOTP_SECRET
OrganisationFactory(member=True)            a cluster; company=True a company of Caen; of_hub=hub puts it in a hub
OrganisationFactory(listed=True)            in the directory
HubFactory()                                the hub of Normandie
"""

import datetime as dt

import factory
from django.utils import timezone
from stdnum import luhn

from members.accounts.models import Erasure
from members.directory.models import SheetProposal
from members.hubs.enums import HubRoleKind
from members.hubs.models import Hub, HubRole
from members.organisations.enums import OrganisationKind, SizeCategory
from members.organisations.models import Organisation
from members.people.enums import MembershipRole
from members.people.models import Absence, Invitation, Membership, User
from members.successions.enums import SuccessionKind, SuccessionRole
from members.successions.models import Succession
from members.territories.enums import TerritoryKind
from members.territories.models import Containment, Territory
from members.territories.rules.place_names import plain_name

PASSWORD = "une phrase longue et simple"
TOTP_SECRET = "JBSWY3DPEHPK3PXP"
REGIONS = {"14": "28", "27": "28", "50": "28", "61": "28", "76": "28", "35": "53", "75": "11"}
NAMES = {
    "28": "Normandie",
    "53": "Bretagne",
    "11": "Île-de-France",
    "14": "Calvados",
    "27": "Eure",
    "50": "Manche",
    "61": "Orne",
    "76": "Seine-Maritime",
    "35": "Ille-et-Vilaine",
    "75": "Paris",
}


def siret(number: int) -> str:
    """A SIRET that its checksum accepts."""
    siren = f"{900_000_00 + number:08d}"
    siren += luhn.calc_check_digit(siren)
    start = f"{siren}0001"
    return start + luhn.calc_check_digit(start)


class TerritoryFactory(factory.django.DjangoModelFactory):
    """A commune without anything around it, unless `kind` says otherwise; an existing code is taken again."""

    class Meta:
        model = Territory
        django_get_or_create = ("kind", "code")

    kind = TerritoryKind.COMMUNE
    code = factory.Sequence(lambda number: f"14{number % 900 + 1:03d}")
    name = factory.LazyAttribute(lambda self: NAMES.get(self.code, f"Commune {self.code}"))
    search_name = factory.LazyAttribute(lambda self: plain_name(self.name))
    postcodes: list[str] = []


def territory(kind: str, code: str, name: str = "", inside: tuple[Territory, ...] = ()) -> Territory:
    """A territory lying inside others; the same code gives the same row."""
    row = TerritoryFactory(kind=kind, code=code, name=name or NAMES.get(code, code))
    for container in inside:
        Containment.objects.get_or_create(container=container, part=row)
    return row


def country() -> Territory:
    """France."""
    return territory(TerritoryKind.COUNTRY, "FR", "France")


def region(code: str = "28") -> Territory:
    """A region, Normandie unless told."""
    return territory(TerritoryKind.REGION, code, inside=(country(),))


def department(code: str = "14") -> Territory:
    """A département inside its region."""
    around = region(REGIONS[code])
    return territory(TerritoryKind.DEPARTMENT, code, inside=(around, country()))


def commune(code: str = "14118", name: str = "Caen", postcode: str = "", epci: Territory | None = None) -> Territory:
    """A commune inside its département, its region and France; inside an intercommunality too when one is given."""
    inner = department(code[:2])
    around = (inner, region(REGIONS[code[:2]]), country(), *((epci,) if epci else ()))
    row = territory(TerritoryKind.COMMUNE, code, name, inside=around)
    if not row.postcodes:
        row.postcodes = [postcode or f"{code[:2]}000"]
        row.save(update_fields=["postcodes"])
    return row


class OrganisationFactory(factory.django.DjangoModelFactory):
    """A member organisation in Caen."""

    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    class Params:
        member = factory.Trait(kind=OrganisationKind.CLUSTER)
        listed = factory.Trait(is_listed=True)
        company = factory.Trait(
            kind=OrganisationKind.COMPANY,
            name=factory.Sequence(lambda number: f"Atelier {number}"),
            siret=factory.Sequence(siret),
            size=SizeCategory.SMALL,
            naf="62.01Z",
            legal_form="sas",
            sector="digital",
            founded_on=dt.date(2015, 5, 4),
        )

    name = factory.Sequence(lambda number: f"Structure {number}")
    slug = factory.Sequence(lambda number: f"structure-{number}")
    kind = OrganisationKind.CLUSTER
    commune = factory.LazyFunction(commune)

    @factory.post_generation
    def of_hub(self, create, extracted, **kwargs):
        """Put it among the organisations of a hub."""
        if extracted:
            extracted.organisations.add(self)


class HubFactory(factory.django.DjangoModelFactory):
    """A hub for Normandie."""

    class Meta:
        model = Hub
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda number: f"guichet-{number}")
    name = factory.Sequence(lambda number: f"Guichet {number}")
    territory = factory.LazyFunction(region)

    @factory.post_generation
    def organisations(self, create, extracted, **kwargs):
        """Give it its organisations."""
        self.organisations.add(*(extracted or ()))


class UserFactory(factory.django.DjangoModelFactory):
    """A person without any hat, who signs in by code."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        administrator = factory.Trait(is_superuser=True)

    email = factory.Sequence(lambda number: f"personne{number}@exemple.example")
    first_name = factory.Sequence(lambda number: ("Camille", "Dominique", "Sacha", "Louison")[number % 4])
    last_name = factory.Sequence(lambda number: f"Martin{number}")
    password = "!"

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        """Let the hats given here be seen by the object itself."""
        for name in ("active_memberships", "all_hub_roles"):
            instance.__dict__.pop(name, None)

    @factory.post_generation
    def with_password(self, create, extracted, **kwargs):
        """Let the person sign in with a password."""
        if extracted:
            self.set_password(extracted if isinstance(extracted, str) else PASSWORD)
            self.save(update_fields=["password"])

    @factory.post_generation
    def with_second_factor(self, create, extracted, **kwargs):
        """Give a password, an authenticator application and recovery codes."""
        if extracted:
            from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
            from allauth.mfa.totp.internal.auth import TOTP

            self.set_password(PASSWORD)
            self.save(update_fields=["password"])
            TOTP.activate(self, TOTP_SECRET)
            RecoveryCodes.activate(self)

    @factory.post_generation
    def adviser_of(self, create, extracted, **kwargs):
        """Make the person an adviser of an organisation."""
        if extracted:
            MembershipFactory(user=self, organisation=extracted)

    @factory.post_generation
    def manager_of(self, create, extracted, **kwargs):
        """Make the person the head of the team of an organisation."""
        if extracted:
            MembershipFactory(user=self, organisation=extracted, manager=True)

    @factory.post_generation
    def staff_of(self, create, extracted, **kwargs):
        """Put the person in the team of a hub."""
        if extracted:
            HubRoleFactory(user=self, hub=extracted, kind=HubRoleKind.STAFF)

    @factory.post_generation
    def head_of(self, create, extracted, **kwargs):
        """Make the person the head of a hub."""
        if extracted:
            HubRoleFactory(user=self, hub=extracted, kind=HubRoleKind.HEAD)

    @factory.post_generation
    def officer_of(self, create, extracted, **kwargs):
        """Make the person an officer of the region of a hub."""
        if extracted:
            HubRoleFactory(user=self, hub=extracted, kind=HubRoleKind.OFFICER)


class MembershipFactory(factory.django.DjangoModelFactory):
    """An adviser of an organisation."""

    class Meta:
        model = Membership

    class Params:
        manager = factory.Trait(role=MembershipRole.MANAGER)
        ended = factory.Trait(is_active=False, ended_on=factory.LazyFunction(timezone.localdate))

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = MembershipRole.ADVISER


class HubRoleFactory(factory.django.DjangoModelFactory):
    """A person of the team of a hub."""

    class Meta:
        model = HubRole

    user = factory.SubFactory(UserFactory)
    hub = factory.SubFactory(HubFactory)
    kind = HubRoleKind.STAFF


class AbsenceFactory(factory.django.DjangoModelFactory):
    """An organisation closed today and for a week."""

    class Meta:
        model = Absence

    organisation = factory.SubFactory(OrganisationFactory)
    starts_on = factory.LazyFunction(timezone.localdate)
    ends_on = factory.LazyAttribute(lambda self: self.starts_on + dt.timedelta(days=7))


class InvitationFactory(factory.django.DjangoModelFactory):
    """A person invited to advise for an organisation."""

    class Meta:
        model = Invitation

    class Params:
        expired = factory.Trait(expires_at=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=1)))
        accepted = factory.Trait(accepted_at=factory.LazyFunction(timezone.now))

    email = factory.Sequence(lambda number: f"invite{number}@exemple.example")
    organisation = factory.SubFactory(OrganisationFactory)
    invited_by = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=14))


class ErasureFactory(factory.django.DjangoModelFactory):
    """One request erased by the head of a hub."""

    class Meta:
        model = Erasure

    by = factory.SubFactory(UserFactory)
    scope = "request"
    erased = factory.LazyFunction(lambda: {"requests": 1})


class SheetProposalFactory(factory.django.DjangoModelFactory):
    """A new name that waits for the staff."""

    class Meta:
        model = SheetProposal

    hub = factory.SubFactory(HubFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    values = factory.LazyFunction(lambda: {"name": "Nouveau nom"})
    proposed_by = factory.SubFactory(UserFactory)


class SuccessionFactory(factory.django.DjangoModelFactory):
    """A merger in effect at the end of 2019: `old=[…]` become `new`."""

    class Meta:
        model = Succession
        skip_postgeneration_save = True

    kind = SuccessionKind.MERGER
    effective_on = "2019-Q4"
    source = "La presse"

    @factory.post_generation
    def old(self, create, extracted, **kwargs):
        """The structures that end."""
        for place in extracted or [OrganisationFactory(member=True) for _number in range(2)]:
            self.parts.create(organisation=place, role=SuccessionRole.PREDECESSOR)

    @factory.post_generation
    def new(self, create, extracted, **kwargs):
        """The structure that goes on."""
        self.parts.create(organisation=extracted or OrganisationFactory(member=True), role=SuccessionRole.SUCCESSOR)
