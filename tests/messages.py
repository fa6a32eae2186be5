"""Gather the texts to translate: `python -m tests.messages` writes the catalogue and compiles it (`make messages`).

In Python alone, so that the suite compares the catalogue with the code on any machine. The catalogue is sorted by text,
without places nor dates: gathering again, or after a file was moved, changes nothing.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tests.sources import FOLDERS, ROOT, files, name_of

CATALOGUE = ROOT / "diginor" / "locale" / "en" / "LC_MESSAGES" / "django.po"
KINDS = (".py", ".html", ".txt", ".subject", ".svg")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
Key = tuple[str | None, Any]


def translatable_files() -> list[Path]:
    """The files whose texts a reader of the site may meet."""
    return files(*KINDS, folders=tuple(folder for folder in FOLDERS if folder not in ("tests", "static")))


def texts_of(path: Path) -> Iterator[Message]:
    """Yield what a file gives to gettext; a template is first written as the calls that Django makes of it."""
    source = path.read_text()
    if path.suffix != ".py":
        # What surrounds the calls is indented as the page is, which is no Python.
        source = "\n".join(line.strip() for line in templatize(source, origin=name_of(path)).splitlines())
    for _line, text, _comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
        yield Message(text, context=context)


def key(message: Message) -> Key:
    """What gettext looks a text up by: its context and its singular."""
    return message.context, message.id[0] if message.pluralizable else message.id


def gathered(paths: Iterable[Path]) -> dict[Key, Message]:
    """The texts of some files; of a text that is used with and without a number, the one with its plural."""
    found: dict[Key, Message] = {}
    for path in paths:
        for message in texts_of(path):
            if message.id and (message.pluralizable or key(message) not in found):
                found[key(message)] = message
    return found


def translated(path: Path) -> Catalog:
    """The catalogue as it stands."""
    with path.open("rb") as stream:
        return read_po(stream, locale="en")


def brought_up_to_date(catalogue: Catalog, texts: dict[Key, Message]) -> Catalog:
    """The catalogue of these texts, each with the translation that it had; nothing is guessed from what resembles."""
    known = {key(message): message for message in catalogue if message.id}
    renewed = Catalog(locale="en", fuzzy=False)
    for place, text in texts.items():
        old = known.get(place)
        is_same_kind = old is not None and old.pluralizable == text.pluralizable
        renewed.add(text.id, old.string if is_same_kind else None, context=text.context)
    return renewed


def write(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue in its one form, then compile it."""
    out = BytesIO()
    write_po(out, catalogue, sort_output=True, no_location=True, omit_header=True)
    path.write_bytes(HEADER.encode() + out.getvalue())
    compiled = translated(path)
    # Babel writes the hour of the compilation into the header.
    compiled.creation_date = compiled.revision_date = datetime.fromtimestamp(0, UTC)
    with path.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, compiled)


def all_given(message: Message) -> bool:
    """Whether a text has its translation, in each number."""
    return all(message.string) if message.pluralizable else bool(message.string)


def main() -> int:
    """Write the catalogue again and print what has no translation yet."""
    catalogue = brought_up_to_date(translated(CATALOGUE), gathered(translatable_files()))
    write(catalogue, CATALOGUE)
    missing = [message.id for message in catalogue if message.id and not all_given(message)]
    for text in missing:
        print(f"to translate: {text!r}")
    print(f"{len(catalogue)} texts, {len(missing)} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
