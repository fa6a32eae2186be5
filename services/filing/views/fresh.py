"""A form whose draft is not open in this browser any more: it begins another request, and nothing typed is lost."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from diginor.attempts.throttle import source
from services.filing import actions
from services.filing.forms.steps import CompanyForm, ContactForm, LaterForm
from services.filing.views.session import Filing
from services.requests import throttle
from services.requests.forms import read_files
from services.requests.models import ServiceRequest

Keep = Callable[[ServiceRequest], None]
Typed = Callable[[HttpRequest], Keep | None]


def begin_again(request: HttpRequest, filing: Filing, typed: Typed) -> HttpResponse:
    """Answer a form whose draft is not open here: what it holds begins another, and nothing of the first is shown."""
    keep = typed(request) if filing.has_receiver else None
    if keep is None or not throttle.may_open_draft(source(request)):
        text = _("Cette demande n’est plus ouverte ici. Reprenez-la par le lien reçu, ou recommencez.")
        messages.warning(request, text)
        return redirect("filing_start")
    draft = open_draft(filing)
    keep(draft)
    text = _(
        "Cette demande n’est plus ouverte ici : reprenez-la par le lien reçu, ou redites votre besoin. "
        "Ce que vous venez d’écrire est conservé."
    )
    messages.warning(request, text)
    return filing.to("filing_need")


def open_draft(filing: Filing) -> ServiceRequest:
    """Begin a draft in this tab."""
    draft = actions.start_draft(hub=filing.asked_hub, language=(get_language() or "fr")[:2])
    filing.open(draft)
    return draft


def typed_company(request: HttpRequest) -> Keep | None:
    """What the form of the second step holds."""
    form = CompanyForm(request.POST)
    form.is_valid()
    company = {"commune": None, **form.company()}
    return (lambda draft: actions.save_company(draft, **company)) if any(company.values()) else None


def typed_contact(request: HttpRequest) -> Keep | None:
    """What the form of the third step holds."""
    form = ContactForm(request.POST, request.FILES)
    contact = form.contact
    # The field knows its good files once the form was read.
    files = read_files(form, "files")

    def keep(draft: ServiceRequest) -> None:
        actions.save_contact(draft, **contact)
        actions.add_files(draft, files)

    return keep if any(contact.values()) or files else None


def typed_address(request: HttpRequest) -> Keep | None:
    """What the form of the page that sends a link holds."""
    form = LaterForm(request.POST)
    if not form.is_valid():
        return None
    return lambda draft: actions.save_contact(draft, contact_email=form.cleaned_data["email"])
