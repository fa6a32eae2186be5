"""Configuration of the services part."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def _hand_back(sender: Any, *, user: Any, organisation: Any, **_other: Any) -> None:
    """Give back what a person who leaves was following."""
    from services.actions.people import hand_back

    hand_back(user, organisation)


class ServicesConfig(AppConfig):
    """Catalogue, requests, referrals and their clock."""

    name = "services"
    verbose_name = _("Demandes")

    def ready(self) -> None:
        """Add the panels of this part to the steering page, and listen to departures."""
        from members.actions.people import person_left
        from services import panels

        panels.register_all()
        person_left.connect(_hand_back, dispatch_uid="services.hand_back")
