"""Erasing somebody at their request: whom, what would go and stay, the act; and the list of what was done."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from diginor.admin.base import ReadOnlyModelAdmin
from diginor.registries import personal_data
from diginor.web.access import access
from members.accounts.actions import erase_on_request, target_of
from members.accounts.forms.erasure import ErasureForm, ErasureTargetForm
from members.accounts.models import Erasure
from members.people import policies


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyModelAdmin):
    """What was erased, without whom; the desk sees what its own people did, administrators everything."""

    change_list_template = "admin/members/erasure/change_list.html"
    list_display = ["at", "scope", "what", "failed", "by"]
    list_select_related = ["by"]
    ordering = ["-at", "-pk"]
    fields = ["at", "by", "scope", "what", "failed"]
    readonly_fields = ["what"]

    @admin.display(description=gettext_lazy("effacé"))
    def what(self, row: Erasure) -> str:
        """How many pieces of each part."""
        titles = {part.code: part.title for part in personal_data.parts()}
        return ", ".join(f"{titles.get(code, code)} : {count}" for code, count in row.erased.items()) or "–"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead to the page that erases, whoever may."""
        return super().changelist_view(request, {"may_erase": policies.may_erase(request.user)} | (extra_context or {}))


@require_http_methods(["GET", "HEAD", "POST"])
@access(policies.may_erase)
def erase_person(request: HttpRequest) -> HttpResponse:
    """Ask whom, show what would go, then erase; an address is only ever posted, so that no log keeps it."""
    if request.method != "POST":
        form = ErasureTargetForm(initial={"who": request.GET.get("demande", "")[:20]})
        return render(request, "admin/members/erase_person.html", {"form": form})
    form = ErasureTargetForm(request.POST)
    if not form.is_valid():
        return render(request, "admin/members/erase_person.html", {"form": form}, status=422)
    target = target_of(form.cleaned_data["who"], by=request.user)
    is_decided = "decided" in request.POST
    said = {"who": form.cleaned_data["who"]}
    confirm = ErasureForm(request.POST if is_decided else None, initial=said, auto_id="decided_%s")
    failed: list[tuple[str, str]] = []
    if is_decided and confirm.is_valid():
        outcome = erase_on_request(target)
        failed = outcome.failed
        if not failed:
            count = outcome.erased.total()
            text = ngettext("%(count)s élément est effacé.", "%(count)s éléments sont effacés.", count)
            messages.success(request, text % {"count": count})
            return redirect("admin:members_erasure_changelist")
    context = {
        "form": form,
        "confirm": confirm,
        "held": personal_data.found(target),
        "failed": failed,
        "is_everywhere": target.hubs is None,
        "is_person": bool(target.address),
    }
    return render(request, "admin/members/erase_person.html", context, status=422 if confirm.errors else 200)


admin.site.add_pages([path("effacer/", erase_person, name="erase_person")])  # type: ignore[attr-defined]
