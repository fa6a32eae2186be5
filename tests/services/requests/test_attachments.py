"""Private files: checked by content when they come, shown to those who may read them and to nobody else."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from services.requests.forms import FilesField
from services.requests.links import tracking_token
from services.requests.rules.files import type_of
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory
from tests.factories.services import AttachmentFactory, MessageFactory, ReferralFactory, RequestFactory

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def office(kind, part):
    """The parts of an Office document whose main part has any name, as its table of contents says."""
    main = f"application/vnd.openxmlformats-officedocument.{kind}.main+xml"
    return {"[Content_Types].xml": f'<Types><Override PartName="/{part}" ContentType="{main}"/></Types>', part: "<x/>"}


DOCX = office("wordprocessingml.document", "word/document.xml")
XLSX = office("spreadsheetml.sheet", "xl/workbook.xml")
MACROS = {
    "[Content_Types].xml": '<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
}
ODT = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}


def archive(parts):
    """A zip archive with these parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "accepted"),
    [
        ("plan.pdf", b"%PDF-1.7\nplan", True),
        ("PLAN.PDF", b"%PDF-1.7\nplan", True),
        ("photo.png", PNG, True),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 40, True),
        ("scan.pdf", b"\x1b%-12345X@PJL\r\n" + b" " * 900 + b"%PDF-1.4\nplan", True),
        ("scan.pdf", b"\xef\xbb\xbf\r\n%PDF-1.4\nplan", True),
        ("scan.pdf", b" " * 1020 + b"%PDF-1.4\nplan", False),
        ("plan.pdf", b"<html><!-- %PDF-1.4 --><script>alert(1)</script></html>", False),
        ("plan.pdf", b"MZ\x90\0" + b"\0" * 40 + b"%PDF-1.4", False),
        ("plan.pdf", archive({"%PDF-1.4": "%PDF-1.4"}), False),
        ("devis.docx", archive(DOCX), True),
        ("devis.docx", archive(office("wordprocessingml.document", "word/document2.xml")), True),
        ("stock.xlsx", archive(XLSX), True),
        ("stock.xlsx", archive(office("spreadsheetml.sheet", "xl/workbook2.xml")), True),
        ("devis.docx", archive(XLSX), False),
        ("stock.xlsx", archive(DOCX), False),
        ("devis.docx", archive({**MACROS, "word/document.xml": "<x/>"}), False),
        ("devis.odt", archive(ODT), True),
        ("liste.csv", "nom;ville\nÉlan;Caen\n".encode(), True),
        ("liste.csv", "nom;ville\nÉlan;Caen\n".encode("latin-1"), True),
        ("note.txt", b"BM, rue des Docks : le devis de mars", True),
        ("note.txt", b"MZ est le sigle de notre atelier", True),
        ("note.txt", b"ID3 : notre offre pour les foires", True),
        ("note.txt", b"BZh, OTTO et fLaC sont nos machines", True),
        ("note.txt", "Nos besoins\u2028à venir".encode("utf-16"), True),
        ("note.txt", "\ufeffNos besoins".encode("utf-8"), True),
        ("note.txt", b"Page 1\x0cPage 2\x0bsuite\r\n", True),
        ("liste.csv", b"ID3;BM\r\n1;2\r\n", True),
        ("note.txt", b"un\0deux", False),
        ("note.txt", b"\xff\xfe" + b"\x00\x00\x01\x00" * 30, False),
        ("note.txt", b"BM" + bytes(range(40)), False),
        ("note.txt", b"ID3\x03\x00\x00\x00", False),
        ("note.txt", b"%PDF-1.7\nplan", False),
        ("photo.png", b"%PDF-1.7\nplan", False),
        ("plan.pdf", b"MZ\x90\0" + b"\0" * 40, False),
        ("plan.pdf", b"<html><script>alert(1)</script></html>", False),
        ("note.txt", b"MZ\x90\0" + b"\0" * 40, False),
        ("devis.docx", archive({"autre.xml": "<x/>"}), False),
        ("devis.docx", archive({**DOCX, "word/vbaProject.bin": "macro"}), False),
        ("devis.docx", b"PK\x03\x04 coupe", False),
        ("devis.ods", archive(ODT), False),
        ("outil.exe", b"MZ\x90\0", False),
        ("page.html", b"<html></html>", False),
        ("dessin.svg", b"<svg></svg>", False),
        ("sans-extension", b"%PDF-1.7", False),
    ],
)
def test_a_file_is_what_its_content_says(name, content, accepted):
    assert bool(type_of(name, io.BytesIO(content))) is accepted


