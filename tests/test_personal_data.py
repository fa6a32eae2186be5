"""Personal data is registered once: every text column is claimed, and what is kept long enough goes from everywhere."""

import re
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils import timezone

from diginor.exchange import waiting
from diginor.outbox.models import OutgoingMail
from diginor.registries import personal_data
from diginor.registries.personal_data import Piece, parts
from diginor.registries.tasks import expire_personal_data
from members.directory.models import SheetEvent
from members.organisations.models import Organisation
from members.people.models import User
from members.successions.models import MovedRow
from services.requests.models import ServiceRequest
from tests.factories.members import OrganisationFactory
from tests.factories.services import (
    AttachmentFactory,
    FollowUpFactory,
    MessageFactory,
    RequestFactory,
    SatisfactionFactory,
)
from tests.filled import some
from tests.impersonal_columns import IMPERSONAL
from tests.services.cast import run_clock
from tests.world import make_world

TEXTS = (
    models.CharField,
    models.TextField,
    models.FileField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
    ArrayField,
)
MARK = "zqxmarque"
# What stands for the mark in a column that holds a network address and nothing else.
ADDRESS = "198.51.100.77"


def text_columns() -> dict[str, Any]:
    """Every column of the installation that can hold words; a closed list of choices cannot."""
    return {
        f"{model._meta.label}.{field.name}": field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, TEXTS) or isinstance(getattr(field, "output_field", None), TEXTS)
        if not field.choices
    }


def claimed() -> set[str]:
    """The columns that a part of the registry claims."""
    return {f"{label}.{name}" for part in parts() for label, names in part.columns.items() for name in names}


def is_impersonal(column: str) -> bool:
    """Whether a column is listed as holding nothing of a person."""
    return column in IMPERSONAL or column.rpartition(".")[0] in IMPERSONAL


def test_every_text_column_is_claimed_by_a_part_or_listed_as_holding_nothing():
    columns = set(text_columns())
    assert not {column for column in columns - claimed() if not is_impersonal(column)}


def test_a_column_is_claimed_or_listed_never_both_and_exists():
    columns = set(text_columns())
    assert not {column for column in claimed() if is_impersonal(column)}
    assert claimed() <= columns
    labels = {model._meta.label for model in apps.get_models()}
    assert not {name for name in IMPERSONAL if name not in columns and name not in labels}


def test_every_part_says_what_why_by_what_right_and_how_long():
    for part in some(parts()):
        for words in (part.title, part.holds, part.purpose, part.legal_basis, part.kept):
            assert str(words).strip(), part.code


# Planted values, four years on


def plant(row: models.Model, names: tuple[str, ...]) -> None:
    """Write the mark into some columns of a row, past every validation."""
    values: dict[str, Any] = {}
    for name in names:
        field: Any = row._meta.get_field(name)
        if field.generated:
            continue
        mark = f"{MARK}{row.pk}"
        if isinstance(field, models.JSONField):
            values[name] = {"said": mark}
        elif isinstance(field, models.GenericIPAddressField):
            values[name] = ADDRESS
        elif isinstance(field, models.FileField):
            values[name] = default_storage.save(
                f"attachments/{row._meta.model_name}{row.pk}", ContentFile(MARK.encode())
            )
        else:
            values[name] = mark[: field.max_length]
    if "session_key" in names:
        values.pop("session_key")
    type(row)._base_manager.filter(pk=row.pk).update(**values)


def rows_of(model: type[models.Model]) -> Any:
    """The rows to plant: of people, those without a function; of structures, the companies that only asked."""
    rows = model._base_manager.order_by("pk")
    if model is User:
        return rows.filter(memberships=None, hub_roles=None, is_superuser=False)
    if model is Organisation:
        return rows.filter(name="Une entreprise qui a demandé")
    return rows


def fill() -> None:
    """The whole portal in miniature, with what it lacks: a row of each model that is claimed."""
    world = make_world()
    asked = world.own.requests["en cours"]
    person = world.own.people["company"]
    company = OrganisationFactory(company=True, name="Une entreprise qui a demandé")
    record = RequestFactory(closed=True, organisation=company, legal_form="sole_trader")
    SatisfactionFactory(request=record, answered=True)
    MessageFactory(request=asked, internal=True)
    AttachmentFactory(request=asked, message=MessageFactory(request=asked))
    FollowUpFactory(request=record)
    for step in ("draft", "suspect", "withdrawn", "asked"):
        AttachmentFactory(request=RequestFactory(**{step: True}))
    for status in ("queued", "refused", "held", "digested", "sent"):
        OutgoingMail.objects.create(dedupe_key=status, kind="Test", recipient="x@a.example", status=status)
    _sign_in_traces(person)
    SheetEvent.objects.create(proposal=world.own.rows["sheetproposal"], party="hub", step="accept")
    succession = world.own.rows["succession"]
    type(succession).objects.filter(pk=succession.pk).update(applied_at=timezone.now())
    MovedRow.objects.create(succession=succession, model="members.Offer", row=1, before={"note": "a"}, after={})
    default_storage.save(f"{waiting.FOLDER}/liste", ContentFile(MARK.encode()))


