"""What the page of a network, the page of a round and the list of networks show."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from diginor.text.wording import number
from diginor.web.paging import Page
from members.directory.views import network_words as words
from members.directory.views.history import drawn_history
from members.facts.rules.citations import Citations
from members.facts.rules.history_line import planned_in_words
from members.facts.rules.partial_dates import PartialDate
from members.facts.rules.period_words import at, period
from members.networks.models import Accreditation, AccreditationRound, KeyFigure, Network, Office, Partnership
from members.networks.rules import short_words
from members.organisations.models import Organisation
from members.successions.enums import SuccessionRole
from members.successions.models import Succession
from members.territories.actions.official_files import edition_of
from members.territories.enums import TerritoryKind
from members.territories.models import Territory, TerritoryPart

FRANCE = ("country", "FR")
GEOGRAPHY = "INSEE, code officiel géographique"
Pairs = list[tuple[str, Any]]


@dataclass
class NetworkPage:
    """One network: its facts, its figures, its members, and the sources of all this."""

    network: Network
    day: date = field(default_factory=timezone.localdate)
    citations: Citations = field(default_factory=Citations)

    def __post_init__(self) -> None:
        """Read what is known of it, in the order in which the page tells it."""
        self.organisation: Organisation = self.network.organisation
        self.status = state_of(self.organisation)
        self.mark = self.citations.mark(self.organisation.source, self.organisation.stated_on)
        self.facts = [(term, value) for term, value in [*self._itself(), *self._recognised(), *self._around()] if value]
        rows = list(KeyFigure.objects.about(self.organisation))
        self.figures = [words.figure(row, self.citations) for row in rows if row.value is not None]
        self.history = drawn_history(self.organisation, self.citations)

    def _itself(self) -> Pairs:
        network, mark = self.network, words.mark(self.network, self.citations)
        mission = words.said(network.mission_statement)
        return [
            (_("Nature"), words.pieces(capfirst(network.get_kind_display()), mark)),
            (_("Territoire"), words.pieces(where(network.territory), mark)),
            (_("Raison d’être"), words.pieces(mission, mark) if mission else ""),
            (_("Nom de code"), words.pieces(network.code_name, mark) if network.code_name else ""),
            (_("Statut"), words.pieces(words.said(network.note), mark) if network.note else ""),
            (_("Axes"), words.listed(network.axes, mark)),
        ]

    def _recognised(self) -> Pairs:
        pairs: Pairs = []
        for row in Accreditation.objects.of_network(self.network):
            supporters = list(row.endorsements.all())
            pairs.append((_("Labellisation"), words.accreditation(row, self.citations, self.day)))
            pairs.append((_("Soutiens au dossier"), words.endorsements(supporters, self.citations)))
        return pairs

    def _around(self) -> Pairs:
        partnerships, offices = Partnership.objects.about(self.organisation), Office.objects.about(self.organisation)
        successions = Succession.objects.about(self.organisation)
        return [
            *((capfirst(row.get_kind_display()), self._succession(row)) for row in successions),
            *(
                (capfirst(row.get_kind_display()), words.partnership(row, self.citations, self.organisation))
                for row in partnerships
            ),
            *((_("En charge"), words.office(row, self.citations)) for row in offices),
        ]

    def _succession(self, row: Succession) -> Any:
        """What its line of history does not say: whether it took place, and what the sources leave open."""
        is_open = row.is_effective_planned and row.effective_on
        when = format_html("{}.", capfirst(planned_in_words(row.effective_on))) if is_open else ""
        told = words.pieces(when, words.said(row.note))
        return words.pieces(told, words.mark(row, self.citations)) if told else ""

    def members(self, page: Page) -> list[tuple[Organisation, Any]]:
        """The members of a page, and what is said of each."""
        return [(row.organisation, words.membership(row, self.citations)) for row in page.rows]


@dataclass
class RoundPage:
    """One round of accreditation: when, how many, for what, and which networks of the directory."""

    round: AccreditationRound
    day: date = field(default_factory=timezone.localdate)
    citations: Citations = field(default_factory=Citations)

    def __post_init__(self) -> None:
        """Read what is known of it."""
        one, mark = self.round, words.mark(self.round, self.citations)
        pairs: Pairs = [
            (_("Appel ouvert"), capfirst(at(one.opened_on))),
            (_("Décision"), capfirst(at(one.decided_on))),
            (_("Période"), capfirst(period(one.starts_on, one.ends_on))),
            (_("Réseaux labellisés"), number(one.accredited) if one.accredited else ""),
        ]
        self.facts = [(term, words.pieces(value, mark)) for term, value in pairs if value]
        self.facts += (
            [(pgettext("campagne", "Orientations"), words.listed(one.orientations, mark))] if one.orientations else []
        )
        self.facts += [(_("Précision"), words.pieces(words.said(one.note), mark))] if one.note else []

    def accreditations(self, page: Page) -> list[tuple[Organisation, Any]]:
        """The networks of a page, and how the accreditation of each stands."""
        return [(row.network.organisation, words.standing(row, self.citations, self.day)) for row in page.rows]


def where(territory: Territory | None) -> str:
    """A territory, with what it is made of when a project drew it and its name does not say so."""
    if territory is None:
        return _("non précisé par la source")
    if territory.kind != TerritoryKind.ADHOC:
        return territory.name
    parts = [row.part.name for row in TerritoryPart.objects.of_drawn(territory) if not row.is_left_out]
    return territory.name if all(name in territory.name for name in parts) else f"{territory.name} ({', '.join(parts)})"


def chosen(text: str) -> Territory | None:
    """The territory that an address names by its kind and code (« region-28 »), or None."""
    kind, _dash, code = text.partition("-")
    return Territory.objects.coded(kind, code).first() if code and "\x00" not in text else None


def lines(networks: list[Network], day: date) -> list[tuple[Network, str]]:
    """Networks in a list, and what is said of each: what, where, how many, recognised or not."""
    return [(network, line_of(network, day)) for network in networks]


def line_of(network: Network, day: date) -> str:
    """One network in a few words; it is read with its member count, accreditations and successions."""
    count: int = network.members_now  # type: ignore[attr-defined]
    rows = sorted(network.accreditations.all(), key=lambda row: str(row.round.starts_on or ""), reverse=True)
    told = [
        state_of(network.organisation),
        capfirst(network.get_kind_display()),
        network.territory.name if network.territory else "",
        ngettext("%(count)d membre au portail", "%(count)d membres au portail", count) % {"count": count}
        if count
        else "",
        short_words(rows[0].terms, day) if rows else "",
    ]
    return capfirst(" · ".join(text for text in told if text))


def state_of(organisation: Organisation) -> str:
    """What is said first of a network that is not, or not yet, at work; nothing for the others."""
    if organisation.is_active:
        return ""
    if organisation.succeeded_by:
        return _("devenu %(name)s") % {"name": organisation.succeeded_by}
    is_planned = any(
        part.role == SuccessionRole.SUCCESSOR and part.succession.is_effective_planned
        for part in organisation.succession_parts.all()
    )
    return _("annoncé") if is_planned else _("n’existe plus")


def composition(territory: Territory, citations: Citations) -> Pairs:
    """What a region or a drawn territory is made of, by the official geographic code."""
    if territory.kind not in (TerritoryKind.REGION, TerritoryKind.ADHOC):
        return []
    mark = citations.mark(GEOGRAPHY, PartialDate.on(edition_of()))
    departments = Territory.objects.of_kind(TerritoryKind.DEPARTMENT).within(territory).order_by("code", "pk")
    groups = Territory.objects.of_kind(TerritoryKind.EPCI).current()
    whole, touched = groups.within(territory).count(), groups.touching(territory).count()
    beyond = _("dont %(count)s à cheval sur sa limite") % {"count": number(touched - whole)}
    told = [number(touched), beyond if touched > whole else ""]
    names = ", ".join(f"{row.name} ({row.code})" for row in departments)
    pairs = [(_("Départements"), names), (_("Intercommunalités"), ", ".join(filter(None, told)) if touched else "")]
    return [(term, words.pieces(value, mark)) for term, value in pairs if value]


def figures_of(territory: Territory, citations: Citations) -> list[tuple[str, Any]]:
    """The figures of a territory, the newest first, then what happened there in its order."""
    rows = list(KeyFigure.objects.of_territories([territory.pk]))
    counted, happened = [row for row in rows if row.value is not None], [row for row in rows if row.value is None]
    return [words.figure(row, citations) for row in [*counted, *reversed(happened)]]
