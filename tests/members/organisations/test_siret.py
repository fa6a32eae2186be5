"""A SIRET, wherever one enters: numbers made of zeros pass the checksum and are no company's."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.test import RequestFactory, override_settings
from django.urls import reverse

from members.directory.forms.organisation import ListingForm, OwnPageForm
from members.organisations import company_search
from members.organisations.models import Organisation
from members.organisations.rules.siret import read
from services.filing.forms.steps import CompanyForm
from tests.factories.members import OrganisationFactory, UserFactory, siret
from tests.members.files import Exchange

pytestmark = pytest.mark.django_db
GOOD = siret(7)
WRONG = {
    "00000000000000": "zéros",
    "0000 0000 0000 00": "zéros",
    "000000000": "zéros",
    "000 000 000 00018": "zéros",
    "0": "14 chiffres",
    GOOD[:9]: "SIREN",
    GOOD[:13]: "14 chiffres",
    GOOD[:13] + str((int(GOOD[13]) + 1) % 10): "un chiffre est faux",
    "SIRET": "chiffres",
}
SPACED = f"{GOOD[:3]} {GOOD[3:6]} {GOOD[6:9]} {GOOD[9:]}"
WRITTEN = [GOOD, SPACED, f" {GOOD[:9]}\u00a0{GOOD[9:]}\u202f", f"{GOOD}\u200b"]


def forms() -> Iterator[BaseForm]:
    """Every form of the portal and of the administration with a SIRET, empty."""
    yield CompanyForm({})
    yield ListingForm({})
    yield OwnPageForm({}, organisation=OrganisationFactory(siret=""))
    request: Any = RequestFactory().get("/")
    request.user = UserFactory(is_superuser=True)
    for model in apps.get_models():
        if any(field.name == "siret" for field in model._meta.fields) and site.is_registered(model):
            admin = site._registry[model]
            if admin.has_add_permission(request):
                yield admin.get_form(request)({})


def said(form: BaseForm, text: str) -> Any:
    """What a form keeps of a SIRET; ValidationError when it refuses it."""
    kept = form.fields["siret"].clean(text)
    form.cleaned_data = {"siret": kept}
    return getattr(form, "clean_siret", lambda: kept)()


@pytest.mark.parametrize("text", WRONG)
def test_every_form_refuses_what_is_no_siret_and_says_why(text: str) -> None:
    tried = list(forms())
    assert len(tried) >= 4
    for form in tried:
        with pytest.raises(ValidationError, match=WRONG[text]):
            said(form, text)


@pytest.mark.parametrize("text", WRITTEN)
def test_every_form_keeps_the_digits_of_a_siret_however_it_is_written(text: str) -> None:
    assert {said(form, text) for form in forms()} == {GOOD}


def test_every_form_of_the_portal_takes_a_siret_through_the_same_field() -> None:
    assert len({type(form.fields["siret"]) for form in forms()}) == 1


@pytest.mark.parametrize("text", WRONG)
def test_every_model_refuses_what_is_no_siret(text: str) -> None:
    models = [model for model in apps.get_models() if any(field.name == "siret" for field in model._meta.fields)]
    assert len(models) >= 2
    for model in models:
        with pytest.raises(ValidationError):
            model._meta.get_field("siret").run_validators(text)


def test_a_file_with_a_siret_of_zeros_is_refused_by_its_line() -> None:
    desk = Exchange(UserFactory(is_superuser=True))
    desk.send([{"Nom": "Zéro", "SIRET": "00000000000000"}])
    assert "Ligne 2, colonne SIRET" in desk.faults[0]
    assert "zéros" in desk.faults[0]
    assert not Organisation.objects.filter(name="Zéro").exists()


@override_settings(COMPANY_SEARCH_URL="http://127.0.0.1:9")
def test_the_company_search_is_not_asked_about_zeros(client: Any) -> None:
    assert company_search.look_up("00000000000000").answer == company_search.Answer.UNKNOWN


def test_the_administration_finds_a_siret_pasted_with_no_break_spaces(client: Any) -> None:
    OrganisationFactory(siret=GOOD, name="Trouvée")
    client.force_login(UserFactory(is_superuser=True))
    page = client.get(reverse("admin:members_organisation_changelist"), {"q": WRITTEN[2]}).content.decode()
    assert "Trouvée" in page


def test_the_establishments_of_la_poste_keep_their_own_checksum() -> None:
    assert read("356 000 000 00048") == read("35600000000048")
    assert not read("35600000000048").problem
