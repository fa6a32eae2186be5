"""Every address of the portal, each with the arguments that lead to something of one side of the world."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from services.requests.actions.digests import stop_url
from services.requests.links import resume_token, tracking_token
from tests.world import Side

# The lists of the stock administration are looked at by model and action.
ADMIN_ACTIONS = ("changelist", "add", "change", "delete", "history")
Arguments = Callable[[Side], list[Any]]


def names() -> Iterator[str]:
    """The name of every address, with its namespace, those of the lists of the administration apart."""
    yield from sorted({name for name in _walk(get_resolver().url_patterns) if not is_list_of_admin(name)})


def is_list_of_admin(name: str) -> bool:
    """Whether an address belongs to a list of the stock administration."""
    return name.startswith("admin:") and name.rpartition("_")[2] in ADMIN_ACTIONS and name.count("_") >= 2


def _walk(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from _walk(one.url_patterns, inner)
        elif one.name:
            yield f"{namespace}{one.name}"


def address(name: str, side: Side) -> str:
    """The address of that name that concerns this side."""
    if name == "digest_stop":
        return stop_url(side.people["adviser"]).partition("/resume-du-jour/")[2].join(["/resume-du-jour/", ""])
    return reverse(name, args=_arguments(name)(side))


def _arguments(name: str) -> Arguments:
    if name in SPECIAL:
        return SPECIAL[name]
    for start, arguments in FAMILIES.items():
        if name.startswith(start):
            return arguments
    return lambda side: []


def _nothing(side: Side) -> list[Any]:
    return []


def _tracking(side: Side) -> list[Any]:
    return [tracking_token(side.requests["en cours"])]


def _sheet(side: Side) -> list[Any]:
    return [side.place.slug]


SPECIAL: dict[str, Arguments] = {
    "family": lambda side: ["demonstration"],
    "hub": lambda side: [side.hub.slug],
    "topic": lambda side: ["demonstration", side.topic.slug],
    "filing_resume": lambda side: [resume_token(side.requests["brouillon"])],
    "place": lambda side: [side.rows["place"].slug],
    "organisation": _sheet,
    "organisation_vcard": _sheet,
    "organisation_logo": _sheet,
    "network": lambda side: [side.rows["network"].organisation.slug],
    "accreditation_round": lambda side: [side.rows["accreditationround"].slug],
    "tracking": _tracking,
    "tracking_attachment": lambda side: [tracking_token(side.requests["orienté"]), side.rows["file"].uid],
    "my_request": lambda side: [side.requests["en cours"].code],
    "attachment": lambda side: [side.rows["file"].uid],
    "referral": lambda side: [side.referrals["accepted"].code],
    "referral_accept": lambda side: [side.referrals["sent"].code],
    "referral_decline": lambda side: [side.referrals["sent"].code],
    "team_absence_end": lambda side: [side.rows["absence"].code],
    "team_uninvite": lambda side: [side.rows["invitation"].code],
    "team_person": lambda side: [side.rows["membership"].code],
    "team_role": lambda side: [side.rows["membership"].code],
    "team_remove": lambda side: [side.rows["membership"].code],
    "steering_request": lambda side: [side.requests["en cours"].code],
    "coverage_topic": lambda side: [side.topic.slug],
    "coverage_cell": lambda side: [side.topic.slug, "dep-14" if side.hub.slug == "normandie" else "dep-35"],
    "steering_csv": lambda side: ["chiffres"],
    "invitation": lambda side: [side.rows["invitation"].code],
    "demonstration_mail": lambda side: [side.rows["mail"].pk],
    "openid_connect_login": lambda side: ["proconnect"],
    "openid_connect_callback": lambda side: ["proconnect"],
    "account_reset_password_from_key": lambda side: ["1", "set-password"],
    "mfa_edit_webauthn": lambda side: [1],
    "mfa_remove_webauthn": lambda side: [1],
    "proposal_withdraw": lambda side: [side.rows["sheetproposal"].code],
    "admin:triage": _nothing,
    "admin:triage_take_back": lambda side: [side.requests["orienté"].code],
    "admin:members_organisation_export": lambda side: ["csv"],
    "admin:members_membership_export": lambda side: ["csv"],
    "admin:services_offer_export": lambda side: ["xlsx"],
    "admin:app_list": lambda side: ["services"],
}
FAMILIES: dict[str, Arguments] = {
    "admin:succession": lambda side: [side.rows["succession"].code],
    "admin:proposal_": lambda side: [side.rows["sheetproposal"].code],
    "tracking_": _tracking,
    "referral_": lambda side: [side.referrals["accepted"].code],
    "admin:triage_": lambda side: [side.requests["déposé"].code],
}
