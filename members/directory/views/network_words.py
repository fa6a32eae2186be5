"""What is known of a network, in words: each fact followed by the number of its source."""

from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from diginor.text.search import plain
from diginor.text.wording import euros, number
from members.facts.enums import Qualifier
from members.facts.models import SourcedFact
from members.facts.rules.citations import Citations
from members.facts.rules.period_words import at, period
from members.networks.models import Accreditation, Affiliation, Endorsement, KeyFigure, Office, Partnership
from members.networks.rules import full_words
from members.organisations.models import Organisation

EURO = "€"


def said(text: str) -> Any:
    """What a source or a person wrote, in French: told so where the page speaks another language."""
    if not text or (get_language() or "fr").startswith("fr"):
        return text
    return format_html('<span lang="fr">{}</span>', text)


def pieces(*parts: Any, between: str = " ") -> Any:
    """Some pieces of text, those that are empty left out."""
    return format_html_join(between, "{}", ((part,) for part in parts if part))


def mark(fact: SourcedFact, citations: Citations) -> str:
    """The number of the source of a fact."""
    return citations.mark(fact.source, fact.stated_on)


def named(organisation: Organisation) -> Any:
    """The name of an organisation, leading to its network or its sheet where the directory shows it."""
    if not organisation.is_listed:
        return str(organisation)
    name = "network" if hasattr(organisation, "network") else "organisation"
    try:
        return format_html('<a href="{}">{}</a>', reverse(name, args=[organisation.slug]), str(organisation))
    except NoReverseMatch:
        return str(organisation)


def figure(row: KeyFigure, citations: Citations) -> tuple[str, Any]:
    """A figure in large, then what it counts, when, and its source; a dated event has its date in large."""
    when = row.known_on.in_words() if row.known_on else ""
    if row.value is None:
        return when, pieces(said(row.label), said(row.note), mark(row, citations))
    amount = euros(row.value) if row.unit == EURO else number(row.value)
    exact = amount if row.qualifier == Qualifier.EXACT else f"{row.get_qualifier_display()} {amount}"
    unit = row.unit if row.unit != EURO else ""
    label = pieces(said(" ".join(filter(None, (unit, row.label)))), when, between=", ")
    return exact, pieces(label, said(row.note), mark(row, citations))


def listed(texts: list[str], note_mark: str = "") -> Any:
    """Some texts under one another, the number of their source after the last."""
    ends = ["" for _text in texts[1:]] + [note_mark]
    rows = ((pieces(said(text), end),) for text, end in zip(texts, ends, strict=True))
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", rows)) if texts else ""


def office(row: Office, citations: Citations) -> Any:
    """Who was in charge, and when: a person named once is not said to be in charge today."""
    held = period(row.since, row.until)
    if not held and row.stated_on:
        held = _("en fonction %(when)s") % {"when": at(row.stated_on)}
    return pieces(pieces(row.person, said(row.function), held, between=", "), mark(row, citations))


def accreditation(row: Accreditation, citations: Citations, day: date) -> Any:
    """An accreditation: its round, how it stands, what is not known of it."""
    words = format_html(
        '<a href="{}">{}</a>\u202f: {}.', row.round.get_absolute_url(), said(row.round.name), full_words(row.terms, day)
    )
    return pieces(words, said(row.note), mark(row, citations))


def standing(row: Accreditation, citations: Citations, day: date) -> Any:
    """How the accreditation of a network stands, on the page of the round."""
    new = _("nouveau réseau de cette campagne") if row.is_new else ""
    told = [f"{capfirst(text)}." for text in (new, full_words(row.terms, day)) if text]
    return pieces(*told, said(row.note), mark(row, citations))


def endorsements(rows: list[Endorsement], citations: Citations) -> Any:
    """Who supported an application, in one sentence; the groups that the source names together come last."""
    if not rows:
        return ""
    alone = sorted((row for row in rows if row.organisation), key=lambda row: plain(str(row.organisation)))
    names = [named(row.organisation) for row in alone if row.organisation]
    names += [said(row.group) for row in sorted(rows, key=lambda row: row.pk) if not row.organisation]
    notes = dict.fromkeys(said(row.note) for row in rows)
    days = dict.fromkeys(at(row.endorsed_on) for row in rows)
    when = next(iter(days)) if len(days) == 1 else ""
    told = format_html("{}.", pieces(pieces(*names, between=", "), when))
    return pieces(told, *notes, *dict.fromkeys(mark(row, citations) for row in rows))


def partnership(row: Partnership, citations: Citations, about: Organisation) -> Any:
    """A partnership of a kind that is told beside: on what, with whom or where, since when."""
    other = row.organisation if row.partner_id == about.pk else row.partner
    whom = format_html(_("avec {}"), named(other)) if other else ""
    where = str(row.territory) if row.territory else ""
    told = pieces(said(row.subject), whom, where, period(row.since, row.until), between=", ")
    return pieces(format_html("{}.", told), said(row.note), mark(row, citations))


def membership(row: Affiliation, citations: Citations) -> Any:
    """What is said of a member besides its name: what it is, since when and until when."""
    by = ""
    if row.succession:
        by = _("par une succession (%(kind)s)") % {"kind": row.succession.get_kind_display()}
    told = pieces(capfirst(row.organisation.get_kind_display()), period(row.since, row.until), by, between=", ")
    return pieces(pieces(told, said(row.note), between=" · "), mark(row, citations))
