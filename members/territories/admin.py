"""Territories: the official ones are only read, those of projects are drawn from others."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from diginor.admin.base import ADD, ALL, CHANGE, VIEW, NamedDeletion, PortalInline, PortalModelAdmin, ReadOnlyModelAdmin
from diginor.web.edits import SharedModelForm
from members.territories.actions.drawing import DrawnFromItself, NothingDrawn, communes_of_recipe, redraw_territory
from members.territories.enums import TerritoryKind
from members.territories.models import DRAWABLE, DrawnTerritory, Territory, TerritoryPart
from members.territories.queries.drawn import communes_held, outline, recipes
from members.territories.rules.drawing import Communes, made_of
from members.territories.rules.place_names import plain_name

PREVIEW = "_preview"


@admin.register(Territory)
class TerritoryAdmin(ReadOnlyModelAdmin):
    """Communes, intercommunalités, départements, regions and what lies around."""

    # Known to everybody.
    shows_every_row = True
    list_display = ["name", "kind", "code", "population", "valid_until"]
    list_filter = ["kind"]
    ordering = ["search_name", "pk"]
    search_fields = ["search_name"]
    search_help_text = _("Un nom ou un code postal.")
    fields = [
        "kind", "code", "name", "postcodes", "population", "valid_from", "valid_until", "successor"
    ]  # fmt: skip

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        """As the public field finds communes."""
        return rows.like(words)  # type: ignore[attr-defined]


class DrawnTerritoryForm(SharedModelForm):
    """The name of a drawn territory; « see what it gives » checks everything and saves nothing."""

    class Meta:
        model = DrawnTerritory
        fields = ("name",)

    def is_valid(self) -> bool:
        """Whether to save: never when only a preview was asked for."""
        return super().is_valid() and PREVIEW not in self.data

    def clean_name(self) -> str:
        """Refuse the name of another drawn territory: its code comes from it."""
        name: str = self.cleaned_data["name"]
        if not self.instance.pk and DrawnTerritory.objects.drawn().coded(TerritoryKind.ADHOC, code_of(name)).exists():
            raise ValidationError(_("Un territoire de projet porte déjà ce nom."))
        return name


def code_of(name: str) -> str:
    """The code of a drawn territory, made once from its first name."""
    return slugify(name)[:40]


class RecipeFormSet(NamedDeletion):
    """The parts of a drawn territory, checked together."""

    def clean(self) -> None:
        """Refuse what gives no commune, and a territory made of itself."""
        super().clean()
        if any(self.errors):
            return
        parts = {form.cleaned_data["part"].pk for form in self._kept()}
        drawn = self.instance.pk
        if drawn and drawn in made_of(drawn, recipes() | {drawn: parts}):
            raise ValidationError(DrawnFromItself.message)
        if not self.communes():
            raise ValidationError(NothingDrawn.message)

    def communes(self) -> Communes:
        rows = [(form.cleaned_data["part"].pk, form.cleaned_data.get("is_left_out")) for form in self._kept()]
        return communes_of_recipe(
            [pk for pk, is_left_out in rows if not is_left_out], [pk for pk, is_left_out in rows if is_left_out]
        )

    def _kept(self) -> list[Any]:
        filled = [form for form in self.forms if getattr(form, "cleaned_data", {}).get("part")]
        return [form for form in filled if not form.cleaned_data.get(DELETION_FIELD_NAME)]


class RecipeInline(PortalInline):
    """What the territory takes in, and what it leaves out."""

    # Those of a sheet that the person may open.
    shows_every_row = True
    model = TerritoryPart
    fk_name = "drawn"
    formset = RecipeFormSet
    staff_may = ALL
    raw_id_fields = ("part",)
    extra = 3
    verbose_name = _("partie")
    verbose_name_plural = _("composition")

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer whole communes and what is made of them: requests never come from less than a commune."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.queryset = field.queryset.of_kind(*DRAWABLE)
        return field


@admin.register(DrawnTerritory)
class DrawnTerritoryAdmin(PortalModelAdmin):
    """Territories made of communes, of unions and of differences of others: « Axe Seine »."""

    # Known to everybody.
    shows_every_row = True
    staff_may = frozenset({VIEW, ADD, CHANGE})
    form = DrawnTerritoryForm
    inlines = [RecipeInline]
    list_display = ["name", "code"]
    ordering = ["search_name", "pk"]
    search_fields = ["search_name"]
    search_help_text = _("Un nom.")
    change_form_template = "admin/members/drawn_territory.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Those of projects alone."""
        return super().get_queryset(request).drawn()  # type: ignore[attr-defined]

    def find(self, rows: QuerySet, words: str) -> QuerySet:
        """By name: they are few."""
        return rows.filter(search_name__contains=plain_name(words))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The territory of a hub decides who receives requests: only administrators change it."""
        user: Any = request.user
        return super().has_change_permission(request, obj) and (
            obj is None or user.is_superuser or not obj.hubs.exists()
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Name it; its code stays what it was first."""
        obj.kind = TerritoryKind.ADHOC
        obj.search_name = plain_name(obj.name)
        obj.code = obj.code or code_of(obj.name)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Keep the recipe, then draw."""
        super().save_related(request, form, formsets, change)
        redraw_territory(form.instance)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Tell what the recipe gives: before saving when asked, as it is drawn otherwise."""
        context |= {"outline": None, "is_preview": PREVIEW in request.POST}
        recipe = next((one.formset for one in context["inline_admin_formsets"]), None)
        if context["is_preview"] and recipe is not None and recipe.is_valid():
            context["outline"] = outline(recipe.communes())
        elif request.method == "GET" and kwargs.get("obj"):
            context["outline"] = outline(communes_held(kwargs["obj"].pk))
        return super().render_change_form(request, context, *args, **kwargs)
