"""Application configurations of the ground floor and of the administration site."""

from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

from diginor.registries.parts import PartConfig, modules


class DiginorConfig(PartConfig):
    """The ground floor, which owns the outbox."""

    name = "diginor"
    verbose_name = _("Socle technique")

    def ready(self) -> None:
        """Say what the ground floor holds of people, and how forms read."""
        from diginor.outbox import personal_data
        from diginor.running import traces
        from diginor.web import form_reading

        personal_data.register_all()
        traces.register_all()
        form_reading.install()


class PortalAdminConfig(AdminConfig):
    """The administration, served under /gestion/ with the portal's own access rule."""

    default_site = "diginor.admin.site.PortalAdminSite"

    def ready(self) -> None:
        """Find the pages of the administration in every subject."""
        super().ready()
        modules("admin")
