"""The texts to translate: the catalogue holds those of the code, and gathering leaves alone what did not change."""

from pathlib import Path

import time_machine
from babel.messages.catalog import Catalog

from tests import messages
from tests.messages import (
    CATALOGUE,
    all_given,
    brought_up_to_date,
    gathered,
    key,
    translatable_files,
    translated,
    write,
)

TEMPLATE = """
  {% load i18n %}
    <p title="{% translate "Votre demande" %}">L’été (« déjà
  {% blocktranslate trimmed count number=total context "files" %}
    {{ number }} fichier
  {% plural %}
    {{ number }} fichiers
  {% endblocktranslate %}
"""
CODE = """
class Kind:
    LATE = pgettext_lazy("state", "En retard")
label = _(
    "Une phrase "
    "en deux lignes"
)
several = ngettext("%(n)s jour", "%(n)s jours", n)
"""


def page_and_code(folder: Path) -> list[Path]:
    """A template and a module with a text of each kind."""
    (folder / "page.html").write_text(TEMPLATE)
    (folder / "enums.py").write_text(CODE)
    return [folder / "page.html", folder / "enums.py"]


def test_the_catalogue_holds_the_texts_of_the_code_and_no_other():
    texts, catalogue = set(gathered(translatable_files())), {key(message) for message in translated(CATALOGUE)}
    assert not texts - catalogue, "never gathered: run make messages, translate, run it again"
    assert not catalogue - texts - {(None, "")}, "no longer used: run make messages"


def test_every_way_to_mark_a_text_is_gathered(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "name_of", str)
    assert set(gathered(page_and_code(tmp_path))) == {
        (None, "Votre demande"),
        ("files", "%(number)s fichier"),
        ("state", "En retard"),
        (None, "Une phrase en deux lignes"),
        (None, "%(n)s jour"),
    }


def test_gathering_again_or_from_moved_files_changes_nothing(tmp_path):
    first, again, moved = (tmp_path / name for name in ("first.po", "again.po", "moved.po"))
    paths = translatable_files()
    write(brought_up_to_date(translated(CATALOGUE), gathered(paths)), first)
    write(brought_up_to_date(translated(first), gathered(paths)), again)
    with time_machine.travel("2031-05-06 07:08 +0000"):
        write(brought_up_to_date(translated(first), gathered(reversed(paths))), moved)
    assert first.read_bytes() == again.read_bytes() == moved.read_bytes()
    assert first.with_suffix(".mo").read_bytes() == moved.with_suffix(".mo").read_bytes()


def test_what_is_served_is_what_is_translated(tmp_path):
    write(translated(CATALOGUE), tmp_path / "django.po")
    assert (tmp_path / "django.mo").read_bytes() == CATALOGUE.with_suffix(".mo").read_bytes(), "run make messages"
    missing = [message.id for message in translated(CATALOGUE) if message.fuzzy or not all_given(message)]
    assert not missing, missing


def test_a_translation_stays_with_its_text_and_none_is_guessed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(messages, "name_of", str)
    monkeypatch.setattr(messages, "CATALOGUE", tmp_path / "django.po")
    monkeypatch.setattr(messages, "translatable_files", lambda: page_and_code(tmp_path))
    old = Catalog(locale="en")
    old.add("Votre demande", "Your request")
    old.add("Une phrase en deux ligne", "A sentence")
    old.add("%(n)s jour", "%(n)s day")
    write(old, tmp_path / "django.po")
    messages.main()
    kept = {key(message): message.string for message in translated(tmp_path / "django.po") if message.id}
    assert kept[(None, "Votre demande")] == "Your request"
    assert kept[(None, "Une phrase en deux lignes")] == ""
    assert kept[(None, "%(n)s jour")] == ("", ""), "a text that now has a plural is translated again"
    assert (None, "Une phrase en deux ligne") not in kept
    assert "5 texts, 4 to translate" in capsys.readouterr().out
