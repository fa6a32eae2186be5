"""What officers choose: the period, and whose requests."""

from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from diginor.web.widgets import DayInput
from members.hubs.models import Hub, choices_of
from members.hubs.rules import under
from members.organisations.enums import Sector, SizeCategory
from services.catalogue.enums import Family
from services.figures.queries.reading import Place
from services.figures.rules import periods
from services.figures.rules.figures import DIMENSIONS
from services.figures.rules.periods import Period

CUSTOM = "dates"
PERIODS = {
    "30-jours": (_("Les 30 derniers jours"), lambda today: periods.last_days(today, 30)),
    "trimestre": (_("Le trimestre en cours"), periods.quarter_to_date),
    "12-mois": (_("Les 12 derniers mois"), lambda today: periods.last_months(today, 12)),
    "annee": (_("L’année en cours"), periods.year_to_date),
}
DEFAULT = "12-mois"


class QuickSelect(forms.Select):
    """A list of choices drawn at once: a template for each of a hundred choices costs more than all the figures."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw the list, grouped where choices are."""
        inside = format_html_join("", "{}", ((self._drawn(label, key, str(value)),) for key, label in self.choices))
        return format_html('<select name="{}" id="{}">{}</select>', name, (attrs or {}).get("id", name), inside)

    def _drawn(self, label: Any, key: Any, chosen: str) -> SafeString:
        if isinstance(label, list | tuple):
            group = format_html_join("", "{}", ((self._drawn(words, one, chosen),) for one, words in label))
            return format_html('<optgroup label="{}">{}</optgroup>', key, group)
        state = mark_safe(" selected") if str(key) == chosen else ""
        return format_html('<option value="{}"{}>{}</option>', key, state, label)


def _choice(label: Any, choices: Any = (), *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=required, widget=QuickSelect)


class FiltersForm(forms.Form):
    """Every filter of the dashboards; all are optional, and a value that is not offered does not exist."""

    period = _choice(
        _("Période"),
        [*((key, value[0]) for key, value in PERIODS.items()), (CUSTOM, _("Dates choisies"))],
        required=True,
    )
    start = forms.DateField(label=_("Du"), required=False, widget=DayInput())
    end = forms.DateField(label=_("Au"), required=False, widget=DayInput())
    hub = _choice(_("Guichet"))
    territory = _choice(_("Territoire"))
    family = _choice(_("Famille"), [("", _("Toutes")), *Family.choices])
    organisation = _choice(_("Structure"))
    size = _choice(_("Taille"), [("", _("Toutes")), *SizeCategory.choices])
    sector = _choice(_("Secteur"), [("", _("Tous")), *Sector.choices])

    NAMES = {
        "period": "periode",
        "start": "du",
        "end": "au",
        "hub": "guichet",
        "territory": "territoire",
        "family": "famille",
        "organisation": "structure",
        "size": "taille",
        "sector": "secteur",
    }

    def __init__(self, data: Any, *, hubs: list[Hub], places: dict[str, dict[int, Place]]):
        given = {name: data.get(name, "") for name in self.NAMES.values()}
        super().__init__({**given, "periode": given["periode"] or DEFAULT}, auto_id="%s")
        self.hubs = hubs
        self.places = places
        self._choices("hub", [("", _("Tous")), *choices_of(hubs)])
        named = [(place.code, place.name) for place in places["organisation"].values()]
        self._choices("organisation", [("", _("Toutes")), *named])
        groups = (("department", "dep", _("Départements")), ("epci", "epci", _("Intercommunalités")))
        territories = [
            (label, [(f"{prefix}-{place.code}", place.name) for place in places[kind].values()])
            for kind, prefix, label in groups
            if places[kind]
        ]
        self._choices("territory", [("", _("Tout le territoire")), *territories])
        if len(hubs) < 2:
            del self.fields["hub"]
        if self.data["periode"] != CUSTOM:
            del self.fields["start"], self.fields["end"]

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def add_prefix(self, field_name: str) -> str:
        """Fields are named in French in the address."""
        return self.NAMES.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        """The dates must be in order, and not too far apart."""
        found = super().clean() or {}
        start, end = found.get("start"), found.get("end")
        if self.data["periode"] == CUSTOM and not self.errors:
            if not start or not end:
                self.add_error("start" if not start else "end", _("Donnez les deux dates."))
            elif start > end:
                self.add_error("end", _("La fin précède le début."))
            elif (end - start).days >= periods.LONGEST:
                self.add_error("start", _("Choisissez dix ans au plus."))
        return found

    @property
    def asks_for_what_does_not_exist(self) -> bool:
        """Whether a choice is not offered: another region's territory, an unknown organisation."""
        return bool(set(self.errors) - {"start", "end", "__all__"})

    def period_chosen(self, today: date) -> Period:
        """The days to count; the default period while the dates given are wrong."""
        found = getattr(self, "cleaned_data", {})
        if self.data["periode"] == CUSTOM and not self.errors:
            return Period(found["start"], found["end"])
        return PERIODS.get(self.data["periode"], PERIODS[DEFAULT])[1](today)

    def hub_ids(self) -> tuple[int, ...]:
        """The hub chosen with those under it, all that the person may read otherwise."""
        chosen = next((hub.pk for hub in self.hubs if hub.slug == self.cleaned_data.get("hub")), None)
        family = under(chosen, {hub.pk: hub.parent_id for hub in self.hubs}) if chosen else set()
        return tuple(hub.pk for hub in self.hubs if chosen is None or hub.pk in family)

    def chosen(self) -> dict[str, Any]:
        """One value for each dimension that is filtered."""
        own = [dimension.code for dimension in DIMENSIONS if not dimension.is_key]
        found = {name: self.cleaned_data[name] for name in own if self.cleaned_data.get(name)}
        kind, _dash, code = self.cleaned_data.get("territory", "").partition("-")
        if code:
            name = "department" if kind == "dep" else "epci"
            found[name] = _key_of(self.places[name], code)
        if organisation := self.cleaned_data.get("organisation"):
            found["organisation"] = _key_of(self.places["organisation"], organisation)
        return found


def _key_of(places: dict[int, Place], code: str) -> int:
    return next(place.id for place in places.values() if place.code == code)
