"""Short public codes, read aloud without doubt (no 0, O, 1, I, L)."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def public_code() -> str:
    """Ten random characters: about 49 bits, enough never to meet twice and not to be guessed in a list."""
    return "".join(secrets.choice(ALPHABET) for _position in range(10))
