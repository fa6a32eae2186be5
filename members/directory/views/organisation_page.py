"""What the sheet of an organisation tells: its facts, the people in charge, its networks, its places, its history."""

from pathlib import PurePath
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.directory.views import network_words as words
from members.directory.views.history import drawn_history, partnerships_of
from members.facts.rules.citations import Citations
from members.facts.rules.period_words import at, period
from members.facts.rules.structured_data import document, structured
from members.networks.models import Affiliation, KeyFigure, Office
from members.organisations.enums import Technology
from members.organisations.models import Organisation
from members.organisations.sections import sections
from members.successions.enums import SuccessionRole
from members.successions.models import Succession

Pairs = list[tuple[str, Any]]
MOST_FIGURES = 6


def organisation_context(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    """Everything that the page shows, in the order in which its sources are numbered."""
    citations = Citations()
    facts = [(term, value) for term, value in _facts(organisation, citations) if value]
    figures = [words.figure(row, citations) for row in KeyFigure.objects.about(organisation) if row.value is not None]
    added = sections(organisation)
    return {
        "organisation": organisation,
        "canonical": request.build_absolute_uri(organisation.get_absolute_url()),
        "became": became(organisation),
        "facts": facts,
        "contacts": _contacts(organisation),
        "figures": figures[:MOST_FIGURES],
        "sections": added,
        "action": next((section for section in added if section.action_url), None),
        "history": drawn_history(organisation, citations),
        "sources": citations.sources,
        "logo": logo_address(organisation),
        "network_url": _address("network", organisation) if hasattr(organisation, "network") else "",
        "structured_data": mark_safe(document(data_of(request, organisation))),
    }


def became(organisation: Organisation) -> Any:
    """What a past organisation became, and when; nothing for one of today."""
    successor = organisation.succeeded_by
    if successor is None:
        return _("Cette structure n’existe plus.") if _is_over(organisation) else ""
    effective = [
        row.effective_on
        for row in Succession.objects.about(organisation)
        if successor in row.organisations(SuccessionRole.SUCCESSOR) and row.effective_on
    ]
    name = organisation.acronym or organisation.name
    link = format_html('<a href="{}">{}</a>', successor.get_absolute_url(), successor.name)
    shown = link if successor.is_listed else successor.name
    if not effective:
        return format_html(_("{name} est devenue {successor}."), name=name, successor=shown)
    return format_html(_("{name} est devenue {successor} {when}."), name=name, successor=shown, when=at(effective[-1]))


def _is_over(organisation: Organisation) -> bool:
    rows = Succession.objects.about(organisation)
    is_coming = any(organisation in row.organisations(SuccessionRole.SUCCESSOR) for row in rows)
    return not organisation.is_active and not is_coming


def _facts(organisation: Organisation, citations: Citations) -> Pairs:
    mark = citations.mark(organisation.source, organisation.stated_on)
    commune = organisation.commune.label if organisation.commune else ""
    town = words.pieces(organisation.postcode, commune)
    return [
        (_("Nature"), words.pieces(capfirst(organisation.get_kind_display()), mark)),
        (_("Sigle"), organisation.acronym),
        (_("Adresse"), words.pieces(organisation.street, town, between=", ")),
        (_("Territoire"), _ground(organisation)),
        (_("Taille"), capfirst(organisation.get_size_display())),
        (_("Secteur"), capfirst(organisation.get_sector_display())),
        (_("Expertises"), capfirst(", ".join(expertises(organisation)))),
        *((_("En charge"), words.office(row, citations)) for row in Office.objects.about(organisation)),
        *((_("Réseau"), _network(row, citations)) for row in Affiliation.objects.of_organisation(organisation)),
        *((_("Partenariat"), words.partnership(row, citations, organisation)) for row in partnerships_of(organisation)),
    ]


def _ground(organisation: Organisation) -> str:
    network = getattr(organisation, "network", None)
    return network.territory.name if network and network.territory else ""


def expertises(organisation: Organisation) -> list[str]:
    """What it knows best, in words."""
    labels = dict(Technology.choices)
    return [str(labels.get(code, code)) for code in organisation.expertises]


def logo_version(organisation: Organisation) -> str:
    """What tells a logo from the one before: a part of the name of its file."""
    return PurePath(organisation.logo.name).stem[:12]


def logo_address(organisation: Organisation) -> str:
    """Where the logo is served, or nothing."""
    if not organisation.logo:
        return ""
    return f"{reverse('organisation_logo', args=[organisation.slug])}?v={logo_version(organisation)}"


def _network(row: Affiliation, citations: Citations) -> Any:
    told = words.pieces(words.named(row.network.organisation), period(row.since, row.until), between=", ")
    return words.pieces(told, words.said(row.note), words.mark(row, citations))


def _contacts(organisation: Organisation) -> list[tuple[str, str, str]]:
    """How to reach it: the words, the address of the link, the icon."""
    dialled = "".join(char for char in organisation.public_phone if char.isdigit() or char == "+")
    site = organisation.website.removeprefix("https://").removeprefix("http://").rstrip("/")
    found = [
        (organisation.public_email, f"mailto:{organisation.public_email}", "mail"),
        (organisation.public_phone, f"tel:{dialled}", "phone"),
        (site, organisation.website, "link"),
    ]
    return [row for row in found if row[0]]


def _address(name: str, organisation: Organisation) -> str:
    try:
        return reverse(name, args=[organisation.slug])
    except NoReverseMatch:
        return ""


def data_of(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    """What search engines read: public facts only."""
    commune = organisation.commune
    address = structured(
        "PostalAddress",
        streetAddress=organisation.street,
        postalCode=organisation.postcode,
        addressLocality=commune.name if commune else "",
        addressCountry="FR",
    )
    networks = [row.network.organisation for row in Affiliation.objects.of_organisation(organisation) if not row.until]
    page_url = request.build_absolute_uri(organisation.get_absolute_url())
    logo = logo_address(organisation)
    return structured(
        "Organization",
        **{"@id": page_url},
        name=organisation.name,
        alternateName=organisation.acronym,
        url=organisation.website or page_url,
        description=organisation.presentation,
        address=address if commune or organisation.street else None,
        email=organisation.public_email,
        telephone=organisation.public_phone,
        logo=request.build_absolute_uri(logo) if logo else "",
        foundingDate=str(organisation.founded_on or ""),
        knowsAbout=expertises(organisation),
        memberOf=[structured("Organization", name=row.name) for row in networks],
    )
