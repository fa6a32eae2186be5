"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class HolidayZone(TextChoices):
    """Where public holidays are more than those of all of France: subdivisions of the library `holidays`."""

    ALSACE = "6AE", _("Alsace")
    MOSELLE = "57", _("Moselle")
    GUADELOUPE = "971", _("Guadeloupe")
    MARTINIQUE = "972", _("Martinique")
    GUYANE = "973", _("Guyane")
    REUNION = "974", _("La Réunion")
    MAYOTTE = "976", _("Mayotte")
    SAINT_BARTHELEMY = "BL", _("Saint-Barthélemy")
    SAINT_MARTIN = "MF", _("Saint-Martin")
    WALLIS = "WF", _("Wallis-et-Futuna")
    POLYNESIA = "PF", _("Polynésie française")
    NEW_CALEDONIA = "NC", _("Nouvelle-Calédonie")


class Accent(TextChoices):
    """The colour of a hub, among those whose contrast is checked."""

    SEA = "sea", _("mer")
    APPLE = "apple", _("pomme")
    LEOPARD = "leopard", _("léopard")
    AMBER = "amber", _("ambre")
    INK = "ink", _("encre")


class HubRoleKind(TextChoices):
    STAFF = "staff", _("équipe du guichet")
    HEAD = "head", _("responsable du guichet")
    OFFICER = "officer", _("pilotage régional")
