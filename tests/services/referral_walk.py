"""How tests use the page of a referral: take a step, read what is said."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone


def do(client, step, row, data=None, **extra):
    return client.post(reverse(f"referral_{step}", args=[row.code]), data or {}, follow=True, **extra)


def said(answer):
    return " ".join(str(message) for message in answer.context["messages"])


def in_days(number):
    return (timezone.localdate() + dt.timedelta(days=number)).isoformat()
