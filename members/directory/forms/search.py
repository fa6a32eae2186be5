"""What a person asks of the directory, read from the address of the page."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, FilterSet

from diginor.web.widgets import AddressForm
from members.networks.models import Affiliation
from members.organisations.models import LONGEST_TEXT, ListedQuerySet, Organisation, Wanted
from members.organisations.sections import reaching
from members.places.models import Place
from members.territories.models import Territory
from members.territories.queries.named import territory_named, territory_proposals


class DirectorySearch(AddressForm):
    """The two fields that are typed; the filters are chosen one after the other."""

    q = forms.CharField(label=_("Nom, métier ou expertise"), max_length=LONGEST_TEXT, required=False)
    territoire = forms.CharField(label=_("Commune ou département"), max_length=80, required=False)


class SlugFilter(CharFilter):
    """The name of a row in addresses; what cannot be one asks nothing."""

    field_class = forms.SlugField


class DirectoryFilter(FilterSet):
    """Some words, a territory, and the filters in use; a value that cannot be asks nothing."""

    nature = CharFilter("kind", label=_("Nature"), max_length=40)
    secteur = CharFilter("sector", label=_("Secteur"), max_length=40)
    expertise = CharFilter("expertise", label=_("Expertise"), max_length=40, method="with_expertise")
    reseau = SlugFilter("network", label=_("Réseau"), max_length=220, method="in_network")
    lieu = SlugFilter("place", label=_("Lieu"), max_length=120, method="hosting")

    class Meta:
        form = DirectorySearch

    def __init__(self, asked: Any):
        super().__init__(asked, Organisation.listed.all())

    def with_expertise(self, rows: ListedQuerySet, facet: str, code: str) -> ListedQuerySet:
        return rows.filter(expertises__contains=[code])

    def in_network(self, rows: ListedQuerySet, facet: str, slug: str) -> ListedQuerySet:
        members = Affiliation.objects.current().filter(network__organisation__slug=slug)
        return rows.filter(Exists(members.filter(organisation=OuterRef("pk"))))

    def hosting(self, rows: ListedQuerySet, facet: str, slug: str) -> ListedQuerySet:
        return rows.filter(Exists(Place.objects.listed().filter(host=OuterRef("pk"), slug=slug)))

    def filter_queryset(self, queryset: ListedQuerySet) -> ListedQuerySet:
        """The rows that the filters keep; words and territory are looked for among them by `found`."""
        for name in self.filters.keys() & self.asked.keys():
            queryset = self.filters[name].filter(queryset, self.asked[name])
        return queryset

    @cached_property
    def asked(self) -> dict[str, str]:
        """What is asked, by the names of the address, without what cannot be."""
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    def found(self, *, any_word: bool = False) -> ListedQuerySet:
        """What answers all the words, or any of them, the nearest first."""
        also = reaching(self.territory) if self.territory else ()
        return self.qs.wanted(Wanted(self.asked.get("q", ""), any_word, self.territory, also))

    @cached_property
    def territory(self) -> Territory | None:
        """The territory that is named, if one alone is."""
        named = self.asked.get("territoire", "")
        return territory_named(named) if named else None

    @property
    def lost_territory(self) -> str:
        """What was typed as a territory and names none for certain."""
        return "" if self.territory else self.asked.get("territoire", "")

    def near_territories(self) -> list[tuple[str, str]]:
        """The communes that may have been meant, each with the address of the list there."""
        near = territory_proposals(self.lost_territory)
        return [(f"?{urlencode({**self.asked, 'territoire': row.label})}", row.label) for row in near]

    def chosen(self) -> list[dict[str, Any]]:
        """The filters in use, each with its words and the address of the list without it."""
        return [
            {
                "name": name,
                "code": self.asked[name],
                "label": one.label,
                "value": capfirst(self.queryset.words_of(one.field_name, self.asked[name]) or self.asked[name]),
                "without": f"?{urlencode(self.asked_without(name))}",
            }
            for name, one in self.filters.items()
            if name in self.asked
        ]

    def asked_without(self, name: str) -> dict[str, str]:
        """What is asked besides a filter."""
        return {key: value for key, value in self.asked.items() if key != name}
