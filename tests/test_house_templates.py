"""The house style of templates and translations: nothing inline, nothing unused, nothing untranslated."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import allauth
import django

from tests.sources import ROOT, app_code, files, name_of

TEMPLATES = ROOT / "templates"
LIBRARIES = [Path(package.__file__).parent for package in (allauth, django)]
BY_NAME = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "503.html"}
# Shown when nothing works any more, hence without translation: they speak both languages at once.
BILINGUAL = {"500.html", "503.html"}
SHOWN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description", "label", "data-label"}
# Names are the same in every language.
NAMES = re.compile(
    r"\b(DIGINOR|EDIH|SIRET|SIREN|NAF|CSV|XLSX|PDF|SVG|ProConnect|HTML|JSON|API|EcoIndex|EUPL|AGPL|TES|NWX|CCI|CMA|"
    r"EPCI|UTF|BOM|WCAG|RGAA|ISO|FR|EN|Français|English|km|Mo|Ko)\b"
)
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
TRANSLATED = re.compile(r"{%-?\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%}", re.DOTALL)
COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)


def templates(*suffixes: str) -> list[Path]:
    """The templates of some kinds."""
    return files(*suffixes, folders=("templates",))


def is_mail(path: Path) -> bool:
    """Tell whether a template makes a mail, whose readers know no style sheet."""
    return "mail" in path.relative_to(TEMPLATES).parts or "email" in path.relative_to(TEMPLATES).parts


def test_no_template_has_inline_script_or_style():
    inline = re.compile(
        r"<style\b|\sstyle=|\son[a-z]+=[\"']|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)|hx-on|js:",
        re.IGNORECASE,
    )
    offences = [
        f"{name_of(path)}: {match.group()}"
        for path in templates(".html", ".svg")
        if not is_mail(path)
        for match in inline.finditer(COMMENT.sub("", path.read_text()))
    ]
    assert not offences, "\n".join(offences)


def test_no_code_writes_inline_style_or_script():
    inline = re.compile(r"<[a-z][^>\n]*\s(style|on[a-z]+)=|<script>|<style")
    pages = [path for path in app_code() if "mail" not in path.stem]
    assert not [name_of(path) for path in pages if inline.search(path.read_text())]


def overrides_library(path: Path) -> bool:
    """Tell whether a template takes the place of one of a library."""
    inner = str(path.relative_to(TEMPLATES))
    return any(str(found).endswith(f"/templates/{inner}") for folder in LIBRARIES for found in folder.rglob(path.name))


def test_every_template_is_used():
    sources = [path.read_text() for path in [*app_code(), *templates(".html", ".txt", ".subject", ".svg")]]
    text = "\n".join(sources)
    offences = []
    for path in templates(".html", ".txt", ".subject"):
        name = str(path.relative_to(TEMPLATES))
        is_named = f'"{name}' in text or f"'{name}" in text
        subject = ROOT.joinpath(*path.relative_to(TEMPLATES).parts[:2])
        kinds = [*subject.glob("notifications.py"), *subject.glob("notifications/*.py")]
        is_mail_part = is_mail(path) and any(f'"{path.stem}"' in kind.read_text() for kind in kinds)
        is_mail_part = is_mail_part or f'"{name.removesuffix(path.suffix)}"' in text
        if not (is_named or is_mail_part or name in BY_NAME or overrides_library(path)):
            offences.append(name)
    assert not offences, "\n".join(offences)


class VisibleText(HTMLParser):
    """Collects what a person would see or hear of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Look at the attributes that are read out."""
        self._hidden += tag in ("script", "style", "code")
        self.found += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._hidden -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        """Look at the text."""
        if not self._hidden:
            self.found.append(data)


def untranslated(path: Path) -> list[str]:
    """The words of a template that no translation reaches."""
    text = TAG.sub("", TRANSLATED.sub("", COMMENT.sub("", path.read_text())))
    if path.suffix == ".html":
        parser = VisibleText()
        parser.feed(text)
        pieces = parser.found
    else:
        pieces = text.splitlines()
    pieces = [NAMES.sub("", piece).strip() for piece in pieces]
    return [piece for piece in pieces if re.search(r"[^\W\d_]{2,}", piece)]


def test_every_visible_text_is_translated():
    offences = [
        f"{name_of(path)}: {piece!r}" for path in templates(".html", ".txt", ".subject") for piece in untranslated(path)
    ]
    assert not offences, "\n".join(offences)


def test_no_french_stands_untranslated_in_code():
    accent = re.compile(r"[éèêàùçôîâëïœ«»]", re.IGNORECASE)
    label = re.compile(r'(?:verbose_name|verbose_name_plural|label|help_text|short_description)\s*=\s*f?"([^"]*)"')
    offences = [
        f"{name_of(path)}: {match.group()}"
        for path in app_code()
        for match in label.finditer(path.read_text())
        if accent.search(match.group(1))
    ]
    assert not offences, "\n".join(offences)


def test_what_people_wrote_is_shown_with_its_links():
    plain = re.compile(r"\|(linebreaks|urlize)\b")
    assert not [name_of(path) for path in templates(".html") if not is_mail(path) and plain.search(path.read_text())]
