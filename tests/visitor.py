"""A person who files through the real pages without a browser: reads forms, fills them in, reloads what failed."""

import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests
from stdnum import luhn

ANSWER_SECONDS = 60
# Whoever files in less than two seconds is taken for a robot.
WRITING_SECONDS = 2.2
# Unless they are pushed, chosen or checked.
NOT_SENT = {"submit", "button", "image", "file", "checkbox", "radio"}
NEED = "Nous voulons savoir si un robot peut charger nos machines la nuit."


@dataclass
class PageForm:
    """One form of a page: where it goes, what it sends as long as nobody touches it, and what it sends besides."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    # The same, with every value of what has several.
    sent: dict[str, list[str]] = field(default_factory=dict)
    # What only whoever ticks, pushes or chooses a file sends.
    unticked: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def put(self, name: str, value: str) -> None:
        """Add a value."""
        self.fields[name] = value
        self.sent.setdefault(name, []).append(value)


class _FormReader(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._area: str | None = None
        self._choice: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(found.get("action", ""), found.get("method", "get").lower()))
        elif self.forms and "name" in found:
            self._field(tag, found)
        elif self._choice and tag == "option" and "selected" in found:
            self.forms[-1].put(self._choice, found.get("value", ""))

    def _field(self, tag: str, found: dict[str, str]) -> None:
        name, fields = found["name"], self.forms[-1].fields
        if tag == "textarea":
            self._area = name
            self.forms[-1].put(name, "")
        elif tag == "select":
            self._choice = name
            fields.setdefault(name, "")
        elif tag == "input" and (found.get("type") not in NOT_SENT or "checked" in found):
            self.forms[-1].put(name, found.get("value", "on" if found.get("type") == "checkbox" else ""))
        elif found.get("type") == "file":
            self.forms[-1].files.append(name)
        elif tag in ("input", "button"):
            self.forms[-1].unticked.setdefault(name, found.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._area:
            form, text = self.forms[-1], data.removeprefix("\n")
            form.fields[self._area] += text
            form.sent[self._area] = [form.sent[self._area][0] + text]


def forms_of(page: str) -> list[PageForm]:
    """The forms of a page."""
    reader = _FormReader()
    reader.feed(page)
    return reader.forms


def seal_of(client: Any, address: str) -> dict[str, str]:
    """What a page opened by somebody says of the values it was opened with, to send with what is typed."""
    page = client.get(address).content.decode()
    sent = next(form.sent for form in forms_of(page) if "opened" in form.sent)
    return {name: values[0] for name, values in sent.items() if name == "opened" or name.endswith("-opened")}


def siret(number: int) -> str:
    """A SIRET of its own for each number."""
    siren = f"{40_000_000 + number}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + str(luhn.calc_check_digit(siren + "0001"))


class Visitor:
    """One company that asks; each has its own network address, of which the portal counts the filings."""

    def __init__(self, url: str, number: int) -> None:
        self.url, self.number = url, number
        self.company = f"Menuiserie {number:04}"
        self.email = f"menuiserie{number:04}@vire.example"
        self.reloads = 0
        self.session = requests.Session()
        self.session.headers["X-Forwarded-For"] = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        self.session.headers["Accept-Language"] = "fr"

    def file(self, topic: str, seconds: float = 120) -> bool:
        """File one request, as many reloads as it takes; tell whether it was confirmed on the last page."""
        deadline = time.monotonic() + seconds
        here = f"{self.url}/demande/besoin/?sujet={topic}"
        page: requests.Response | None = None
        with self.session:
            while time.monotonic() < deadline:
                try:
                    page = page or self._open(here)
                    if "/demande/envoyee/" in page.url:
                        return True
                    here = page.url
                    page = self._go_on(page)
                except requests.RequestException:
                    self.reloads += 1
                    page = None
                    time.sleep(0.5)
        return False

    def _open(self, url: str) -> requests.Response:
        return self._read(self.session.get(url, timeout=ANSWER_SECONDS))

    def _go_on(self, page: requests.Response) -> requests.Response:
        """Fill in the step that is open, and send it."""
        forms = [form for form in forms_of(page.text) if form.method == "post"]
        typed = {
            "need": {"need": f"{NEED} Atelier {self.number:04}."},
            "company_name": {"company_name": self.company, "siret": siret(self.number), "commune": "Caen"},
            "contact_email": {"contact_name": "Anne Lebrun", "contact_email": self.email},
        }
        for mark, words in typed.items():
            for form in forms:
                if mark in form.fields:
                    time.sleep(WRITING_SECONDS if mark == "contact_email" else 0)
                    data = {**form.fields, **words}
                    return self._read(self.session.post(urljoin(page.url, form.action), data, timeout=ANSWER_SECONDS))
        raise requests.RequestException(f"no step of the filing at {page.url}")

    def _read(self, answer: requests.Response) -> requests.Response:
        answer.raise_for_status()
        return answer
