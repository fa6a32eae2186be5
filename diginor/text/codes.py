"""Short public codes, read aloud without doubt (no 0, O, 1, I, L), and the identifiers of addresses."""

import secrets
from collections.abc import Collection, Iterable, Iterator

from django.utils.text import slugify

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LONGEST_SLUG = 200


def public_code() -> str:
    """Ten random characters: about 49 bits, enough never to meet twice and not to be guessed in a list."""
    return "".join(secrets.choice(ALPHABET) for _position in range(10))


def slug_of(name: str, *behind: str, otherwise: str) -> str:
    """An identifier made of a name, or of another word where it has no letter of ours, and what tells it apart."""
    return "-".join(filter(None, [slugify(name)[:LONGEST_SLUG] or otherwise, *behind]))


def free_slugs(wanted: Iterable[str], taken: Collection[str]) -> Iterator[str]:
    """Each identifier as it is wanted, with a code behind it where it is taken or was just given."""
    given = set(taken)
    for slug in wanted:
        free = f"{slug[:LONGEST_SLUG]}-{public_code().lower()}" if slug in given else slug
        given.add(free)
        yield free
