"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TerritoryKind(TextChoices):
    """What kind of piece of land a territory is, from the widest to the narrowest."""

    UNION = "union", _("Union européenne")
    COUNTRY = "country", _("Pays")
    MAINLAND = "mainland", _("France métropolitaine")
    ADHOC = "adhoc", _("Territoire de projet")
    REGION = "region", _("Région")
    DEPARTMENT = "department", _("Département")
    EPCI = "epci", _("Intercommunalité")
    COMMUNE = "commune", _("Commune")
    DELEGATED = "delegated", _("Commune déléguée ou associée")
    DISTRICT = "district", _("Arrondissement municipal")
