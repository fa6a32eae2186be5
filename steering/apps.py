"""Configuration of the steering part."""

from django.utils.translation import gettext_lazy as _

from diginor.registries.parts import PartConfig


class SteeringConfig(PartConfig):
    """The dashboards of officers."""

    name = "steering"
    verbose_name = _("Pilotage")

    def ready(self) -> None:
        """Put the panels on the dashboard."""
        from steering.dashboard import panels

        panels.register_all()
