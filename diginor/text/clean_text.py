"""Texts as they are kept: without what nobody sees, and each line break as the one character that a browser counts."""

import re
from unicodedata import category

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Letters and signs to Unicode, though nothing is seen of them.
BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
LINE_ENDS = re.compile(r"\r\n?")
# What separates lines in documents and presentations, and comes along when they are copied.
SEPARATORS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f]")


def without_unseen(text: str) -> str:
    """A text without signs of no width and marks of direction."""
    if text.isascii():
        return text
    return "".join(sign for sign in text if category(sign) != "Cf" and sign not in BLANK_LETTERS)


def one_line(text: str) -> str:
    """A text of one line; ValidationError for what no browser sends from one."""
    # A line that is copied often comes with its end.
    text = SEPARATORS.sub(" ", without_unseen(text)).replace("\t", " ").strip()
    if "\n" in text or "\r" in text or CONTROLS.search(text):
        refusal = _("Ce texte tient sur une ligne : retirez le retour à la ligne ou le caractère de contrôle.")
        raise ValidationError(refusal, code="one_line")
    return text


def several_lines(text: str) -> str:
    """A text with one character for each line break, and without what no page can show."""
    return CONTROLS.sub("", SEPARATORS.sub("\n", LINE_ENDS.sub("\n", text)))
