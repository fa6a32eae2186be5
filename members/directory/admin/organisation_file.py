"""The file of organisations: found by identifier, then by SIRET; by name and commune only a person decides."""

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from diginor.exchange.columns import (
    ChoiceCell,
    Column,
    DayCell,
    LinksCell,
    LinksColumn,
    LongCell,
    NumberCell,
    SeveralCell,
    YesNoCell,
    tidy,
)
from diginor.exchange.tables import Table
from diginor.exchange.tables_import import ADDED, CHANGED, Line, Match, Option, Outcome, TableImport
from diginor.text.search import PlainText, plain
from members.directory.actions.imports import save_organisations
from members.hubs.models import Hub
from members.organisations.enums import LegalForm, OrganisationKind, Sector, SizeCategory, Technology
from members.organisations.forms.file_cells import (
    AddressCell,
    CommuneReader,
    NafCell,
    PartialDateCell,
    PhoneCell,
    PostcodeCell,
    SiretCell,
)
from members.organisations.models import Organisation
from members.territories.models import Territory

SLUG, NAME, SIRET, COMMUNE = "Identifiant", "Nom", "SIRET", "Commune"


class OrganisationImport(TableImport):
    """Organisations, those of the person's hubs only."""

    required = (NAME,)

    def make_columns(self) -> list[Column]:
        self.communes = CommuneReader()
        self.hubs = Hub.objects.in_bulk(field_name="slug")
        self.own_hubs = set(Hub.objects.visible_to(self.user).order_by("pk").values_list("pk", flat=True))
        return [
            Column("slug", SLUG, is_told=True),
            Column("name", NAME),
            Column("acronym", "Sigle"),
            Column("kind", "Nature", ChoiceCell(OrganisationKind.choices), keeps_when_empty=True),
            Column("siret", SIRET, SiretCell()),
            Column("size", "Taille", ChoiceCell(SizeCategory.choices)),
            Column("naf", "Code NAF", NafCell()),
            Column("legal_form", "Forme juridique", ChoiceCell(LegalForm.choices)),
            Column("sector", "Secteur", ChoiceCell(Sector.choices)),
            Column("founded_on", "Date de création", DayCell()),
            Column("street", "Rue"),
            Column("postcode", "Code postal", PostcodeCell(self._commune_of)),
            Column("commune", COMMUNE, self.communes.cell()),
            Column("public_email", "Adresse électronique publique"),
            Column("public_phone", "Téléphone public", PhoneCell(lambda row: self._commune_of(row) is not None)),
            Column("website", "Site web", AddressCell()),
            Column("description", "Présentation", LongCell()),
            Column("description_en", "Présentation en anglais", LongCell()),
            Column("expertises", "Expertises", SeveralCell(Technology.choices)),
            LinksColumn("hubs", "Guichets", LinksCell(self._hub, lambda hub: hub.slug)),
            Column("is_listed", "Dans l’annuaire", YesNoCell(), keeps_when_empty=True),
            Column("capacity", "Orientations ouvertes au plus", NumberCell()),
            Column("is_active", "En activité", YesNoCell(), keeps_when_empty=True),
            Column("source", "Source"),
            Column("stated_on", "Date de la source", PartialDateCell()),
        ]

    def _hub(self, text: str) -> Hub:
        if text not in self.hubs:
            raise ValueError(_("aucun guichet n’a l’identifiant « %(text)s ».") % {"text": text})
        return self.hubs[text]

    def loaded(self, rows: QuerySet) -> QuerySet:
        """With their communes and hubs."""
        return rows.select_related("commune").prefetch_related("hubs")

    def prepare(self, table: Table) -> None:
        """Read the organisations and communes that the rows may be about."""
        rows = table.dict
        self.sirets = [_siret_of(row) for row in rows]
        self.communes.prepare(row.get(COMMUNE, "") for row in rows)
        mine = Organisation.objects.visible_to(self.user)
        self.by_slug = {one.slug: one for one in self._found(mine, slug__in=[row.get(SLUG, "") for row in rows])}
        numbers = [number for number in self.sirets if number]
        everybody = self._found(Organisation.objects, siret__in=numbers)
        self.by_siret = {one.siret: one for one in everybody}
        keys = [one.pk for one in everybody]
        self.mine = set(mine.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
        names = {plain(tidy(row[NAME])) for row in rows if not row.get(SLUG) and _siret_of(row) not in self.by_siret}
        self.by_name = defaultdict(list)
        known = Organisation.objects.alias(plain_name=PlainText("name")).filter(plain_name__in=names - {""})
        mine_too = set(mine.filter(pk__in=known.values("pk")).order_by("pk").values_list("pk", flat=True))
        for one in self._found(Organisation.objects, pk__in=mine_too):
            self.by_name[plain(one.name)].append(one)

    def _found(self, rows: Any, **conditions: Any) -> list[Organisation]:
        keys = rows.filter(**conditions).order_by("pk").values_list("pk", flat=True)
        found = self.loaded(Organisation.objects.filter(pk__in=list(keys))).order_by("pk")
        return list(found.select_for_update(of=("self",)) if self.is_locking else found)

    def identify(self, row: dict[str, str]) -> Match:
        """By identifier, then by SIRET, else those of the same name in the same commune."""
        slug, owner = row.get(SLUG, ""), self.by_siret.get(_siret_of(row))
        known = self.by_slug.get(slug)
        if slug and known is None:
            return Match(errors={"slug": _("aucune structure de vos guichets n’a cet identifiant.")})
        if owner and owner.pk not in self.mine and owner != known:
            text = _("une structure d’un autre guichet porte ce SIRET. Demandez à la rattacher au vôtre.")
            return Match(known, errors={"siret": text})
        if known and owner and owner.pk != known.pk:
            text = _("la structure « %(name)s » porte déjà ce SIRET.") % {"name": owner}
            return Match(known, errors={"siret": text})
        if known or owner:
            return Match(known or owner)
        return Match(candidates=self._namesakes(row))

    def _namesakes(self, row: dict[str, str]) -> list[Organisation]:
        same = self.by_name.get(plain(tidy(row[NAME])), [])
        commune = self._commune_of(row)
        return [one for one in same if commune is None or one.commune_id in (None, commune.pk)]

    def _commune_of(self, row: dict[str, str]) -> Territory | None:
        return self.communes.of_row(row, COMMUNE)

    def blank(self, row: dict[str, str]) -> Organisation:
        return Organisation()

    def key_of(self, instance: Any) -> str:
        return str(instance.slug)

    def name_of(self, row: dict[str, str]) -> str:
        return tidy(row[NAME]) or row.get(SIRET, "")

    def marks(self, line: Line, row: dict[str, str]) -> list[tuple[str, str]]:
        """A SIRET, a known organisation, and a name in a commune where there is no number, come once."""
        number = _siret_of(row)
        marks = [("siret", f"siret {number}")] if number else []
        marks += super().marks(line, row)
        if not number and not row.get(SLUG) and row[NAME]:
            marks.append(("name", f"name {plain(row[NAME])} {plain(row.get(COMMUNE, ''))}"))
        return marks

    def check(self, option: Option) -> dict[str, str]:
        """What the model refuses, days to come, and hubs of others."""
        instance = option.instance
        names = list(self.headings) if option.is_new else option.attributes
        errors = self.wrong_fields(instance, [name for name in names if name != "slug"])
        if "founded_on" in names and instance.founded_on and instance.founded_on > timezone.localdate():
            errors["founded_on"] = _("cette date est dans le futur.")
        if "hubs" in option.attributes:
            before = set() if option.is_new else {hub.pk for hub in Organisation(pk=instance.pk).hubs.all()}
            if (before ^ {hub.pk for hub in instance.linked_rows["hubs"]}) - self.own_hubs:
                errors["hubs"] = _("seule l’équipe d’un guichet y ajoute ou en retire une structure.")
        return errors

    def write(self, outcome: Outcome) -> None:
        """Write through the action."""
        options = [line.option for line in outcome.of(ADDED, CHANGED) if line.option]
        known = [option for option in options if not option.is_new]
        changed = [(option.instance, [name for name in option.attributes if name != "hubs"]) for option in known]
        save_organisations(
            added=[option.instance for option in options if option.is_new],
            changed=[(row, names) for row, names in changed if names],
            hubs=[(one.instance, one.instance.linked_rows["hubs"]) for one in options if "hubs" in one.attributes],
            by=self.user,
        )


def _siret_of(row: dict[str, str]) -> str:
    """The SIRET of a row, or nothing where it is wrong."""
    try:
        return SiretCell().clean(row.get(SIRET, ""))
    except ValueError:
        return ""
