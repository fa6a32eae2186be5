"""Closed lists of the members part: English codes, French labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PlaceKind(TextChoices):
    RESIDENCE = "residence", _("résidence")
    CAMPUS = "campus", _("campus")
    THIRD_PLACE = "third_place", _("tiers-lieu")
    LIVING_LAB = "living_lab", _("living lab")
    DATA_CENTRE = "data_centre", _("centre de données")
    OTHER = "other", _("autre lieu")
