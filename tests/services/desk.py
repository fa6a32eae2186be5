"""How tests use the desk: open a page, take a step, read what is shown and said."""

from django.contrib.messages import get_messages
from django.urls import reverse


def page(client, row=None, **query):
    address = reverse("admin:triage_request", args=[row.code]) if row else reverse("admin:triage")
    return client.get(address, query)


def take(client, step, row, **data):
    return client.post(reverse(f"admin:triage_{step}", args=[row.code]), data)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def names(response):
    return [line["row"].company_name for line in response.context["queue_pane"].lines]
