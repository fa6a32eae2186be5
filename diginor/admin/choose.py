"""A field that chooses rows by their name without loading them all; without JavaScript, their numbers are typed."""

import json
from typing import Any

from django import forms
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Field, QuerySet
from django.urls import reverse

from diginor.text.whole_numbers import is_whole_number


def name_of(row: Any) -> str:
    """A row as it is offered in a choice."""
    return str(getattr(row, "label", row))


class Chooser(forms.TextInput):
    """Holds one primary key, or several separated by commas; `choose.js` shows names instead."""

    class Media:
        js = ["js/choose.js"]

    def __init__(self, db_field: Field, rows: QuerySet, attrs: dict[str, Any] | None = None):
        super().__init__(attrs)
        self.rows = rows
        self.db_field = db_field
        self.is_many = bool(db_field.many_to_many)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """One key, or the list of them."""
        written = data.get(name)
        if not self.is_many or written is None:
            return written
        written = written if isinstance(written, str) else ",".join(map(str, written))
        return [key.strip() for key in written.split(",") if key.strip()]

    def format_value(self, value: Any) -> str:
        """The keys as they are typed."""
        keys = value if isinstance(value, list | tuple) else [value]
        return ",".join(str(key) for key in keys if key not in (None, ""))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Tell the script where to ask, and the names of what is chosen."""
        context = super().get_context(name, value, attrs)
        meta = self.db_field.model._meta
        ask = f"app_label={meta.app_label}&model_name={meta.model_name}&field_name={self.db_field.name}"
        context["widget"]["attrs"] |= {
            "data-choose": f"{reverse('admin:autocomplete')}?{ask}",
            "data-choose-labels": json.dumps(self._names(self.format_value(value)), ensure_ascii=False),
            **({"data-choose-many": True} if self.is_many else {}),
        }
        return context

    def _names(self, written: str) -> list[tuple[str, str]]:
        keys = [key for key in written.split(",") if is_whole_number(key)]
        if not keys:
            return []
        return [(str(row.pk), name_of(row)) for row in self.rows.filter(pk__in=keys).order_by("pk")]


class ChoiceView(AutocompleteJsonView):
    """Answers the choosers, each row under the name by which people recognise it."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """The key and the name of a row."""
        return {**super().serialize_result(obj, to_field_name), "text": name_of(obj)}