def said(*uploads):
    """What the field says of some files."""
    field = FilesField()
    try:
        field.clean(list(uploads))
    except Exception as error:  # noqa: BLE001
        return " ".join(error.messages)
    return ""


def test_a_file_of_60_mb_is_told_its_size():
    big = SimpleUploadedFile("film.pdf", b"%PDF-1.7\n")
    big.size = 60_000_000
    with translation.override("fr"):
        text = said(big)
    assert text == "« film.pdf » est trop lourd : 60\u202fMo, pour 10\u202fMo au plus."


def test_each_wrong_file_is_named_and_the_good_one_kept():
    field = FilesField()
    good = SimpleUploadedFile("plan.pdf", b"%PDF-1.7\nplan", "text/html")
    disguised = SimpleUploadedFile("faux.pdf", b"MZ\x90\0", "application/pdf")
    with pytest.raises(Exception, match=r"faux\.pdf"):
        field.clean([good, disguised, SimpleUploadedFile("vide.pdf", b"")])
    assert field.accepted == [good]
    assert good.content_type == "application/pdf"


@pytest.fixture
def joined(db):
    """A file of a filed request."""
    return AttachmentFactory(request=RequestFactory())


def through_link(client, joined, request=None):
    """Ask for a file with the private link of a request."""
    token = tracking_token(request or joined.request)
    return client.get(reverse("tracking_attachment", args=[token, joined.uid]))


def test_the_company_downloads_its_file_and_the_browser_opens_nothing(client, joined):
    response = through_link(client, joined)
    assert b"".join(response.streaming_content) == b"%PDF-1.7\n%plan"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_the_link_of_another_request_opens_nothing(client, joined):
    assert through_link(client, joined, RequestFactory()).status_code == 404


def test_a_file_of_the_internal_thread_stays_internal(client, joined):
    internal = AttachmentFactory(request=joined.request, message=MessageFactory(request=joined.request, internal=True))
    assert through_link(client, internal).status_code == 404
    owner = UserFactory(email=joined.request.contact_email)
    client.force_login(owner)
    assert client.get(internal.get_absolute_url()).status_code == 404
    assert client.get(joined.get_absolute_url()).status_code == 200


def test_a_file_lost_from_the_disk_is_not_found(client, joined):
    joined.file.storage.delete(joined.file.name)
    assert through_link(client, joined).status_code == 404


def test_who_may_open_a_file(client, joined):
    member = OrganisationFactory()
    ReferralFactory(request=joined.request, organisation=member)
    answers = {
        "desk": UserFactory(staff_of=joined.request.hub),
        "other desk": UserFactory(staff_of=HubFactory()),
        "officer": UserFactory(officer_of=joined.request.hub),
        "adviser": UserFactory(adviser_of=member),
        "other adviser": UserFactory(adviser_of=OrganisationFactory()),
        "nobody": UserFactory(),
    }
    seen = {}
    for name, user in answers.items():
        client.force_login(user)
        seen[name] = client.get(joined.get_absolute_url()).status_code
    assert seen == {
        "desk": 200,
        "other desk": 404,
        "officer": 404,
        "adviser": 200,
        "other adviser": 404,
        "nobody": 404,
    }


def test_without_an_account_the_plain_address_asks_to_sign_in(client, joined):
    assert client.get(joined.get_absolute_url()).status_code == 302
