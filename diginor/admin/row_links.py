"""The rows that a sheet names without changing them: a link only where its reader may open them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import AdminReadonlyField
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest

Rows = Mapping[type[Model], set[Any]]


class ShownField(AdminReadonlyField):
    """A field that is only shown."""

    def __init__(self, stock: AdminReadonlyField, rows: Rows) -> None:
        super().__init__(stock.form, stock.field["field"], stock.is_first, stock.model_admin)
        self.rows = rows

    def get_admin_url(self, remote_field: Any, remote_obj: Any) -> str:
        """The link to a row, or its name alone where the administration would refuse to open it."""
        is_open = remote_obj.pk in self.rows.get(remote_field.model, ())
        return super().get_admin_url(remote_field, remote_obj) if is_open else str(remote_obj)


def rows_to_open(site: AdminSite, request: HttpRequest, page: Mapping[str, Any]) -> Rows:
    """The keys of the rows that a sheet and its tables name and that the person may open, asked once for each model."""
    found: defaultdict[type[Model], set[Any]] = defaultdict(set)
    for model, key in _named(page):
        found[model].add(key)
    may_view = {model: site._registry[model] for model in found if model in site._registry}
    return {
        model: set(rows.get_queryset(request).filter(pk__in=found[model]).order_by("pk").values_list("pk", flat=True))
        for model, rows in may_view.items()
        if rows.has_view_permission(request)
    }


def _named(page: Mapping[str, Any]) -> Iterator[tuple[type[Model], Any]]:
    main, tables = page["adminform"], page["inline_admin_formsets"]
    shown = [([main.form], set(main.readonly_fields)), *((table.formset.forms, _shown(table)) for table in tables)]
    for row, names in ((form.instance, names) for forms, names in shown for form in forms):
        for field in row._meta.fields:
            if field.name in names and field.remote_field and (key := getattr(row, field.attname)) is not None:
                yield field.remote_field.model, key


def _shown(table: Any) -> set[Any]:
    """The fields of a table that are only shown: all of them to whoever may not change its rows."""
    return {*table.readonly_fields, *(() if table.has_change_permission else flatten_fieldsets(table.fieldsets))}
