"""Filling the company step from the State's record: only what is empty, and saying what was filled."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from members.directory.actions.company_completion import commune_of
from members.organisations.rules.company_record import CompanyRecord
from services.filing.forms.steps import CompanyForm

SHORT = {
    "company_name": _("nom"),
    "commune": _("commune"),
    "size": _("effectif"),
    "legal_form": _("forme juridique"),
    "naf": _("code NAF"),
    "founded_on": _("date de création"),
}
FIELDS = {
    "name": "company_name",
    "size": "size",
    "legal_form": "legal_form",
    "naf": "naf",
    "founded_on": "founded_on",
}


def completed(typed: dict[str, Any], record: CompanyRecord) -> tuple[CompanyForm, list[str]]:
    """The form with its empty fields filled, and what they are; nothing that a person wrote is replaced."""
    facts = {FIELDS[name]: value for name, value in record.facts().items()}
    added = {name: value for name, value in facts.items() if not str(typed.get(name) or "").strip()}
    is_placed = str(typed.get("commune") or typed.get("country") or "").strip()
    commune = None if is_placed else commune_of(record)
    if commune:
        added |= {"commune": commune.label, "commune_code": commune.code}
    form = CompanyForm(initial={**typed, **added})
    form.wants_details = any(name in added for name in CompanyForm.DETAILS)
    return form, [str(text) for name, text in SHORT.items() if name in added]
