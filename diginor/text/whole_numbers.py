"""Whole numbers as they stand in an address or in a cell: figures of ours, and no more of them than a column holds."""

# Nineteen figures may overflow the largest key of PostgreSQL.
MOST_FIGURES = 18


def is_whole_number(text: str, most: int = MOST_FIGURES) -> bool:
    """Whether a text is a whole number of some figures at most: « ² » and « ٣ » are digits to Python, not to us."""
    return text.isascii() and text.isdigit() and len(text) <= most


def whole_number(text: str, most: int = MOST_FIGURES) -> int | None:
    """The number that a text says, or None."""
    return int(text) if is_whole_number(text, most) else None
