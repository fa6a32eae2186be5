"""What happened to an organisation, as facts with their dates: what the drawn line of its history is made of."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.directory.views import network_words as words
from members.facts.models import SourcedFact
from members.facts.rules.citations import Citations
from members.facts.rules.history_line import DatedFact, history_line
from members.facts.rules.partial_dates import PartialDate
from members.networks.enums import AccreditationState
from members.networks.models import Accreditation, Affiliation, KeyFigure, Office, Partnership
from members.organisations.models import Organisation
from members.successions.enums import SuccessionKind, SuccessionRole
from members.successions.models import Succession


def drawn_history(organisation: Organisation, citations: Citations) -> list[dict[str, Any]]:
    """The line of a history, as the component draws it: when, what, the number of the source."""
    return [
        {
            "when": moment.when,
            "text": moment.fact.text,
            "mark": citations.mark(moment.fact.source, moment.fact.stated_on),
            "is_planned": moment.is_planned,
        }
        for moment in history_line(history_of(organisation))
    ]


def history_of(organisation: Organisation) -> list[DatedFact]:
    """Every dated fact of an organisation."""
    facts: list[DatedFact] = []
    if organisation.founded_on:
        founded = PartialDate.on(organisation.founded_on)
        facts.append(DatedFact(founded, _("Création"), source=organisation.source, stated_on=organisation.stated_on))
    for succession in Succession.objects.about(organisation).prefetch_related("parts__organisation__network"):
        facts += _succession(succession, organisation)
    for office in Office.objects.about(organisation):
        facts += _lasting(office, _person(office), _("Fin du mandat : %(what)s"))
    for affiliation in Affiliation.objects.of_organisation(organisation):
        joins = format_html(_("Membre de {}"), words.named(affiliation.network.organisation))
        facts += _lasting(affiliation, joins, _("Fin d’adhésion : %(what)s"))
    for partnership in partnerships_of(organisation):
        facts += _lasting(partnership, _partnership(partnership, organisation), _("Fin du partenariat : %(what)s"))
    if hasattr(organisation, "network"):
        for accreditation in Accreditation.objects.of_network(organisation.network):
            facts += _accreditation(accreditation)
    for figure in KeyFigure.objects.about(organisation):
        if figure.value is None:
            facts.append(_fact(figure, figure.known_on, words.said(figure.label)))
    return facts


def partnerships_of(organisation: Organisation) -> QuerySet[Partnership]:
    """The partnerships of an organisation, with what the names of both sides need."""
    return Partnership.objects.about(organisation).select_related("organisation__network", "partner__network")


def _fact(row: SourcedFact, on: PartialDate | None, text: str, *, is_planned: bool | None = None) -> DatedFact:
    return DatedFact(on, text, source=row.source, stated_on=row.stated_on, is_planned=is_planned)


def _lasting(row: Any, text: str, end: str) -> Iterator[DatedFact]:
    """What began and perhaps ended; known only from the day on which a source tells it, it says so."""
    if row.since:
        yield _fact(row, row.since, text)
    elif row.stated_on and not row.until:
        yield _fact(row, row.stated_on, format_html("{} ({})", text, _("cité à cette date")))
    if row.until:
        yield _fact(row, row.until, format_html(end.replace("%(what)s", "{}"), text))


def _person(office: Office) -> Any:
    return words.pieces(office.person, words.said(office.function), between=", ")


def _partnership(partnership: Partnership, organisation: Organisation) -> Any:
    other = partnership.organisation if partnership.partner_id == organisation.pk else partnership.partner
    whom = format_html(_("avec {}"), words.named(other)) if other else str(partnership.territory or "")
    subject = format_html(_labelled("{}", "{}"), _("Partenariat"), words.said(partnership.subject))
    return words.pieces(subject, whom, between=", ")


def succession_words(succession: Succession, about: Organisation | None = None, *, step: str = "") -> Any:
    """What a succession does: « Fusion de TES et de … », « Annonce : fusion de TES et de … »."""
    pattern = {
        SuccessionKind.MERGER: _("fusion de {old} pour former {new}"),
        SuccessionKind.CREATION_FROM: _("création de {new} à partir de {old}"),
        SuccessionKind.SPLIT: _("scission de {old}, d’où viennent {new}"),
        SuccessionKind.RENAMING: _("changement de nom de {old}, qui devient {new}"),
    }[SuccessionKind(succession.kind)]
    pattern = _labelled(step, pattern) if step else capfirst(pattern)
    names = {role: _names(succession.organisations(role), about) for role in SuccessionRole}
    told = format_html(pattern, old=names[SuccessionRole.PREDECESSOR], new=names[SuccessionRole.SUCCESSOR])
    helpers = names[SuccessionRole.CONTRIBUTOR]
    return format_html(_("{}, avec le concours de {}"), told, helpers) if helpers else told


def _names(rows: list[Organisation], about: Organisation | None) -> Any:
    return words.pieces(*(str(row) if row == about else words.named(row) for row in rows), between=_(" et "))


def _labelled(label: Any, what: str) -> str:
    """A step and what it is about, with the colon of the language."""
    return _("%(label)s : %(what)s") % {"label": label, "what": what}


def _succession(succession: Succession, about: Organisation) -> Iterator[DatedFact]:
    for on, step in ((succession.announced_on, _("Annonce")), (succession.filed_on, _("Dossier déposé"))):
        if on:
            yield _fact(succession, on, succession_words(succession, about, step=step), is_planned=False)
    told = succession_words(succession, about)
    if succession.effective_on:
        is_planned = True if succession.is_effective_planned else None
        yield _fact(succession, succession.effective_on, told, is_planned=is_planned)


def _accreditation(row: Accreditation) -> Iterator[DatedFact]:
    name = words.said(row.round.name)
    is_extended = row.state == AccreditationState.EXTENDED
    past = ((row.filed_on, _("Dossier de labellisation déposé")), (row.granted_on, _accorded(row)))
    ends = (
        (row.conditional_until, _("Fin de la période sous condition")),
        (row.valid_until, _("Fin de la labellisation")),
        (row.extended_until, _("Fin de la prolongation") if is_extended else _("Fin de la prolongation possible")),
    )
    for is_planned, steps in ((False, past), (None, ends)):
        for on, step in steps:
            if on:
                yield _fact(row, on, format_html(_labelled("{}", "{}"), step, name), is_planned=is_planned)


def _accorded(row: Accreditation) -> str:
    return _("Labellisation %(state)s") % {"state": row.get_state_display()}
