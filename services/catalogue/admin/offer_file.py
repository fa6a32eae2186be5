"""The file of offers: an organisation helps on a topic, where, and which companies."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from diginor.exchange.columns import (
    Column,
    LinkCell,
    LinksCell,
    LinksColumn,
    LongCell,
    NumberCell,
    SeveralCell,
    WordsCell,
    YesNoCell,
    tidy,
)
from diginor.exchange.tables import Table
from diginor.exchange.tables_import import ADDED, CHANGED, Line, Match, Option, Outcome, TableImport
from diginor.text.search import plain
from members.organisations.enums import LegalForm, SizeCategory
from members.organisations.forms.file_cells import SiretCell, TerritoryReader, naf_of
from members.organisations.models import Organisation, naf_code
from services.catalogue.actions import save_offers
from services.catalogue.models import Offer, Topic

ORGANISATION, TOPIC = "Structure", "Sujet"


class OfferImport(TableImport):
    """Offers of the organisations of the person's hubs."""

    required = (ORGANISATION, TOPIC)

    def make_columns(self) -> list[Column]:
        self.places: dict[str, Organisation] = {}
        self.topics = {topic.slug: topic for topic in Topic.objects.order_by("pk")}
        self.by_name = {plain(topic.name): topic for topic in self.topics.values()}
        territories = TerritoryReader()
        return [
            Column("organisation", ORGANISATION, LinkCell(self._place, lambda place: place.slug)),
            Column("organisation__name", "Nom de la structure", is_told=True),
            Column("topic", TOPIC, LinkCell(self._topic, lambda topic: topic.slug)),
            Column("topic__name", "Nom du sujet", is_told=True),
            LinksColumn("territories", "Territoires", LinksCell(territories.find, territories.name)),
            Column("sizes", "Tailles", SeveralCell(SizeCategory.choices)),
            Column("min_age", "Âge minimal", NumberCell()),
            Column("max_age", "Âge maximal", NumberCell()),
            Column("naf_in", "Codes NAF admis", WordsCell(_naf)),
            Column("naf_out", "Codes NAF exclus", WordsCell(_naf)),
            Column("legal_in", "Formes juridiques admises", SeveralCell(LegalForm.choices)),
            Column("legal_out", "Formes juridiques exclues", SeveralCell(LegalForm.choices)),
            Column("note", "Précisions", LongCell()),
            Column("source", "Source"),
            Column("is_assumption", "Hypothèse de démonstration", YesNoCell(), keeps_when_empty=True),
            Column("is_active", "Proposée", YesNoCell(), keeps_when_empty=True),
        ]

    def _place(self, text: str) -> Organisation:
        found = self.places.get(text) or self.places.get(_siret_of(text))
        if found is None:
            raise ValueError(_("aucune structure de vos guichets n’est « %(text)s ».") % {"text": text})
        return found

    def _topic(self, text: str) -> Topic:
        found = self.topics.get(text) or self.by_name.get(plain(text))
        if found is None:
            raise ValueError(_("aucun sujet du catalogue n’est « %(text)s ».") % {"text": text})
        return found

    def loaded(self, rows: QuerySet) -> QuerySet:
        """With all that their cells show."""
        return rows.select_related("organisation", "topic").prefetch_related("territories")

    def prepare(self, table: Table) -> None:
        """Read the organisations that the rows name, and their offers."""
        named = {row[ORGANISATION] for row in table.dict}
        mine = Organisation.objects.visible_to(self.user)
        by_number = mine.filter(siret__in={_siret_of(text) for text in named} - {""})
        found = [*mine.filter(slug__in=named).order_by("pk"), *by_number.order_by("pk")]
        self.places = {key: place for place in found for key in (place.slug, place.siret) if key}
        offers = self.loaded(Offer.objects.filter(organisation__in={place.pk for place in found})).order_by("pk")
        offers = offers.select_for_update(of=("self",)) if self.is_locking else offers
        self.known = {(offer.organisation_id, offer.topic_id): offer for offer in offers}

    def identify(self, row: dict[str, str]) -> Match:
        """By organisation and topic."""
        try:
            return Match(self.known.get((self._place(row[ORGANISATION]).pk, self._topic(row[TOPIC]).pk)))
        except ValueError:
            return Match()

    def blank(self, row: dict[str, str]) -> Offer:
        return Offer()

    def name_of(self, row: dict[str, str]) -> str:
        """The organisation and the topic."""
        return f"{row[ORGANISATION]} · {row[TOPIC]}"

    def marks(self, line: Line, row: dict[str, str]) -> list[tuple[str, str]]:
        """An organisation offers a topic once."""
        return [*super().marks(line, row), ("topic", f"{row[ORGANISATION]} {row[TOPIC]}")]

    def check(self, option: Option) -> dict[str, str]:
        """What the model refuses, what is missing, and ages the wrong way round."""
        offer: Any = option.instance
        errors = self.wrong_fields(offer, list(self.headings) if option.is_new else option.attributes)
        for name, text in (("organisation", _("indiquez la structure.")), ("topic", _("indiquez le sujet."))):
            if getattr(offer, f"{name}_id") is None:
                errors[name] = text
        if None not in (offer.min_age, offer.max_age) and offer.min_age > offer.max_age:
            errors["max_age"] = _("l’âge maximal est inférieur à l’âge minimal.")
        return errors

    def write(self, outcome: Outcome) -> None:
        """Write through the action."""
        options = [line.option for line in outcome.of(ADDED, CHANGED) if line.option]
        known = [option for option in options if not option.is_new]
        changed = [(one.instance, [name for name in one.attributes if name != "territories"]) for one in known]
        moved = [option.instance for option in options if "territories" in option.attributes]
        save_offers(
            added=[option.instance for option in options if option.is_new],
            changed=[(offer, names) for offer, names in changed if names],
            territories=[(offer, offer.linked_rows["territories"]) for offer in moved],
            by=self.user,
        )


def _siret_of(text: str) -> str:
    try:
        return SiretCell().clean(tidy(text))
    except ValueError:
        return ""


def _naf(text: str) -> str:
    """A NAF code, or the two figures of its division."""
    code = naf_of(text)
    if not naf_code.regex.match(code):  # type: ignore[union-attr]
        raise ValueError(_("« %(text)s » n’est pas un code NAF : il s’écrit comme 62.01Z ou 62.") % {"text": text})
    return code
