"""What every list of the administration shares: no count of a whole table, no facet, rights by hub, not by group."""

from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet, URLField
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from diginor.admin import deletions
from diginor.admin.choose import Chooser
from diginor.admin.row_links import rows_to_open
from diginor.text.search import PlainText, plain, query
from diginor.web.edits import SEAL, Guard, SharedModelForm

MOST_COUNTED, MOST_FOUND = 1000, 500
VIEW, ADD, CHANGE, DELETE = "view", "add", "change", "delete"
ALL = frozenset({VIEW, ADD, CHANGE, DELETE})


class CappedPaginator(Paginator):
    """Counts no further than a thousand rows: whoever looks for more narrows the list."""

    @cached_property
    def count(self) -> int:
        """The number of rows, a thousand at most."""
        rows = self.object_list
        return rows.order_by()[:MOST_COUNTED].count() if isinstance(rows, QuerySet) else len(rows)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than those counted."""
        return self.count >= MOST_COUNTED


class Rights:
    """Who may do what: administrators everything that the list allows, the desk what `staff_may` says, in its hubs."""

    admin_may: frozenset[str] = ALL
    staff_may: frozenset[str] = frozenset({VIEW})

    def allows(self, request: HttpRequest, what: str) -> bool:
        """Tell whether the person may do something here at all; which rows is said by the queryset."""
        user: Any = request.user
        return what in (self.admin_may if user.is_superuser else self.staff_may if user.is_staff else ())

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether rows may be read."""
        return self.allows(request, VIEW) or self.allows(request, CHANGE)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether rows may be added."""
        return self.allows(request, ADD)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether rows may be changed."""
        return self.allows(request, CHANGE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether rows may be deleted."""
        return self.allows(request, DELETE)


class Scoped:
    """Shows the rows of the person's hubs, and offers only such rows in choices; without a rule it refuses to start."""

    # The way from the row to its hub; left empty, the model's own `visible_to` decides.
    hub_path: ClassVar[str] = ""
    # Said where every row may be read by whoever opens the list or the sheet.
    shows_every_row: ClassVar[bool] = False
    admin_site: Any
    model: type[Model]
    # Chosen by name among any number of rows.
    raw_id_fields: ClassVar[Any] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = [self.hub_path, hasattr(self.model._default_manager.all(), "visible_to"), self.shows_every_row]
        if not any(rules):
            name = type(self).__name__
            raise ImproperlyConfigured(f"{name} says whose rows it shows: hub_path, visible_to() or shows_every_row.")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """The rows that the person may see."""
        rows: QuerySet = super().get_queryset(request)  # type: ignore[misc]
        user: Any = request.user
        if user.is_superuser:
            return rows
        if self.hub_path:
            of_hubs = {f"{self.hub_path}__in": user.staffed_hubs()}
            if not self.hub_path.endswith("hubs"):
                return rows.filter(**of_hubs)
            # An organisation in two hubs must not show its rows twice.
            return rows.filter(pk__in=self.model._base_manager.filter(**of_hubs).values("pk"))
        return rows if self.shows_every_row else rows.visible_to(user)  # type: ignore[attr-defined]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Accept only rows that the person may see."""
        self._limit(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Accept only rows that the person may see."""
        self._limit(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def _limit(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        related = self.admin_site._registry.get(db_field.remote_field.model)
        if related is None:
            return
        rows = kwargs.setdefault("queryset", related.get_queryset(request))
        if db_field.name in self.raw_id_fields:
            kwargs.setdefault("widget", Chooser(db_field, rows))


class Guarded:
    """Forms that tell two people of each other: they carry the seal of what they were opened with."""

    form: Any = SharedModelForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not issubclass(self.form, Guard):
            raise ImproperlyConfigured(f"{type(self).__name__} edits shared rows: its form is a SharedModelForm.")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The fields that people see."""
        return [name for name in super().get_fields(request, obj) if name != SEAL]  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The same, with the seal of what is about to be changed."""
        sets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if obj is None or not self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return sets
        *first, (title, options) = sets
        return [*first, (title, {**options, "fields": [*options["fields"], SEAL]})]


def _hold(rows: QuerySet) -> None:
    """Keep rows from everybody else until the transaction ends."""
    list(rows.order_by("pk").select_for_update().values_list("pk"))


def _found(rows: QuerySet, matches: QuerySet) -> QuerySet:
    """Find before ordering: walking the order until enough rows match may read the whole table."""
    return rows.filter(pk__in=matches.order_by().values("pk")[:MOST_FOUND])


class PortalModelAdmin(Rights, Scoped, Guarded, admin.ModelAdmin):
    """A list that costs the same with a thousand rows and with a million."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 50
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    # How words are looked for, accents and case apart: the stored full text, close spellings of these indexed plain
    # columns, or a piece of these columns of a short list.
    full_text: bool = False
    close_to: tuple[str, ...] = ()
    named_by: tuple[str, ...] = ()

    def view_on_site(self, obj: Any) -> str | None:
        """The page of a row outside its sheet, when it has one that whoever reads the sheet may open."""
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the index names this list."""
        return self.has_view_permission(request)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; held, and read again, by whoever is about to change it."""
        row = super().get_object(request, object_id, from_field)
        if row is None or request.method != "POST":
            return row
        _hold(self.model._base_manager.filter(pk=row.pk))
        return super().get_object(request, object_id, from_field)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save what goes with the row, and tell what another person changed meanwhile."""
        super().save_related(request, form, formsets, change)
        for one in [form, *(line for formset in formsets for line in formset.initial_forms)]:
            if text := one.kept_words():
                self.message_user(request, text, messages.INFO)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with some rows; whoever confirms has read all of it."""
        deletions.ask_again_unless_read(request, objs)
        return super().get_deleted_objects(objs, request)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Ask before deleting, and again when another person changed what goes."""
        return deletions.sealed(request, super().delete_view(request, object_id, extra_context))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Search by an index, never by reading the whole table."""
        words = search_term.strip()
        return (self.find(queryset, words) if words else queryset), False

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        """The rows that answer what was typed: by full text, by close spellings, or by a piece of a name."""
        if self.full_text:
            return _found(rows, rows.filter(search=query(words)))
        wanted = plain(words)
        pieces = {f"plain_{position}": PlainText(column) for position, column in enumerate(self.named_by)}
        near = [Q(**{f"{column}__trigram_word_similar": wanted}) for column in self.close_to]
        near += [Q(**{f"{name}__contains": wanted}) for name in pieces]
        return _found(rows, rows.alias(**pieces).filter(reduce(or_, near))) if wanted and near else rows.none()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Call the list by the name of what it holds."""
        title = capfirst(self.model._meta.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Show the sheet with links to the rows that the person may open."""
        context["rows_to_open"] = rows_to_open(self.admin_site, request, context)
        return super().render_change_form(request, context, *args, **kwargs)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """Name what is added without an article, which French would have to agree."""
        title = _("%(name)s : nouvelle fiche") % {"name": capfirst(self.model._meta.verbose_name)}
        return super().add_view(request, form_url, {"title": title, **(extra_context or {})})


class ReadOnlyModelAdmin(PortalModelAdmin):
    """A list and sheets that nobody changes here."""

    admin_may = frozenset({VIEW})
    staff_may = frozenset({VIEW})


class NamedDeletion(BaseInlineFormSet):
    """Says what the box at the end of each line is for; the rows are held while they are changed."""

    def get_queryset(self) -> QuerySet:
        """The rows, those of a form that was sent kept from everybody else."""
        is_first = not hasattr(self, "_queryset")
        rows: QuerySet = super().get_queryset()
        if is_first and self.is_bound:
            _hold(rows.model._base_manager.filter(pk__in=rows.order_by().values("pk")))
        return rows

    def clean(self) -> None:
        """Refuse once to delete what another person changed meanwhile."""
        super().clean()
        lines: list[Any] = self.initial_forms if self.can_delete else []
        for form in lines:
            if self._should_delete_form(form) and (text := form.words_before_deleting()):  # type: ignore[attr-defined]
                raise ValidationError(text)

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name the box for those who hear it; the journal notes the rows of a sheet on that sheet."""
        super().add_fields(form, index)
        form.noted_on = self.instance
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].widget.attrs["aria-label"] = _("Supprimer cette ligne")


class PortalInline(Rights, Scoped, Guarded, admin.TabularInline):
    """Rows shown on the sheet they belong to; each cell names its column for those who hear it."""

    extra = 0
    show_change_link = False
    view_on_site = False
    formset = NamedDeletion

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Name the field as its column does."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            bare: Any = getattr(field.widget, "widget", field.widget)
            bare.attrs["aria-label"] = str(capfirst(field.label))
        return field


class ReadOnlyInline(PortalInline):
    """Rows shown on the sheet they belong to, which nobody changes."""

    admin_may = frozenset({VIEW})
    staff_may = frozenset({VIEW})
    can_delete = False
    max_num = 0
