"""Application configurations of the ground floor and of the administration site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class DiginorConfig(AppConfig):
    """The ground floor, which owns the outbox."""

    name = "diginor"
    verbose_name = _("Socle technique")

    def ready(self) -> None:
        """Say what the ground floor holds of people, and how forms read."""
        from diginor import form_reading, traces
        from diginor.outbox import personal_data

        personal_data.register_all()
        traces.register_all()
        form_reading.install()


class PortalAdminConfig(AdminConfig):
    """The administration, served under /gestion/ with the portal's own access rule."""

    default_site = "diginor.admin_site.PortalAdminSite"
