"""The administration site under /gestion/: the staff of hubs and administrators enter, nobody else."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from diginor.admin.base import PortalModelAdmin
from diginor.admin.choose import ChoiceView
from diginor.admin.deletions import delete_selected


class PortalAdminSite(AdminSite):
    """The stock administration with the portal's name, access rule and own pages."""

    site_header = _("Gestion du guichet")
    site_title = "DIGINOR"
    index_title = _("Administration")
    site_url = None

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")
        self.add_action(delete_selected)
        self.pages: list[URLPattern] = []

    def add_pages(self, pages: list[URLPattern]) -> None:
        """Serve pages of a part inside the administration; each declares its own policy."""
        self.pages += pages

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Put the added pages before the stock ones; sheets lead to their public page without a detour."""
        stock = [one for one in super().get_urls() if getattr(one, "name", "") != "view_on_site"]
        return [*self.pages, *stock]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Keep out the stock lists of libraries, which count whole tables and know nothing of hubs."""
        if admin_class is not None and issubclass(admin_class, PortalModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Say first what fails, to those who can mend it."""
        from diginor.admin.retries import alerts  # the models are not loaded yet when the site is made

        user: Any = request.user
        failing = alerts(self) if user.is_superuser else []
        return super().index(request, {"failing": failing, **(extra_context or {})})

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in active people who keep the desk of a hub, and administrators."""
        return bool(request.user.is_active and request.user.is_authenticated and request.user.is_staff)

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """Answer the fields that choose rows by name."""
        return ChoiceView.as_view(admin_site=self)(request)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the portal's one sign-in page; who is signed in already may not enter."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': target})}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Leave by the portal's own way out."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Change the password where the portal does."""
        return redirect("account_change_password")
