"""How every form reads what is typed, ours and those of the libraries: one place, so that none is forgotten.

A browser counts a line break as one character and sends two, and what is pasted carries signs that nobody sees: both
are put right before a length is measured.
"""

from collections.abc import Callable
from typing import Any

from django import forms

from diginor.text.clean_text import one_line, several_lines
from diginor.text.email_addresses import check_encoding


def read(field: forms.CharField, text: str) -> str:
    """A text as its widget shows it; a password is what it is, and what is hidden was not typed."""
    # The administration draws some widgets inside others.
    widget = getattr(field.widget, "widget", field.widget)
    if isinstance(widget, forms.PasswordInput):
        return text
    if isinstance(widget, forms.widgets.Input) and not widget.is_hidden:
        return one_line(text)
    return several_lines(text)


def install() -> None:
    """Let every field of text read that way, and every field of an address refuse what cannot be sent."""
    # The field of network addresses is the only one of Django's that does not read as its parent does.
    for kind in (forms.CharField, forms.GenericIPAddressField):
        kind.to_python = _reading(kind.to_python)  # type: ignore[method-assign, assignment]


def _reading(as_django_reads: Callable[[Any, Any], Any]) -> Callable[[forms.CharField, Any], Any]:
    def to_python(field: forms.CharField, value: Any) -> Any:
        text = as_django_reads(field, read(field, value) if isinstance(value, str) else value)
        if isinstance(field, forms.EmailField) and text:
            check_encoding(text)
        return text

    return to_python
