"""Two people who edit the same row: nothing is lost in silence, whatever the form."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core import signing
from django.db import models
from django.test import Client
from django.urls import get_resolver, reverse

from diginor.admin.base import CHANGE as MAY_CHANGE
from diginor.admin.base import PortalModelAdmin
from diginor.web.edits import SEAL, Guard, fingerprint
from members.accounts.forms.sign_in import OwnWords
from members.organisations.models import Organisation
from members.places.models import Place, PlaceLabel
from members.territories.models import DrawnTerritory, TerritoryPart
from tests.diginor.admin.test_admin_speed import ROWS
from tests.factories.members import UserFactory, commune
from tests.factories.places import PlaceFactory
from tests.sources import APPS
from tests.visitor import forms_of

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
EDITED = [model for model in ROWS if MAY_CHANGE in admin.site._registry[model].admin_may]
# Forms that change no value of a row that others may change too: what they do instead.
NOT_EDITS = {
    "are a part of other forms": "CommuneMixin WhereaboutsMixin Partial RobotChecks OrganisationPageForm",
    "choose what a page shows": "DirectorySearch HubFinder AddressForm CoverageForm FiltersForm",
    "add a row": "ListingForm AbsenceForm TeamAbsenceForm InviteForm ReplyForm",
    "take a step, which the state of the row guards": "RefusalForm WithdrawForm OpinionForm ReassignForm KeepForm",
    "write a draft that one person has": "CompanyForm ContactForm LaterForm NeedForm",
    "end what a person has": "BreakLinkForm CloseAccountForm ErasureForm ErasureTargetForm",
}


def change_page(model, row):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])


def made(model):
    """A row that its own page accepts."""
    row = ROWS[model]()
    if model is DrawnTerritory:
        TerritoryPart.objects.create(drawn_id=row.pk, part=commune())
    return row


def opened(answer, name=SEAL):
    """What the form of a page sends when nobody touches it."""
    (form,) = [form for form in forms_of(answer.content.decode()) if name in form.sent]
    return form.sent


def texts(row, form):
    """The columns of a row that the page shows as one short text or number, with what another person writes in each."""
    found = {}
    for column in row._meta.concrete_fields:
        plain = type(form.get(column.name)) in (forms.CharField, forms.IntegerField) and not column.choices
        if not plain or column.unique or (len(column.validators) > 1 and isinstance(column, models.CharField)):
            continue
        value = getattr(row, column.name)
        if isinstance(column, models.CharField | models.TextField):
            found[column.name] = "Autre"
        elif isinstance(column, models.PositiveIntegerField | models.PositiveSmallIntegerField):
            found[column.name] = (value or 1) + 1
    return found


@pytest.fixture
def head(client):
    person = UserFactory(administrator=True, first_name="Zoé", last_name="Martin")
    client.force_login(person)
    return person


class TestEveryForm:
    """The kind: no form changes a row without its guard."""

    def test_every_list_and_every_inline_edits_with_a_guard(self):
        lists = [admin.site._registry[model] for model in EDITED]
        edits = [*lists, *(inline(one.model, admin.site) for one in lists for inline in one.inlines)]
        assert len(edits) > 20
        assert not [type(one).__name__ for one in edits if not issubclass(one.form, Guard)]

    def test_a_list_without_the_guard_does_not_start(self):
        class Bare(PortalModelAdmin):
            shows_every_row = True
            form = forms.ModelForm

        with pytest.raises(Exception, match="SharedModelForm"):
            Bare(Organisation, admin.site)

    def test_every_form_of_the_project_is_guarded_or_says_what_it_does_instead(self):
        # Pages bring their forms with them.
        assert get_resolver().url_patterns
        own = {form for form in _under(forms.BaseForm) if form.__module__.partition(".")[0] in APPS}
        bare = {form for form in own if not issubclass(form, (Guard, OwnWords))}
        steps = {form for form in bare if any(base.__name__ == "StepForm" for base in form.__mro__)}
        assert not [form.__name__ for form in bare if issubclass(form, forms.BaseModelForm)]
        told = " ".join(NOT_EDITS.values()).split()
        assert sorted(form.__name__ for form in bare - steps) == sorted(told)


def _under(kind):
    found = set(kind.__subclasses__())
    return found | {deeper for one in found for deeper in _under(one)}


class TestAdministration:
    """Every sheet of the administration."""

    @pytest.mark.parametrize("model", EDITED, ids=lambda model: model.__name__)
    def test_what_another_person_changed_alone_stays(self, client, head, model):
        row = made(model)
        page = client.get(change_page(model, row))
        sent = opened(page)
        other = texts(row, page.context["adminform"].form.fields)
        model._base_manager.filter(pk=row.pk).update(**other)
        answer = client.post(change_page(model, row), sent, follow=True)
        assert answer.redirect_chain, _errors(answer)
        kept = model._base_manager.get(pk=row.pk)
        assert {name: getattr(kept, name) for name in other} == other

    @pytest.mark.parametrize("model", EDITED, ids=lambda model: model.__name__)
    def test_sending_a_page_as_it_was_opened_is_no_change(self, client, head, model):
        row = made(model)
        before = model._base_manager.filter(pk=row.pk).values().get()
        page = client.get(change_page(model, row))
        answer = client.post(change_page(model, row), opened(page), follow=True)
        assert answer.redirect_chain, _errors(answer)
        form = page.context["adminform"].form
        after = model._base_manager.filter(pk=row.pk).values().get()
        assert {name: after[name] for name in form.fields if name in after} == {
            name: before[name] for name in form.fields if name in before
        }
        assert [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")] == ["Aucun champ modifié."]

    @pytest.mark.parametrize("model", EDITED, ids=lambda model: model.__name__)
    def test_what_both_changed_is_told_once_beside_its_field(self, client, head, model):
        row = made(model)
        page = client.get(change_page(model, row))
        other = texts(row, page.context["adminform"].form.fields)
        mine = {name: "Mien" if value == "Autre" else value + 1 for name, value in other.items()}
        model._base_manager.filter(pk=row.pk).update(**other)
        answer = client.post(change_page(model, row), opened(page) | mine, follow=True)
        if not other:
            return
        form = answer.context["adminform"].form
        assert set(form.errors) == set(other)
        assert all("pendant que vous aviez cette page ouverte" in str(form.errors[name]) for name in other)
        now = model._base_manager.get(pk=row.pk)
        assert {name: getattr(now, name) for name in other} == other
        again = opened(answer)
        assert {name: again[name] for name in mine} == {name: [str(value)] for name, value in mine.items()}
        assert client.post(change_page(model, row), again, follow=True).redirect_chain
        now = model._base_manager.get(pk=row.pk)
        assert {name: getattr(now, name) for name in mine} == mine


def _errors(answer):
    form = answer.context["adminform"].form
    return form.errors, [one.formset.errors for one in answer.context["inline_admin_formsets"]]


class TestLines:
    """The lines of a sheet, and who changed what."""

    def page(self, place):
        return reverse("admin:members_place_change", args=[place.pk])

    @pytest.fixture
    def label(self):
        return PlaceLabel.objects.create(place=PlaceFactory(), year=2024, name="Ancien", source="DGE")

    def test_a_line_keeps_what_another_person_changed_alone(self, client, head, label):
        sent = opened(client.get(self.page(label.place)))
        PlaceLabel.objects.filter(pk=label.pk).update(name="Autre")
        answer = client.post(self.page(label.place), sent | {"labels-0-source": "Région"}, follow=True)
        label.refresh_from_db()
        assert (label.name, label.source) == ("Autre", "Région")
        told = [str(message).replace("\u202f", " ") for message in answer.context["messages"]]
        assert told[0] == "Pendant que vous écriviez, d’autres ont changé « Label » : ces valeurs sont gardées."

    def test_a_line_that_both_changed_is_told_with_the_name_of_the_other(self, client, head, label):
        mine = opened(client.get(self.page(label.place))) | {"labels-0-name": "Mien"}
        other = Client()
        other.force_login(UserFactory(administrator=True, first_name="Paul", last_name="Roy"))
        theirs = opened(other.get(self.page(label.place))) | {"labels-0-name": "Autre"}
        other.post(self.page(label.place), theirs)
        answer = client.post(self.page(label.place), mine)
        assert "Paul Roy a écrit ici « Autre »" in answer.content.decode().replace("\u202f", " ")
        label.refresh_from_db()
        assert label.name == "Autre"
        client.post(self.page(label.place), opened(answer))
        label.refresh_from_db()
        assert label.name == "Mien"

    def test_a_line_that_another_changed_is_deleted_only_once_that_is_told(self, client, head, label):
        sent = opened(client.get(self.page(label.place))) | {"labels-0-DELETE": "on"}
        PlaceLabel.objects.filter(pk=label.pk).update(name="Autre")
        answer = client.post(self.page(label.place), sent)
        assert "a changé pendant que vous aviez cette page ouverte" in answer.content.decode()
        assert PlaceLabel.objects.filter(pk=label.pk).exists()
        client.post(self.page(label.place), opened(answer))
        assert not PlaceLabel.objects.filter(pk=label.pk).exists()

    def test_the_journal_does_not_credit_what_was_only_kept(self, client, head, label):
        sent = opened(client.get(self.page(label.place)))
        Place.objects.filter(pk=label.place.pk).update(theme_note="Autre")
        client.post(self.page(label.place), sent | {"note": "Une note"})
        assert LogEntry.objects.get().get_change_message() == "Modification de Précision."
        label.place.refresh_from_db()
        assert label.place.theme_note == "Autre"


class TestSeal:
    """What a form says of what was seen."""

    # The signatures tell the time: named, the cases are the same for every process that runs the tests.
    @pytest.mark.parametrize(
        "written",
        ["", "abc", "{}", signing.dumps([]), signing.dumps([1, 2], salt=SEAL)],
        ids=["empty", "no signature", "no list", "another seal", "two values"],
    )
    def test_a_form_without_a_true_seal_overwrites_nothing_in_silence(self, client, head, written):
        place = PlaceFactory(note="Autre")
        page = reverse("admin:members_place_change", args=[place.pk])
        sent = opened(client.get(page)) | {"note": "Mien", SEAL: written}
        answer = client.post(page, sent)
        assert "il dit maintenant" in str(answer.context["adminform"].form.errors["note"])
        place.refresh_from_db()
        assert place.note == "Autre"

    def test_the_seal_of_another_row_proves_nothing(self, client, head):
        place, other = PlaceFactory(note="Autre"), PlaceFactory(note="Autre")
        there = opened(client.get(reverse("admin:members_place_change", args=[other.pk])))
        page = reverse("admin:members_place_change", args=[place.pk])
        answer = client.post(page, opened(client.get(page)) | {"note": "Mien", SEAL: there[SEAL]})
        assert "note" in answer.context["adminform"].form.errors

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (None, ""), ([], ""), (None, []), ("a\nb", "a\r\nb"), (" a", "a"), (Decimal("5.00"), Decimal(5)),
            (7, "7"), (["a"], ("a",)), (datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 13, tzinfo=PARIS)),
        ],
    )  # fmt: skip
    def test_the_same_value_has_the_same_mark_in_the_row_and_from_the_browser(self, before, after):
        assert fingerprint(before) == fingerprint(after)

    @pytest.mark.parametrize(
        ("before", "after"),
        [(False, None), (0, None), ("a", "b"), (["a", "b"], ["b", "a"]), ({"a": 1}, {"a": 2}), (["a,b"], ["a", "b"])],
    )
    def test_different_values_have_different_marks(self, before, after):
        assert fingerprint(before) != fingerprint(after)
