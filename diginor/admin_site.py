"""The administration site under /gestion/: the staff of hubs and administrators enter, nobody else."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    """The stock administration with the portal's name and access rule."""

    site_header = _("DIGINOR · gestion")
    site_title = _("DIGINOR")
    index_title = _("Gestion du guichet")

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in active people who keep the desk of a hub, and administrators."""
        return request.user.is_active and request.user.is_authenticated and request.user.is_staff
