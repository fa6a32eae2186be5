"""Organisations, and which of them the directory shows."""

from members.organisations.models.listed import LONGEST_TEXT, Choice, ListedQuerySet, Wanted
from members.organisations.models.organisation import (
    RESERVED_SLUGS,
    Organisation,
    naf_code,
    validate_siret,
    whole_years,
)

__all__ = [
    "LONGEST_TEXT",
    "RESERVED_SLUGS",
    "Choice",
    "ListedQuerySet",
    "Organisation",
    "Wanted",
    "naf_code",
    "validate_siret",
    "whole_years",
]