def _sign_in_traces(person: User) -> None:
    """What signing in and the administration leave of somebody."""
    address = EmailAddress.objects.create(user=person, email=person.email)
    EmailConfirmation.objects.create(email_address=address, key="a")
    Authenticator.objects.create(user=person, type="totp", data={})
    account = SocialAccount.objects.create(user=person, provider="proconnect", uid="a")
    SocialToken.objects.create(account=account, app=SocialApp.objects.create(provider="proconnect"), token="a")
    Session.objects.create(session_key="a", session_data="a", expire_date=timezone.now() + relativedelta(days=14))
    LogEntry.objects.create(user=person, object_id="1", object_repr="a", action_flag=CHANGE, change_message="a")


def marked_places() -> set[str]:
    """Every table whose rows hold a mark anywhere, and every file."""
    found, mark = set(), re.compile(f"{MARK}|{re.escape(ADDRESS)}")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" AS line WHERE line::text ~* %s', [mark.pattern])
            if cursor.fetchone()[0]:
                found.add(table)
    root = Path(settings.MEDIA_ROOT)
    return found | {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and mark.search(path.read_text("latin-1"))
    }


def plant_everywhere() -> set[str]:
    """Plant the mark in every column that the registry claims; every claimed model has a row."""
    fill()
    tables = set()
    for part in parts():
        for label, names in part.columns.items():
            model = apps.get_model(label)
            rows = list(rows_of(model))
            assert rows, f"give a row of {label} to fill()"
            for row in rows:
                plant(row, names)
            tables.add(model._meta.db_table)
    return tables


@pytest.mark.django_db(transaction=True)
def test_four_years_on_no_planted_value_is_left_in_any_table_or_file(clock):
    clock.set("2026-03-10 10:00")
    tables = plant_everywhere()
    assert tables <= marked_places()
    for months in range(1, 49):
        clock.set(f"{2026 + (2 + months) // 12}-{(2 + months) % 12 + 1:02d}-10 10:00")
        run_clock()
        expire_personal_data()
    assert marked_places() == set()
    assert ServiceRequest.objects.filter(erased_at__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_goes_before_its_time(clock):
    clock.set("2026-03-10 10:00")
    tables = plant_everywhere()
    clock.set("2026-03-11 10:00")
    expire_personal_data()
    assert tables <= marked_places()


# One failure stops nothing else


@pytest.fixture
def broken(monkeypatch):
    """A registry whose first part cannot be read, and whose second holds a piece that fails between two that go."""
    gone = []

    def fail(*_args: Any) -> Any:
        raise ValueError("anne@atelier.example")

    def some(now: Any) -> list[Piece]:
        return [Piece("one", lambda: gone.append(1)), Piece("two", fail), Piece("three", lambda: gone.append(3))]

    facts = dict.fromkeys(("title", "holds", "purpose", "legal_basis", "kept"), "x")
    made = [
        personal_data.PersonalData(code="first", position=1, expired=fail, found=some, **facts),
        personal_data.PersonalData(code="second", position=2, expired=some, found=some, **facts),
    ]
    monkeypatch.setattr(personal_data, "_parts", {part.code: part for part in made})
    return gone


@pytest.mark.django_db
def test_a_piece_that_fails_and_a_part_that_cannot_be_read_stop_nothing_else(broken, caplog):
    outcome = personal_data.expire(timezone.now())
    assert broken == [1, 3]
    assert outcome.erased == {"second": 2}
    assert [label for label, _why in outcome.failed] == ["x", "two"]
    assert "anne@atelier.example" not in caplog.text
    assert "ValueError" in caplog.text


@pytest.mark.django_db
def test_erasing_somebody_goes_on_past_a_failure_and_tells_it(broken):
    outcome = personal_data.erase(personal_data.Target(address="anne@atelier.example"))
    assert broken == [1, 3, 1, 3]
    assert len(outcome.failed) == 2


def test_a_code_is_registered_once():
    part = parts()[0]
    personal_data.register(part)
    with pytest.raises(ValueError, match=part.code):
        personal_data.register(personal_data.PersonalData(**{**vars(part), "title": "Autre"}))
