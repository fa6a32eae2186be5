"""Deleting what another person just changed: told first, whatever the list, one row or several."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from diginor.admin.base import DELETE, PortalModelAdmin
from diginor.admin.deletions import Taken
from members.hubs.models import HubRole
from members.places.models import Place, PlaceLabel
from tests.diginor.admin.test_admin_speed import ROWS
from tests.factories.members import HubFactory, HubRoleFactory, OrganisationFactory, UserFactory
from tests.factories.places import PlaceFactory
from tests.services.requests.test_races import at_once
from tests.visitor import forms_of

pytestmark = pytest.mark.django_db
DELETED = [model for model in ROWS if DELETE in admin.site._registry[model].admin_may]
PLACES = "admin:members_place_changelist"


def address(row, what="delete"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{what}", args=[row.pk])


def listed(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def asked(answer):
    """What the page that asks before deleting sends."""
    (form,) = [form for form in forms_of(answer.content.decode()) if "post" in form.sent]
    return form.sent


def told(answer):
    return [str(message).replace("\u202f", " ") for message in answer.context["messages"]]


def change(row):
    """Change one column of a row as another person may, past every action; the name of that column."""
    # What a row is decides in which lists it stands: that comes last.
    for column in sorted(row._meta.concrete_fields, key=lambda column: bool(column.choices)):
        value = getattr(row, column.name)
        if column.unique or not column.editable or column.primary_key:
            continue
        if isinstance(column, models.CharField | models.TextField) and column.choices:
            value = next(code for code, _label in column.flatchoices if code != value)
        elif isinstance(column, models.CharField | models.TextField):
            value = "Autre"
        elif isinstance(column, models.IntegerField):
            value = (value or 1) + 1
        elif isinstance(column, models.DateField) and value:
            # What begins an hour later still ends after it began.
            value += timedelta(hours=1) if isinstance(column, models.DateTimeField) else timedelta(days=1)
        else:
            continue
        type(row)._base_manager.filter(pk=row.pk).update(**{column.name: value})
        return str(column.verbose_name).lower().replace("\u202f", " ")
    raise AssertionError(f"{row!r} has nothing to change")


def made(model):
    """A row as its own list gives it."""
    return model._base_manager.get(pk=ROWS[model]().pk)


def is_there(row):
    return type(row)._base_manager.filter(pk=row.pk).exists()


@pytest.fixture
def head(client):
    person = UserFactory(administrator=True, first_name="Zoé", last_name="Martin")
    client.force_login(person)
    return person


@pytest.fixture
def other():
    """Somebody else who may change everything."""
    client = Client()
    client.force_login(UserFactory(administrator=True, first_name="Paul", last_name="Roy"))
    return client


def save(client, row, **typed):
    page = client.get(address(row, "change")).content.decode()
    (form,) = [form for form in forms_of(page) if "opened" in form.sent]
    assert client.post(address(row, "change"), form.sent | typed).status_code == 302


class TestEveryList:
    """The kind: no list deletes what its person has not read."""

    def test_every_list_deletes_through_the_guard(self):
        assert len(DELETED) > 10
        assert all(isinstance(one, PortalModelAdmin) for one in admin.site._registry.values())
        (action,) = [action for name, action in admin.site.actions if name == "delete_selected"]
        assert action.__module__ == "diginor.admin.deletions"

    @pytest.mark.parametrize("model", DELETED, ids=lambda model: model.__name__)
    def test_a_row_that_another_changed_is_deleted_only_once_that_is_told(self, client, head, model):
        row = made(model)
        sent = asked(client.get(address(row)))
        label = change(row)
        answer = client.post(address(row), sent)
        assert answer.status_code == 409
        assert is_there(row)
        assert any("a changé depuis que vous avez ouvert cette page" in text for text in told(answer))
        assert any(label in text.lower() for text in told(answer))
        assert client.post(address(row), asked(answer)).status_code == 302
        assert not is_there(row)

    @pytest.mark.parametrize("model", DELETED, ids=lambda model: model.__name__)
    def test_a_row_that_nobody_changed_is_deleted_at_once(self, client, head, model):
        row = made(model)
        assert client.post(address(row), asked(client.get(address(row)))).status_code == 302
        assert not is_there(row)

    @pytest.mark.parametrize("model", DELETED, ids=lambda model: model.__name__)
    def test_several_rows_of_which_another_changed_one_all_stay_until_that_is_told(self, client, head, model):
        rows = [made(model), made(model)]
        chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows]}
        sent = asked(client.post(listed(model), chosen))
        label = change(rows[1])
        answer = client.post(listed(model), sent)
        assert answer.status_code == 409
        assert all(map(is_there, rows))
        assert any(label in text.lower() for text in told(answer))
        assert client.post(listed(model), asked(answer)).status_code == 302
        assert not any(map(is_there, rows))


class TestWords:
    """What is told, and by whom it was done."""

    def test_the_value_its_author_and_its_time(self, client, head, other, clock):
        place = PlaceFactory(name="La Serre", note="")
        sent = asked(client.get(address(place)))
        clock.advance(minutes=5)
        save(other, place, note="Fermé en août")
        answer = client.post(address(place), sent)
        assert told(answer) == [
            "« La Serre » a changé depuis que vous avez ouvert cette page : « Précision » dit maintenant"
            " « Fermé en août » (Paul Roy, 10 mars 2026 à 9 h 05).",
            "Rien n’est supprimé. Relisez ce qui va l’être, puis confirmez à nouveau.",
        ]

    def test_the_author_is_named_in_english_too(self, head, other, clock):
        place = PlaceFactory(name="La Serre", note="")
        seal = Taken([place], is_held=False).seal()
        clock.advance(minutes=5)
        save(other, place, note="Fermé en août")
        with override("en"):
            (text,) = Taken([place], is_held=False).news(seal)
        assert text.endswith("now says “Fermé en août” (Paul Roy, 10 March 2026 at 09:05).")

    def test_nobody_is_named_for_what_the_journal_does_not_know(self, client, head, other, clock):
        place = PlaceFactory(name="La Serre", note="Ancienne")
        save(other, place, note="Vieille")
        clock.advance(minutes=5)
        sent = asked(client.get(address(place)))
        Place.objects.filter(pk=place.pk).update(note="")
        answer = client.post(address(place), sent)
        assert told(answer)[0].endswith(": « Précision » est maintenant vide.")

    def test_what_goes_with_the_row_counts_too(self, client, head, other, clock):
        place = PlaceFactory(name="La Serre")
        kept = PlaceLabel.objects.create(place=place, year=2024, name="Fabrique", source="DGE")
        sent = asked(client.get(address(place)))
        save(other, place, **{"labels-0-source": "Région"})
        PlaceLabel.objects.create(place=place, year=2025, name="Campus", source="DGE")
        first, second, _last = told(client.post(address(place), sent))
        assert "Fabrique" in first
        assert "« Source » dit maintenant « Région » (Paul Roy" in first
        assert second.startswith("Nouveau depuis que vous avez ouvert cette page, et supprimé avec le reste :")
        assert "Campus" in second
        assert is_there(kept)

    def test_a_link_to_another_row_is_named_by_its_ends(self, client, head):
        hub = HubFactory(name="Guichet du Nord")
        sent = asked(client.get(address(hub)))
        hub.organisations.add(OrganisationFactory(name="Atelier"))
        text = " ".join(told(client.post(address(hub), sent)))
        assert "Guichet du Nord – Atelier" in text or "Atelier – Guichet du Nord" in text

    def test_ten_changes_are_told_and_the_others_counted(self, client, head):
        places = [PlaceFactory() for _number in range(12)]
        chosen = {"action": "delete_selected", "_selected_action": [place.pk for place in places]}
        sent = asked(client.post(reverse(PLACES), chosen))
        Place.objects.update(note="Autre")
        texts = told(client.post(reverse(PLACES), sent))
        assert len(texts) == 12
        assert texts[10] == "Et 2 autres fiches ont changé."


class TestSeal:
    """What the page says of what was read."""

    @pytest.mark.parametrize("written", ["", "abc"], ids=["empty", "no signature"])
    def test_whoever_did_not_read_is_asked_first(self, client, head, written):
        place = PlaceFactory()
        answer = client.post(address(place), {"post": "yes", "read": written})
        assert answer.status_code == 409
        assert told(answer) == ["Rien n’est supprimé. Relisez ce qui va l’être, puis confirmez à nouveau."]
        assert is_there(place)

    def test_the_seal_of_another_row_proves_nothing(self, client, head):
        place, another = PlaceFactory(), PlaceFactory()
        sent = asked(client.get(address(another)))
        assert client.post(address(place), sent).status_code == 409
        assert is_there(place)

    def test_a_value_that_came_back_is_no_change(self, client, head):
        role = HubRoleFactory()
        sent = asked(client.get(address(role)))
        HubRole.objects.filter(pk=role.pk).update(kind=role.kind)
        assert client.post(address(role), sent).status_code == 302

    def test_the_journal_notes_a_deletion_once(self, client, head):
        place = PlaceFactory()
        sent = asked(client.get(address(place)))
        change(place)
        answer = client.post(address(place), sent)
        assert not LogEntry.objects.exists()
        client.post(address(place), asked(answer))
        assert LogEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_deletes_at_the_instant_another_saves_never_takes_that_away_unread():
    place = PlaceFactory(note="")
    clients = []
    for _number in range(2):
        client = Client()
        client.force_login(UserFactory(administrator=True))
        clients.append(client)
    deletes = asked(clients[0].get(address(place)))
    page = clients[1].get(address(place, "change")).content.decode()
    (form,) = [form for form in forms_of(page) if "opened" in form.sent]
    results = at_once(
        partial(_status, clients[0], address(place), deletes),
        partial(_status, clients[1], address(place, "change"), form.sent | {"note": "Neuve"}),
    )
    # Either the page asks again, or it came first and there was nothing to save any more.
    assert is_there(place) == (results[0] == 409)
    assert LogEntry.objects.count() == 1


def _status(client, page, sent):
    return client.post(page, sent).status_code
