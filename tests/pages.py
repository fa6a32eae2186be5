"""Every page that somebody may see, and how to come to it: read by the tests of what holds for all pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page

from services.requests.actions.digests import stop_url
from services.requests.links import tracking_token
from tests.factories.members import PASSWORD
from tests.world import Side, World

Session = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class PortalPage:
    """One page: whom it is shown to, where it is, and what has to be done before."""

    name: str
    role: str
    where: Callable[[Side], str]
    status: int = 200
    is_public: bool = False
    session: Session | None = None
    steps: Callable[[Page, World], None] | None = None

    def __str__(self) -> str:
        return f"{self.role}: {self.name}"


@dataclass
class Book:
    """The pages, as they are declared below."""

    pages: list[PortalPage] = field(default_factory=list)

    def add(self, role: str, *named: str, **options: Any) -> None:
        """Add pages by the names of their addresses, without arguments."""
        for name in named:
            self.pages.append(PortalPage(name, role, lambda side, name=name: reverse(name), **options))  # type: ignore[misc]

    def at(self, role: str, name: str, where: Callable[[Side], str], **options: Any) -> None:
        """Add one page whose address is made from the world."""
        self.pages.append(PortalPage(name, role, where, **options))

    def of(self, role: str) -> list[PortalPage]:
        """The pages of a role."""
        return [page for page in self.pages if page.role == role]


def _tracked(state: str) -> Callable[[Side], str]:
    return lambda side: reverse("tracking", args=[tracking_token(side.requests[state])])


def _referred(state: str) -> Callable[[Side], str]:
    return lambda side: reverse("referral", args=[side.referrals[state].code])


def _triaged(state: str) -> Callable[[Side], str]:
    return lambda side: reverse("admin:triage_request", args=[side.requests[state].code])


def _filing(world: World) -> dict[str, Any]:
    filed, draft = world.own.requests["déposé"].code, world.own.requests["brouillon"].code
    return {"filing": {"drafts": [{"name": "a", "code": filed, "filed": True}, {"name": "b", "code": draft}]}}


def _ask_for_code(page: Page, world: World) -> None:
    page.get_by_label("Adresse électronique").fill(world.own.people["company"].email)
    page.get_by_role("button", name="Recevoir un code").click()


def _give_password(page: Page, world: World) -> None:
    page.get_by_label("Adresse électronique").fill(world.own.rows["protected"].email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def _apply_succession(page: Page, world: World) -> None:
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Confier ces relations").click()


def _look_before_erasing(page: Page, world: World) -> None:
    page.get_by_label("Adresse électronique, ou numéro d’une demande").fill(world.own.people["company"].email)
    page.get_by_role("button", name="Voir ce qui serait effacé").click()


def _send_file(*lines: str) -> Callable[[Page, World], None]:
    def steps(page: Page, world: World) -> None:
        text = "\n".join(lines).format(place=world.own.place).encode()
        page.get_by_label("Fichier CSV ou XLSX").set_input_files(
            {"name": "structures.csv", "mimeType": "text/csv", "buffer": text}
        )
        page.get_by_role("button", name="Comparer").click()

    return steps


BOOK = Book()
_public = {"is_public": True}
BOOK.add("visitor", "home", "services", "filing_start", "filing_need", "key_figures", **_public)
BOOK.add("visitor", "legal", "accessibility", "privacy", "ecodesign", "account_login", "password_sign_in", **_public)
BOOK.add("visitor", "account_reset_password", **_public)
BOOK.add("visitor", "demonstration", "demonstration_mails", "health", "account_reset_password_done", "account_inactive")
BOOK.at("visitor", "family", lambda side: reverse("family", args=["demonstration"]), **_public)
BOOK.at("visitor", "topic", lambda side: reverse("topic", args=["demonstration", "robot"]), **_public)
BOOK.add("visitor", "hubs", **_public)
BOOK.at("visitor", "hub", lambda side: reverse("hub", args=[side.hub.slug]), **_public)
BOOK.at("visitor", "hub of a commune", lambda side: "/guichets/?commune=Caen", **_public)
BOOK.add("visitor", "networks", **_public)
BOOK.at("visitor", "networks of a territory", lambda side: "/reseaux/?territoire=region-28", **_public)
BOOK.at("visitor", "networks of nowhere", lambda side: "/reseaux/?territoire=department-35", **_public)
BOOK.at("visitor", "network", lambda side: side.rows["network"].get_absolute_url(), **_public)
BOOK.at("visitor", "round", lambda side: side.rows["accreditationround"].get_absolute_url(), **_public)
BOOK.add("visitor", "directory", "directory_map", **_public)
BOOK.at("visitor", "directory search", lambda side: "/annuaire/?q=pol+bocage&territoire=calvados", **_public)
BOOK.at("visitor", "directory without result", lambda side: "/annuaire/?q=xyzzyxyzzy&territoire=zzzz", **_public)
BOOK.at("visitor", "directory filter", lambda side: "/annuaire/?filtres=nature", **_public)
BOOK.at("visitor", "directory filter without value", lambda side: "/annuaire/?filtres=secteur", **_public)
BOOK.at("visitor", "organisation", lambda side: side.place.get_absolute_url(), **_public)
BOOK.at("visitor", "filing from a sheet", lambda side: f"/demande/?structure={side.place.slug}", **_public)
BOOK.add("visitor", "places", **_public)
BOOK.at(
    "visitor", "places without result", lambda side: "/lieux/?nature=residence&territoire=14&theme=legal", **_public
)
BOOK.at("visitor", "place", lambda side: reverse("place", args=[side.rows["place"].slug]), **_public)
BOOK.at(
    "visitor", "filing need with a place", lambda side: f"/demande/besoin/?lieu={side.rows['place'].slug}", **_public
)
BOOK.at("visitor", "search", lambda side: "/services/?q=robot", **_public)
BOOK.at("visitor", "search without result", lambda side: "/services/?q=xyzzyxyzzy", **_public)
BOOK.at("visitor", "filing search", lambda side: "/demande/?q=robot", **_public)
BOOK.at("visitor", "filing need with a topic", lambda side: "/demande/besoin/?sujet=robot", **_public)
for _state in (
    "déposé",
    "interrogé",
    "orienté",
    "en retard",
    "en cours",
    "à réorienter",
    "refusé",
    "retiré",
    "terminé",
):
    BOOK.at("visitor", f"tracking {_state}", _tracked(_state), is_public=_state in ("déposé", "en cours"))
BOOK.at("visitor", "withdraw", lambda side: _tracked("orienté")(side) + "retirer/")
BOOK.at("visitor", "link invalid", lambda side: reverse("tracking", args=["inconnu"]), status=404)
BOOK.at("visitor", "not found", lambda side: "/rien-ici/", status=404)
BOOK.at("visitor", "digest stop", lambda side: "/resume" + stop_url(side.people["adviser"]).partition("/resume")[2])
BOOK.at("visitor", "invitation", lambda side: reverse("invitation", args=[side.rows["invitation"].code]))
BOOK.at("visitor", "english home", lambda side: "/en/", **_public)
BOOK.at("visitor", "english topic", lambda side: "/en/services/demonstration/robot/", **_public)
BOOK.add("coming", "account_login", steps=_ask_for_code)
BOOK.add("coming", "password_sign_in", steps=_give_password)
BOOK.add("filing", "filing_start", "filing_need", "filing_company", "filing_contact", session=_filing, is_public=True)
BOOK.at("filing", "filing need of a tab", lambda side: f"{reverse('filing_need')}?demande=b", is_public=True)
BOOK.at("filing", "filing start to change", lambda side: f"{reverse('filing_start')}?demande=b", is_public=True)
BOOK.add("filing", "filing_done", "filing_save", session=_filing)

BOOK.add("company", "my_requests", "account", "my_data", "close_account", "account_email", "account_logout")
BOOK.at("company", "my request", lambda side: reverse("my_request", args=[side.requests["en cours"].code]))

for _view in ("a-repondre", "en-cours", "en-retard", "terminees"):
    BOOK.at("adviser", f"inbox {_view}", lambda side, view=_view: f"/espace/?vue={view}")  # type: ignore[misc]
for _state in ("sent", "late", "accepted", "closed"):
    BOOK.at("adviser", f"referral {_state}", _referred(_state))
BOOK.add("adviser", "account", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn")
BOOK.add("adviser", "mfa_generate_recovery_codes", "account_set_password")
BOOK.at("adviser", "forbidden", lambda side: "/gestion/triage/", status=403)

BOOK.add("manager", "team", "inbox", "organisation_edit")
BOOK.add("company", "organisation_register")
BOOK.at("staff", "sheet review", lambda side: reverse("admin:proposal_review", args=[side.rows["sheetproposal"].code]))
BOOK.at("manager", "person", lambda side: reverse("team_person", args=[side.rows["membership"].code]))

BOOK.add("staff", "admin:triage", "steering")
for _view in ("a-reorienter", "en-retard", "entreprise", "orientees", "a-verifier", "terminees"):
    BOOK.at("staff", f"triage {_view}", lambda side, view=_view: f"/gestion/triage/?vue={view}")  # type: ignore[misc]
for _state in ("déposé", "douteux", "interrogé", "orienté", "en cours", "à réorienter", "refusé", "terminé"):
    BOOK.at("staff", f"triage of {_state}", _triaged(_state))
BOOK.at("staff", "triage search", lambda side: "/gestion/triage/?q=Atelier")
BOOK.at("staff", "triage reject", lambda side: _triaged("déposé")(side) + "?motif=out_of_scope")

BOOK.add("staff", "coverage", "coverage_findings")
BOOK.at("staff", "coverage of a topic", lambda side: reverse("coverage_topic", args=[side.topic.slug]))
BOOK.at("staff", "coverage cell", lambda side: reverse("coverage_cell", args=[side.topic.slug, "dep-14"]))
BOOK.at("officer", "coverage of a département", lambda side: reverse("coverage") + "?territoire=dep-14")

for _fact in ("network", "affiliation", "accreditationround", "accreditation", "partnership", "office", "keyfigure"):
    BOOK.add("staff", f"admin:members_{_fact}_changelist", f"admin:members_{_fact}_add")
BOOK.at(
    "staff",
    "accreditation form",
    lambda side: reverse("admin:members_accreditation_change", args=[side.rows["accreditation"].pk]),
)
BOOK.add("staff", "admin:members_place_changelist", "admin:members_place_add")
BOOK.at("staff", "place form", lambda side: reverse("admin:members_place_change", args=[side.rows["place"].pk]))
BOOK.add("officer", "steering", "steering_requests")
BOOK.at("officer", "steering request", lambda side: reverse("steering_request", args=[side.requests["en cours"].code]))

BOOK.add("administrator", "admin:index")
BOOK.add("staff", "admin:members_organisation_import", "admin:members_membership_import", "admin:services_offer_import")
_organisations = lambda side: reverse("admin:members_organisation_import")  # noqa: E731
_rows = ("Identifiant;Nom;SIRET;Commune", "{place.slug};Un autre nom;;", ";{place.name};;Caen", ";Une nouvelle;;Caen")
BOOK.at("staff", "import difference", _organisations, steps=_send_file(*_rows))
BOOK.at("staff", "import faults", _organisations, steps=_send_file(_rows[0], ";Une;12;Caen", ";;;Nulle part"))
for _list in ("members_organisation", "members_user", "members_hub", "services_topic", "services_offer"):
    BOOK.add("administrator", f"admin:{_list}_changelist", f"admin:{_list}_add")
BOOK.add("staff", "admin:members_drawnterritory_changelist", "admin:members_drawnterritory_add")
for _list in (
    "services_servicerequest",
    "services_referral",
    "members_territory",
    "diginor_outgoingmail",
    "diginor_setback",
):
    BOOK.add("administrator", f"admin:{_list}_changelist")
_sheet = "admin:services_servicerequest_change"
BOOK.at("administrator", "request sheet", lambda side: reverse(_sheet, args=[side.requests["en cours"].pk]))
_place = "admin:members_organisation"
BOOK.at("administrator", "organisation sheet", lambda side: reverse(f"{_place}_change", args=[side.place.pk]))
BOOK.at(
    "administrator",
    "absence delete",
    lambda side: reverse("admin:members_absence_delete", args=[side.rows["absence"].pk]),
)
BOOK.at("administrator", "organisation history", lambda side: reverse(f"{_place}_history", args=[side.place.pk]))

BOOK.add("head", "admin:erase_person", "admin:members_erasure_changelist")
BOOK.at("head", "erase preview", lambda side: reverse("admin:erase_person"), steps=_look_before_erasing)

_succession = lambda side: reverse("admin:succession", args=[side.rows["succession"].code])  # noqa: E731
BOOK.add("head", "admin:members_succession_changelist", "admin:members_succession_add")
BOOK.at(
    "head",
    "succession sheet",
    lambda side: reverse("admin:members_succession_change", args=[side.rows["succession"].pk]),
)
BOOK.at("head", "succession", _succession)
BOOK.at("head", "succession done", _succession, steps=_apply_succession)
