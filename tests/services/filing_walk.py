"""Walking through the filing as a browser without JavaScript does."""

from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

from services.requests.models import ServiceRequest

NEED = {"sujet": "", "famille": "", "need": "Nous voulons savoir si un robot peut charger nos machines la nuit."}
COMPANY = {
    "company_name": "Menuiserie du Roc",
    "siret": "732 829 320 00074",
    "commune": "Granville",
    "size": "10-49",
}
CONTACT = {"contact_name": "Anne Lebrun", "contact_email": "anne@menuiserie.example", "contact_phone": "02 33 50 00 00"}


def leads(response: Any) -> str:
    """The page that an answer leads to, whatever the tab."""
    return urlsplit(response.url).path


def last(client: Client) -> dict[str, str]:
    """The address of what was begun last in this browser, as its steps lead from one to the next."""
    begun = client.session.get("filing", {}).get("drafts", [])
    return {"demande": begun[-1]["name"]} if begun else {}


def fields_of(client: Client, name: str, tab: dict[str, str] | None = None) -> dict[str, str]:
    """The hidden fields that the page of a step sends back; the first step is blank unless a tab is told."""
    response = client.get(reverse(name), tab or {})
    form = response.context["form"]
    sent = {"draft": response.context["filing"].name}
    if "opened" in form.fields:
        sent["opened"] = form["opened"].value()
    return sent


def send(client: Client, name: str, data: dict[str, Any], **changes: Any) -> Any:
    """Open a step, fill it in, and send it."""
    return client.post(reverse(name), {**fields_of(client, name), **data, **changes})


def write_draft(client: Client, *, until: str = "contact") -> ServiceRequest:
    """Fill in the steps before this one."""
    assert send(client, "filing_need", NEED).status_code == 302
    if until == "contact":
        response = send(client, "filing_company", COMPANY)
        assert response.status_code == 302, response.context["form"].errors
    return begun(client)


def begun(client: Client) -> ServiceRequest:
    """What was begun last in this browser."""
    return ServiceRequest.objects.get(code=client.session["filing"]["drafts"][-1]["code"])


def file_request(client: Client, **changes: Any) -> ServiceRequest:
    """Walk through the three steps."""
    draft = write_draft(client)
    response = send(client, "filing_contact", CONTACT, **changes)
    assert response.status_code == 302, response.context["form"].errors
    draft.refresh_from_db()
    return draft
