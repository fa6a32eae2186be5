"""The addresses of the catalogue."""

from django.urls import path, register_converter

from services.catalogue import views as catalogue
from services.catalogue.enums import FAMILY_SLUGS


class FamilyConverter:
    """A family by its French name in the address and by its code everywhere else."""

    regex = "|".join(FAMILY_SLUGS.values())
    codes = {slug: str(code) for code, slug in FAMILY_SLUGS.items()}

    def to_python(self, value: str) -> str:
        return self.codes[value]

    def to_url(self, value: str) -> str:
        """The name of the family in an address."""
        return next((slug for code, slug in FAMILY_SLUGS.items() if str(code) == value), value)


register_converter(FamilyConverter, "family")


urlpatterns = [
    path("services/", catalogue.services, name="services"),
    path("services/suggestions/", catalogue.topic_suggest, name="topic_suggest"),
    path("services/<family:family>/", catalogue.family, name="family"),
    path("services/<family:family>/<slug:slug>/", catalogue.topic, name="topic"),
]
