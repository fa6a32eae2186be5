"""Making files, sending them to the administration, and reading what it answers."""

import csv
from io import BytesIO, StringIO
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from members.people.models import User

ORGANISATIONS, PEOPLE, OFFERS = "members_organisation", "members_membership", "services_offer"


def csv_file(rows: list[dict[str, str]], delimiter: str = ";", name: str = "fichier.csv") -> SimpleUploadedFile:
    """A CSV with these rows."""
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode("utf-8-sig"))


def xlsx_file(rows: list[list[Any]]) -> SimpleUploadedFile:
    """A workbook with these rows, the headings first."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    return SimpleUploadedFile("fichier.xlsx", content.getvalue())


class Exchange:
    """One person before the import and export pages of one list."""

    def __init__(self, user: User, which: str = ORGANISATIONS) -> None:
        self.client = Client()
        self.client.force_login(user)
        self.which = which
        self.url = reverse(f"admin:{which}_import")

    def send(self, rows: Any) -> Any:
        """Send a file, or rows as a CSV; the answer is the difference."""
        upload = csv_file(rows) if isinstance(rows, list) else rows
        self.answer = self.client.post(self.url, {"file": upload})
        return self.answer

    def confirm(self, **choices: str) -> Any:
        """Confirm the difference that is shown."""
        self.answer = self.client.post(self.url, {"token": self.answer.context["token"], **choices})
        return self.answer

    @property
    def faults(self) -> list[str]:
        """What the page says is wrong."""
        return [str(fault) for fault in self.answer.context["outcome"].faults]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind."""
        return dict(self.answer.context["outcome"].counts)

    def export(self, kind: str = "csv", query: str = "") -> bytes:
        """The exported file."""
        answer = self.client.get(reverse(f"admin:{self.which}_export", args=[kind]) + query)
        assert answer.status_code == 200
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    def exported(self, query: str = "") -> list[dict[str, str]]:
        """The rows of the exported CSV."""
        text = self.export("csv", query).decode("utf-8-sig")
        return list(csv.DictReader(StringIO(text, newline=""), delimiter=";"))
