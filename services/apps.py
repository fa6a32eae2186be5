"""Configuration of the services part."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    """Catalogue, requests, referrals and their clock."""

    name = "services"
    verbose_name = _("Demandes")

    def ready(self) -> None:
        """Add the panels of this part to the steering page."""
        from services import panels

        panels.register_all()
