"""Configuration of the demonstration, installed in demonstration mode only."""

from django.utils.translation import gettext_lazy as _

from diginor.registries.parts import PartConfig


class DemonstrationConfig(PartConfig):
    """The invented stories."""

    name = "demonstration"
    verbose_name = _("Démonstration")
