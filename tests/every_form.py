"""Every form that anybody fills in here: ours, those of the administration with their inlines, and allauth's in use."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.forms.forms import BaseForm
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils.module_loading import import_string

from members.people.models import User
from tests.sources import APPS

Named = Iterator[tuple[str, forms.Field]]


def _kinds(parent: type = BaseForm) -> Iterator[type]:
    for kind in parent.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _administration() -> Iterator[type]:
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True)
    for sheet in admin.site._registry.values():
        yield sheet.get_form(request)
        for inline in sheet.get_inline_instances(request):
            yield inline.get_formset(request).form


def every_form() -> list[Any]:
    """The classes of the forms, each once."""
    # Reading the addresses imports whatever answers to them.
    _every_address = get_resolver().reverse_dict
    named = {**settings.ACCOUNT_FORMS, **settings.MFA_FORMS}.values()
    ours = (kind for kind in _kinds() if kind.__module__.partition(".")[0] in APPS)
    return list(dict.fromkeys([*map(import_string, named), *_administration(), *ours]))


def fields(kind: type[forms.Field]) -> Named:
    """Yield every field of a kind, with the form and the name under which one finds it."""
    for form in every_form():
        for name, field in form.base_fields.items():
            if isinstance(field, kind):
                yield f"{form.__module__}.{form.__name__}.{name}", field


def lines() -> list[tuple[str, forms.CharField]]:
    """The texts that are written in one line; a password is none of them: it is what it is."""
    apart = (forms.HiddenInput, forms.PasswordInput)
    found = [
        (name, field)
        for name, field in fields(forms.CharField)
        if isinstance(_bare(field), forms.widgets.Input) and not isinstance(_bare(field), apart)
    ]
    assert len(found) > 60
    return found  # type: ignore[return-value]


def areas() -> list[tuple[str, forms.CharField]]:
    """The texts that are written in several lines."""
    found = [(name, field) for name, field in fields(forms.CharField) if isinstance(_bare(field), forms.Textarea)]
    assert len(found) > 20
    return found  # type: ignore[return-value]


def addresses() -> list[tuple[str, forms.EmailField]]:
    """The fields for an e-mail address."""
    found = list(fields(forms.EmailField))
    assert len(found) > 8
    return found  # type: ignore[return-value]


def _bare(field: forms.Field) -> forms.Widget:
    """A widget without what the administration draws around it."""
    return getattr(field.widget, "widget", field.widget)


def answer(field: forms.Field, text: str) -> Any:
    """What a field makes of a text: its value, or the codes of what it refuses."""
    try:
        return field.clean(text)
    except forms.ValidationError as error:
        return sorted(str(one.code) for one in error.error_list)
