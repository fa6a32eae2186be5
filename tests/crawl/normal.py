"""An answer as lines that do not change from one run to the next: what is drawn by lot becomes a placeholder."""

import io
import re
import zipfile
from html.parser import HTMLParser
from typing import Any

# Every sequence of the database starts here, so that a primary key is told from any other number.
FIRST_KEY = 700_000_001
# Of these headers, that they are there; their value follows from the rest, or from lot.
ONLY_NAMED = {"Content-Length", "ETag", "Set-Cookie", "Last-Modified"}
UNORDERED = {"Content-Security-Policy"}
UNCERTAIN = {
    "picture": r"data:image/svg\+xml;base64,[\w+/=]+",
    "uuid": r"(?:\b|(?<=%2F))[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    "seal": r"(?<![\w-])[\w.-]+(?:[:~][\w-]+)*[:~][\w-]{43}(?![\w-])",
    "token": r"(?<![\w-])(?:[A-Za-z0-9]{64}|[\w-]{43}|[A-Z2-7]{32})(?![\w-])",
    "tab": r"""(?:(?<=demande=)|(?<=<input name="draft" type="hidden" value="))[A-Za-z0-9]{12}(?![\w-])""",
    "code": r"(?<!\w)[2-9A-HJKMNP-Z]{10}(?![\w-])",
    "number": r"(?<![\w-])\d{4}-\d{4}(?![\w-])",
    "key": r"(?<!\d)7000\d{5}(?!\d)",
}
PATTERN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in UNCERTAIN.items()))
# What stands for something that other places name too is numbered, so that a link to another row shows.
NUMBERED = ("uuid", "code", "key")


class _Flat(HTMLParser):
    """A page as one line for each tag, with its attributes in order, and one for each text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = "".join(f" {name}" if value is None else f' {name}="{_tight(value)}"' for name, value in sorted(attrs))
        self.lines.append(f"<{tag}{told}>")

    def handle_endtag(self, tag: str) -> None:
        self.lines.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.lines.append(_tight(data))


def _tight(text: str) -> str:
    """The text with one space where there were several; French non-breaking ones are texts, and stay."""
    return re.sub(r"[ \t\r\n]+", " ", text)


def lines_of(answer: Any) -> list[str]:
    """The lines of an answer of Django: status, headers, body."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = [f"{name}: {_header(name, value)}" for name, value in sorted(answer.items())]
    headers += [f"Cookie: {name}" for name in sorted(answer.cookies)]
    return certain([str(answer.status_code), *headers, "", *_body(body, answer.get("Content-Type", ""))])


def _header(name: str, value: str) -> str:
    if name in ONLY_NAMED:
        return "…"
    return "; ".join(sorted(value.split("; "))) if name in UNORDERED else value


def certain(lines: list[str]) -> list[str]:
    """The same without what is drawn by lot."""
    seen: dict[str, str] = {}

    def placeholder(found: re.Match[str]) -> str:
        kind, text = str(found.lastgroup), found[0]
        if kind not in NUMBERED:
            return f"{{{kind}}}"
        rank = 1 + sum(each.startswith(f"{{{kind} ") for each in seen.values())
        return seen.setdefault(text, f"{{{kind} {rank}}}")

    return [PATTERN.sub(placeholder, line) for line in lines]


def _body(body: bytes, kind: str) -> list[str]:
    if kind.startswith("text/html"):
        return flat(body.decode())
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as whole:
            return [line for name in sorted(whole.namelist()) for line in [name, *_text(whole.read(name))]]
    return _text(body)


def _text(body: bytes) -> list[str]:
    try:
        return body.decode().splitlines()
    except UnicodeDecodeError:
        return [f"{len(body)} bytes"]


def flat(page: str) -> list[str]:
    """A page, or the hypertext of a mail, as lines."""
    reader = _Flat()
    reader.feed(page)
    reader.close()
    return reader.lines
