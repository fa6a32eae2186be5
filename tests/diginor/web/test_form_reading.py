"""What people type: every line, every area of every form, the administration and the libraries included."""

import re

from django import forms
from hypothesis import given
from hypothesis import strategies as st

from diginor.text.clean_text import one_line, several_lines
from tests.every_form import answer, areas, lines
from tests.filled import some

# What is pasted, and what is read of it.
UNSEEN_SIGNS = ["\u200b", "\u200d", "\u202c", "\u2060", "\ufeff", "\u00ad", "\u3164"]
SEPARATORS = ["\u2028", "\u2029", "\x85", "\t", "\v", "\f"]
REFUSED = ["\n", "\r\n", "\r", "\x07", "\x1b", "\x7f", "\x9b"]


def test_every_line_of_every_form_is_read_without_what_nobody_sees() -> None:
    for name, field in some(lines()):
        for sign in UNSEEN_SIGNS:
            assert answer(field, f"14{sign}000") == answer(field, "14000"), (name, sign)
        for sign in SEPARATORS:
            assert answer(field, f"14{sign}000{sign}") == answer(field, "14 000"), (name, sign)


def test_every_line_of_every_form_refuses_line_breaks_and_control_characters() -> None:
    for name, field in some(lines()):
        for sign in REFUSED:
            # A list written in one line says it of its piece.
            assert answer(field, f"14{sign}000") in (["one_line"], ["item_invalid"]), (name, sign)


def test_the_end_of_a_copied_line_is_no_line_break() -> None:
    assert one_line("Atelier du Bocage\r\n") == "Atelier du Bocage"


def test_a_line_is_measured_without_what_nobody_sees() -> None:
    free = [(name, field) for name, field in lines() if field.max_length and type(field) is forms.CharField]
    for name, field in some(free):
        longest = "9" * field.max_length
        assert answer(field, "\u200b".join(longest)) == answer(field, longest), name
        assert "max_length" in answer(field, f"{longest}9"), name


def test_every_area_of_every_form_counts_a_line_break_as_one_character() -> None:
    limited = [(name, field) for name, field in areas() if field.max_length]
    for name, field in some(limited):
        longest = ("a" * 9 + "\n") * (field.max_length // 10 + 1)
        longest = longest[: field.max_length - 1] + "b"
        assert len(longest) == field.max_length
        sent = longest.replace("\n", "\r\n")
        assert answer(field, sent) == longest, name
        assert answer(field, sent + "b") == ["max_length"], name


def test_every_area_keeps_its_line_breaks_and_what_joins_signs() -> None:
    family = "\U0001f468\u200d\U0001f469"
    for name, field in some(areas()):
        if answer(field, "un\ndeux") == "un\ndeux":
            assert answer(field, f"un\r\n\tdeux\u2028trois\rquatre\x07 {family}") == (
                f"un\n\tdeux\ntrois\nquatre {family}"
            ), name


def test_a_password_is_what_it_is() -> None:
    field = forms.CharField(widget=forms.PasswordInput, strip=False)
    assert answer(field, " a\u200b\tb ") == " a\u200b\tb "


@given(st.text())
def test_a_line_that_is_taken_is_one_line(text: str) -> None:
    try:
        line = one_line(text)
    except forms.ValidationError:
        return
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


@given(st.text())
def test_an_area_has_no_other_line_break_than_its_own(text: str) -> None:
    kept = several_lines(text)
    assert not re.search("[\r\v\f\x85\u2028\u2029]", kept)
    assert several_lines(kept) == kept
    assert len(kept) <= len(text)
