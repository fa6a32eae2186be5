"""What every page knows: the portal's name, its navigation, the role in use and the languages."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

SITE_NAME = "DIGINOR"


@dataclass(frozen=True)
class Entry:
    """A link of a menu: its address by name, its words, which kinds of role see it (all when empty), what it covers."""

    name: str
    label: object
    kinds: frozenset[str] = frozenset()
    icon: str = ""
    covers: tuple[str, ...] = ()


NAVIGATION = (
    Entry("services", _("Services")),
    Entry("directory", _("Annuaire"), covers=("networks", "places")),
    Entry("my_requests", _("Mes demandes"), frozenset({"company"})),
    Entry("inbox", _("Espace"), frozenset({"organisation"})),
    Entry("steering", _("Pilotage"), frozenset({"officer", "staff", "head", "admin"})),
    Entry("admin:triage", _("Gestion"), frozenset({"staff", "head", "admin"})),
)
ACCOUNT = (
    Entry("account", _("Mon compte"), icon="person"),
    Entry("account_email", _("Mon adresse électronique"), icon="mail"),
    Entry("mfa_index", _("Ma double sécurité"), icon="lock"),
    Entry("notification_preferences", _("Mes notifications"), icon="clock"),
    Entry("my_data", _("Mes données"), icon="file"),
)
FOOTER = (
    Entry("key_figures", _("Chiffres clés")),
    Entry("accessibility", _("Accessibilité : non conforme")),
    Entry("legal", _("Mentions légales")),
    Entry("privacy", _("Données personnelles")),
    Entry("ecodesign", _("Écoconception")),
)


def portal(request: HttpRequest) -> dict:
    """Give every page its frame; nothing is computed before a template asks for it."""
    return {
        "site_name": SITE_NAME,
        "publisher": settings.PUBLISHER,
        "is_demo": settings.DEMO,
        "front_hub": getattr(request, "hub", None),
        "active_role": SimpleLazyObject(lambda: getattr(request, "active_role", None)),
        "roles": SimpleLazyObject(lambda: list(getattr(request, "roles", ()))),
        "navigation": SimpleLazyObject(lambda: _links(NAVIGATION, request, _kinds(request))),
        "account": SimpleLazyObject(lambda: _links(ACCOUNT, request)),
        "footer": SimpleLazyObject(lambda: _links(FOOTER, request)),
        "filing_url": SimpleLazyObject(lambda: _address("filing_start")),
        "languages": SimpleLazyObject(lambda: _languages(request)),
    }


def _kinds(request):
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return frozenset()
    role = getattr(request, "active_role", None)
    # The key of a role starts with what it is: organisation, staff, head or officer.
    kinds = {role.key.partition("-")[0]} if role else {"company"}
    return frozenset(kinds | {"admin"} if user.is_superuser else kinds)


def _address(name):
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _links(entries, request, kinds=frozenset()):
    links = []
    for entry in entries:
        url = _address(entry.name) if not entry.kinds or entry.kinds & kinds else ""
        if url:
            here = request.path.startswith((url, *filter(None, map(_address, entry.covers))))
            links.append({"label": entry.label, "url": url, "icon": entry.icon, "is_current": here})
    return links


def _languages(request):
    here, current = request.get_full_path(), get_language() or settings.LANGUAGE_CODE
    return [
        {"code": code, "label": label, "url": translate_url(here, code), "is_current": code == current}
        for code, label in (("fr", "Français"), ("en", "English"))
    ]
