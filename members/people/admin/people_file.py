"""The file of people: who works where. Whom nobody knows is invited; an account and its password are never touched."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diginor.exchange.columns import ChoiceCell, Column, LinkCell, YesNoCell, tidy
from diginor.exchange.tables import Table
from diginor.exchange.tables_import import ADDED, CHANGED, DataMoved, Fault, Line, Match, Option, Outcome, TableImport
from members.organisations.forms.file_cells import PhoneCell
from members.organisations.models import Organisation
from members.people.actions.imports import save_invitation, save_membership
from members.people.actions.refusals import PeopleRefusal
from members.people.enums import MembershipRole
from members.people.models import Invitation, Membership, User

ORGANISATION, EMAIL, ROLE, IN_POST = "Structure", "Adresse électronique", "Rôle", "En poste"
PERSON = "user__"
LANGUAGES = [("fr", "français"), ("en", "anglais")]


class PeopleImport(TableImport):
    """People and what they do in the organisations of the person's hubs."""

    required = (ORGANISATION, EMAIL)
    # Each row may send a mail and hand referrals over.
    most_rows = 2_000
    added_title = gettext_lazy("Qui recevra une invitation")

    def make_columns(self) -> list[Column]:
        self.places: dict[str, Organisation] = {}
        return [
            Column("organisation", ORGANISATION, LinkCell(self._place, lambda place: place.slug)),
            Column("organisation__name", "Nom de la structure", is_told=True),
            Column("user__email", EMAIL, is_told=True),
            Column("user__first_name", "Prénom"),
            Column("user__last_name", "Nom"),
            Column("user__function", "Fonction"),
            Column("user__phone", "Téléphone", PhoneCell(self._is_french)),
            Column("user__language", "Langue", ChoiceCell(LANGUAGES), keeps_when_empty=True),
            Column("role", ROLE, ChoiceCell(MembershipRole.choices), keeps_when_empty=True),
            Column("is_active", IN_POST, YesNoCell(), keeps_when_empty=True),
        ]

    def _is_french(self, row: dict[str, str]) -> bool:
        place = self.places.get(row[ORGANISATION])
        return place is not None and place.commune_id is not None

    def _place(self, text: str) -> Organisation:
        if text not in self.places:
            raise ValueError(_("aucune structure de vos guichets n’a l’identifiant « %(text)s ».") % {"text": text})
        return self.places[text]

    def loaded(self, rows: QuerySet) -> QuerySet:
        """Those in post, with the person and the organisation."""
        return rows.filter(is_active=True).select_related("user", "organisation")

    def prepare(self, table: Table) -> None:
        """Read the organisations, their teams and their open invitations."""
        rows = table.dict
        slugs = {row[ORGANISATION] for row in rows}
        places = Organisation.objects.all() if self.user.is_superuser else _staffed(self.user)
        named = places.filter(slug__in=slugs).order_by("pk")
        if self.is_locking:
            # People before organisations, as the pages that change a person.
            people = User.objects.alias(address=Lower("email")).filter(address__in={_email_of(row) for row in rows})
            list(people.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        named = named.select_for_update(of=("self",), no_key=True) if self.is_locking else named
        self.places = {place.slug: place for place in named}
        teams = self.loaded(Membership.objects.filter(organisation__in=self.places.values())).order_by("pk")
        teams = teams.select_for_update(of=("self",), no_key=True) if self.is_locking else teams
        self.team = {(row.organisation_id, row.user.email.lower()): row for row in teams}
        invited = Invitation.objects.waiting().filter(organisation__in=self.places.values())
        self.invited = {(row.organisation_id, row.email.lower()): row for row in invited if row.is_open}

    def identify(self, row: dict[str, str]) -> Match:
        """By organisation and address."""
        place = self.places.get(row[ORGANISATION])
        if place is None:
            text = _("aucune structure de vos guichets n’a l’identifiant « %(text)s ».")
            return Match(errors={"organisation": text % {"text": row[ORGANISATION]}})
        return Match(self.team.get((place.pk, _email_of(row))))

    def blank(self, row: dict[str, str]) -> Membership:
        """Somebody whom the organisation does not know yet; what was sent already counts as known."""
        place = self.places.get(row[ORGANISATION])
        sent = self.invited.get((place.pk, _email_of(row))) if place else None
        role = sent.role if sent else MembershipRole.ADVISER
        one = Membership(user=User(email=_email_of(row)), organisation=place, role=role)
        one.invitation = sent  # type: ignore[attr-defined]
        return one

    def key_of(self, instance: Any) -> str:
        """Its public code."""
        return str(instance.code)

    def name_of(self, row: dict[str, str]) -> str:
        return _email_of(row)

    def marks(self, line: Line, row: dict[str, str]) -> list[tuple[str, str]]:
        """An address comes once in each organisation."""
        return [("user__email", f"{row[ORGANISATION]} {_email_of(row)}")]

    def check(self, option: Option) -> dict[str, str]:
        """Who is new is only invited; who is known keeps what is theirs, unless an administrator changes it."""
        one: Any = option.instance
        names = [name.removeprefix(PERSON) for name in option.attributes if name.startswith(PERSON)]
        errors = {f"{PERSON}{name}": text for name, text in self.wrong_fields(one.user, [*names, "email"]).items()}
        if option.is_new:
            self._as_invitation(option)
        elif names and not self.user.is_superuser:
            text = _("la personne tient elle-même ses coordonnées ; seul un administrateur les change ici.")
            errors |= {f"{PERSON}{name}": text for name in names}
        return errors

    def _as_invitation(self, option: Option) -> None:
        """What an invitation says: nothing more is written of a person who has not answered."""
        one: Any = option.instance
        waits = one.invitation is not None and one.invitation.role == one.role
        told = {self.headings["organisation"], self.headings["role"], self.headings["user__email"]}
        option.changes = [change for change in option.changes if change.column in told]
        if waits or not one.is_active:
            # Nothing to send: the invitation is on its way, or the person is not to join.
            option.changes, option.is_new = [], False

    def rehearse(self, outcome: Outcome) -> None:
        """Play the departures and the changes of role, then take them back: the last manager cannot leave."""
        with transaction.atomic():
            self._apply(outcome, refuses=False)
            transaction.set_rollback(True)

    def write(self, outcome: Outcome) -> None:
        """Invite, change roles, end memberships, through the actions of the teams."""
        self._apply(outcome, refuses=True)

    def _apply(self, outcome: Outcome, *, refuses: bool) -> None:
        # Whoever becomes manager does so before others leave.
        for line in sorted(outcome.of(ADDED, CHANGED), key=_turn):
            try:
                with transaction.atomic():
                    self._write_one(line)
            except PeopleRefusal as refusal:
                if refuses:
                    raise DataMoved from refusal
                line.faults.append(Fault(line.number, IN_POST if not _stays(line) else ROLE, tidy(refusal)))

    def _write_one(self, line: Line) -> None:
        option: Any = line.option
        one = option.instance
        if option.is_new:
            save_invitation(one.organisation, email=one.user.email, role=one.role, by=self.user)
            return
        names = [name.removeprefix(PERSON) for name in option.attributes if name.startswith(PERSON)]
        person = {name: getattr(one.user, name) for name in names}
        save_membership(one, is_active=one.is_active, role=one.role, person=person, by=self.user)


def _staffed(user: Any) -> QuerySet:
    """The member organisations of the hubs whose desk the person keeps."""
    hubs = Organisation.hubs.through.objects.filter(hub__in=user.staffed_hubs())
    return Organisation.objects.filter(pk__in=hubs.values("organisation"))


def _email_of(row: dict[str, str]) -> str:
    return row[EMAIL].lower()


def _turn(line: Line) -> tuple[bool, bool, int]:
    one: Any = line.option.instance if line.option else None
    return not one.is_active, one.role != MembershipRole.MANAGER, line.number


def _stays(line: Line) -> bool:
    return bool(line.option and line.option.instance.is_active)
