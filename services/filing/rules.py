"""Slips in e-mail addresses: the domain that the person most likely meant."""

from difflib import get_close_matches

COMMON_DOMAINS = (
    "gmail.com",
    "orange.fr",
    "wanadoo.fr",
    "hotmail.com",
    "hotmail.fr",
    "outlook.com",
    "outlook.fr",
    "live.fr",
    "yahoo.fr",
    "yahoo.com",
    "free.fr",
    "sfr.fr",
    "laposte.net",
    "icloud.com",
    "bbox.fr",
    "protonmail.com",
)
# Domains that do exist, but not for mailboxes.
CONFUSED_DOMAINS = {"gmail.fr": "gmail.com", "laposte.fr": "laposte.net", "icloud.fr": "icloud.com"}


def likely_address(email: str) -> str:
    """The same address with the common domain one slip away (« gmial.com » gives gmail.com), or nothing."""
    name, _at, domain = email.rpartition("@")
    domain = domain.lower()
    if domain in COMMON_DOMAINS:
        return ""
    if domain in CONFUSED_DOMAINS:
        return f"{name}@{CONFUSED_DOMAINS[domain]}"
    close = get_close_matches(domain, COMMON_DOMAINS, n=1, cutoff=0.86)
    return f"{name}@{close[0]}" if close else ""
