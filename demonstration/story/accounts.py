"""The accounts of the demonstration: who they are, what each comes to do, and how they sign in."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from demonstration.story.texts import read

# Known to everybody: it opens invented accounts only, and only in demonstration mode.
PASSWORD = "pommier-mouette-14"  # noqa: S105
MAIN_HUB, OTHER_HUB, HEAD_HUB = "normandie", "bretagne-pays-de-la-loire", "grand-ouest"
SHOWN_TEAMS = ("tes", "nwx", "cci-normandie", "cma-normandie")
NAMES = {
    "tes": "TES",
    "nwx": "NWX",
    "cci-normandie": "CCI",
    "cma-normandie": "CMA",
    "normandy-french-tech": "Normandy French Tech",
}
SHOWN_COMPANIES = ("Voilerie de l’Estran", "Optique Fine de Caen", "Laiterie du Bocage virois")


@dataclass(frozen=True)
class Person:
    """An invented person."""

    first_name: str
    last_name: str
    function: str
    email: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Account:
    """A line of the page: a person, and where."""

    person: Person
    place: str


@dataclass(frozen=True)
class Role:
    """People who come to do the same thing."""

    code: str
    label: str | Promise
    comes_to: str | Promise
    accounts: tuple[Account, ...]
    has_password: bool = True


def address(first_name: str, last_name: str, domain: str) -> str:
    """An address that nobody can own."""
    return f"{slugify(first_name)}.{slugify(last_name)}@{slugify(domain)[:50].strip('-')}.example"


def administrator() -> Person:
    """Who installs and configures."""
    first, last, function = read("people")["administrator"]["person"]
    return Person(first, last, function, address(first, last, "diginor"))


def desk(hub: str) -> dict[str, list[Person]]:
    """The people of a hub by role: staff, head, officer."""
    roles: dict[str, list[list[str]]] = read("people")["hubs"].get(hub, {})
    domains = {"officer": f"region-{hub}"}
    return {
        role: [
            Person(row[0], row[1], row[2], address(row[0], row[1], domains.get(role, f"guichet-{hub}"))) for row in rows
        ]
        for role, rows in roles.items()
    }


def team(organisation: str) -> list[tuple[Person, str]]:
    """The people of an organisation, each with a role: manager or adviser."""
    rows = read("people")["organisations"].get(organisation, [])
    return [(Person(first, last, job, _home(first, last, organisation)), role) for first, last, role, job in rows]


def _home(first: str, last: str, organisation: str) -> str:
    """The address of a person who works for several organisations is at the first of them."""
    teams = read("people")["organisations"]
    first_place = next(slug for slug, rows in teams.items() if any(row[:2] == [first, last] for row in rows))
    return address(first, last, first_place if organisation in teams else organisation)


def contact(row: list[Any]) -> Person:
    """Who speaks for an invented company."""
    return Person(row[7], row[8], row[9], address(row[7], row[8], row[0]))


ROLES = {
    "company": (_("Entreprise"), _("Déposer une demande, la suivre, répondre, donner son avis.")),
    "staff": (_("Équipe du guichet"), _("Trier la file, orienter vers les bonnes structures, relancer.")),
    "adviser": (
        _("Conseil d’une structure"),
        _("Répondre aux demandes confiées, échanger, dire ce qui en est sorti."),
    ),
    "manager": (
        _("Responsable d’équipe"),
        _("Voir la charge et les délais de l’équipe, inviter, poser une absence."),
    ),
    "officer": (_("Pilotage régional"), _("Lire le tableau de bord de sa région, et d’elle seule.")),
    "other_staff": (_("Équipe d’un autre guichet"), _("Vérifier qu’elle ne voit rien de la Normandie.")),
    "head": (
        _("Équipe d’un guichet de tête"),
        _("Voir et traiter les demandes de tous les guichets du Grand Ouest."),
    ),
    "administrator": (
        _("Administration"),
        _("Régler le catalogue, les structures, les délais et les comptes."),
    ),
}


def roles() -> list[Role]:
    """What the page and `make run` show, from the company to the administrator."""
    rows = {row[0]: row for row in read("companies")[MAIN_HUB]}
    main, other, above = desk(MAIN_HUB), desk(OTHER_HUB), desk(HEAD_HUB)
    teams = [(_places(person), person, role) for slug in SHOWN_TEAMS for person, role in team(slug)]
    here, there = "Normandie", "Bretagne – Pays de la Loire"
    found = {
        "company": tuple(Account(contact(rows[name]), name) for name in SHOWN_COMPANIES),
        "staff": _accounts(main["staff"] + main["head"], here),
        "adviser": tuple(Account(person, place) for place, person, role in teams if role == "adviser"),
        "manager": tuple(Account(person, place) for place, person, role in teams if role == "manager"),
        "officer": _accounts(main["officer"], here) + _accounts(other["officer"], there),
        "other_staff": _accounts(other["staff"], there),
        "head": _accounts(above["head"] + above["officer"], "Grand Ouest"),
        "administrator": _accounts([administrator()], "DIGINOR"),
    }
    return [Role(code, *words, found[code], has_password=code != "company") for code, words in ROLES.items()]


def _places(person: Person) -> str:
    """Where a person works; those of several organisations switch between them."""
    teams = read("people")["organisations"]
    here = [slug for slug in teams if any(one.email == person.email for one, _role in team(slug))]
    return ", ".join(NAMES.get(slug, slug) for slug in here)


def _accounts(people: list[Person], place: str) -> tuple[Account, ...]:
    return tuple(Account(person, place) for person in people)
