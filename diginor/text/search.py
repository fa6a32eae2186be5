"""French full text without accents, and trigrams for typing errors."""

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Func
from django.utils.text import slugify

CONFIG = "french_unaccent"


def vector(*fields: str, weight: str | None = None) -> SearchVector:
    """The stored vector of some columns, for a generated field."""
    return SearchVector(*fields, config=CONFIG, weight=weight)


def query(text: str) -> SearchQuery:
    """What a person typed, read as a web search."""
    return SearchQuery(text, config=CONFIG, search_type="websearch")


class PlainText(Func):
    """A column in lower case without accents, for a generated field that trigrams compare."""

    function = "diginor_plain"


def plain(text: str) -> str:
    """Lower case, no accent, single spaces: the form in which names are compared."""
    return slugify(text.replace("’", " ").replace("'", " ").replace("œ", "oe").replace("æ", "ae")).replace("-", " ")
