"""Two people who edit the same sheet, account, team or place, one after the other or at the same instant."""

from functools import partial

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from members.organisations.models import Organisation
from members.people.models import Membership
from tests.factories.members import HubFactory, OrganisationFactory, UserFactory, commune
from tests.factories.places import PlaceFactory
from tests.services.requests.test_races import at_once
from tests.visitor import forms_of

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 300


def opened(client, page):
    (form,) = [form for form in forms_of(client.get(page).content.decode()) if "opened" in form.sent]
    return form.sent


def again(answer):
    (form,) = [form for form in forms_of(answer.content.decode()) if "opened" in form.sent]
    return form.sent


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def saved(client, sent, page):
    return client.post(page, sent).status_code


def words(answer):
    return answer.content.decode().replace("\u202f", " ").replace("&#x27;", "'")


@pytest.mark.django_db
class TestPages:
    """The forms of the space and of the directory."""

    @pytest.fixture
    def place(self):
        facts = {"name": "Atelier des Vagues", "commune": commune(), "is_listed": True, "capacity": 20}
        return OrganisationFactory(of_hub=HubFactory(), **facts)

    @pytest.fixture
    def anne(self, place):
        return signed_in(UserFactory(manager_of=place, first_name="Anne", last_name="Roy"))

    @pytest.fixture
    def paul(self, place):
        return signed_in(UserFactory(manager_of=place, first_name="Paul", last_name="Petit"))

    def test_two_managers_of_a_sheet_lose_nothing(self, place, anne, paul):
        page = reverse("organisation_edit")
        mine, theirs = opened(anne, page), opened(paul, page)
        paul.post(page, theirs | {"street": "1 rue du Port", "public_phone": "02 31 00 00 01"})
        answer = anne.post(page, mine | {"description": "Nous aidons.", "public_phone": "02 31 00 00 02"})
        assert answer.status_code == 422
        assert "Paul Petit a écrit ici « 02 31 00 00 01 » pendant que" in words(answer)
        assert again(answer)["public_phone"] == ["02 31 00 00 02"]
        answer = anne.post(page, again(answer), follow=True)
        assert "Paul Petit a changé « Numéro et rue » : ces valeurs sont gardées." in words(answer)
        place.refresh_from_db()
        assert (place.street, place.public_phone) == ("1 rue du Port", "02 31 00 00 02")
        assert place.description == "Nous aidons."

    def test_a_commune_that_another_proposed_is_not_taken_back_by_who_left_it_alone(self, place, anne, paul):
        page = reverse("organisation_edit")
        mine, theirs = opened(anne, page), opened(paul, page)
        rouen = commune("76540", "Rouen")
        paul.post(page, theirs | {"commune": "Rouen", "commune_code": rouen.code})
        assert anne.post(page, mine | {"street": "1 rue du Port"}).status_code == 302
        assert place.proposals.pending().get().values == {"commune": rouen.code}

    def test_a_logo_that_another_just_gave_is_neither_replaced_nor_removed_in_silence(self, place, anne, paul):
        page = reverse("organisation_edit")
        paul.post(page, opened(paul, page) | {"logo": SimpleUploadedFile("a.png", PNG, "image/png")})
        before = Organisation.objects.get(pk=place.pk).logo.name
        mine = opened(anne, page)
        paul.post(page, opened(paul, page) | {"logo": SimpleUploadedFile("b.png", PNG, "image/png")})
        after = Organisation.objects.get(pk=place.pk).logo.name
        assert before != after
        for sent in ({"drop_logo": "on"}, {"logo": SimpleUploadedFile("c.png", PNG, "image/png")}):
            answer = anne.post(page, mine | sent)
            assert "Paul Petit a écrit ici « un autre fichier »" in words(answer)
        assert anne.post(page, mine | {"street": "1 rue du Port"}).status_code == 302
        assert Organisation.objects.get(pk=place.pk).logo.name == after

    def test_two_managers_of_a_capacity(self, place, anne, paul):
        mine = opened(anne, reverse("team"))
        paul.post(reverse("team_capacity"), opened(paul, reverse("team")) | {"capacity": "5"})
        answer = anne.post(reverse("team_capacity"), mine | {"capacity": "9"})
        assert answer.status_code == 422
        assert "Paul Petit a écrit ici « 5 »" in words(answer)
        anne.post(reverse("team_capacity"), again(answer))
        place.refresh_from_db()
        assert place.capacity == 9

    def test_the_desk_is_told_what_a_manager_changed(self, place, anne):
        desk = signed_in(UserFactory(administrator=True))
        page = reverse("admin:members_organisation_change", args=[place.pk])
        mine = opened(desk, page)
        anne.post(reverse("team_capacity"), opened(anne, reverse("team")) | {"capacity": "5"})
        answer = desk.post(page, mine | {"capacity": "9"})
        assert "Anne Roy a écrit ici « 5 »" in words(answer)

    def test_two_managers_of_a_role(self, place, anne, paul):
        row = Membership.objects.get(user=UserFactory(adviser_of=place))
        page, send = reverse("team_person", args=[row.code]), reverse("team_role", args=[row.code])
        mine = opened(anne, page)
        paul.post(send, opened(paul, page) | {"role": "manager"})
        answer = anne.post(send, mine | {"role": "adviser"}, follow=True)
        row.refresh_from_db()
        # Whoever leaves the role alone keeps what the other decided.
        assert row.role == "manager"
        assert answer.status_code == 200
        assert LogEntry.objects.get().user.first_name == "Paul"

    def test_the_account_of_a_person_that_an_administrator_changes_too(self):
        person = UserFactory(first_name="Anne", last_name="Roy", phone="1")
        client, page = signed_in(person), reverse("account")
        mine = opened(client, page)
        head = signed_in(UserFactory(administrator=True, first_name="Zoé", last_name="Martin"))
        sheet = reverse("admin:members_user_change", args=[person.pk])
        head.post(sheet, opened(head, sheet) | {"phone": "2", "function": "Directrice"})
        answer = client.post(page, mine | {"phone": "3"})
        assert "Zoé Martin a écrit ici « 2 »" in words(answer)
        answer = client.post(page, again(answer), follow=True)
        assert "Zoé Martin a changé « Fonction »" in words(answer)
        person.refresh_from_db()
        assert (person.phone, person.function) == ("3", "Directrice")


@pytest.mark.django_db(transaction=True)
def test_ten_people_who_save_one_sheet_at_the_same_instant_write_one_value_and_nine_are_told():
    place = PlaceFactory(note="")
    page = reverse("admin:members_place_change", args=[place.pk])
    people = [signed_in(UserFactory(administrator=True)) for _number in range(10)]
    sent = [opened(client, page) | {"note": f"Note {number}"} for number, client in enumerate(people)]
    results = at_once(*[partial(saved, *pair, page) for pair in zip(people, sent, strict=True)])
    assert sorted(results) == [200] * 9 + [302]
    assert LogEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_people_who_change_ten_fields_at_the_same_instant_lose_nothing():
    place = PlaceFactory()
    page = reverse("admin:members_place_change", args=[place.pk])
    wanted = {"name": "Un nom", "theme_note": "Un thème", "note": "Une note", "source": "DGE", "description": "Un lieu"}
    people = [signed_in(UserFactory(administrator=True)) for _name in wanted]
    sent = [opened(client, page) | {name: value} for client, (name, value) in zip(people, wanted.items(), strict=True)]
    results = at_once(*[partial(saved, *pair, page) for pair in zip(people, sent, strict=True)])
    assert results == [302] * len(wanted)
    place.refresh_from_db()
    assert {name: getattr(place, name) for name in wanted} == wanted
