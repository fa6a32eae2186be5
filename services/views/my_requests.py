"""« Mes demandes »: what a signed-in person asked, drafts included."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from diginor.access import access, signed_in
from services.enums import RequestState
from services.links import resume_token
from services.models import ServiceRequest
from services.views.tracking_page import list_lines, tracking_context

PAGE = 20


@never_cache
@access(signed_in)
@require_GET
def my_requests(request: HttpRequest) -> HttpResponse:
    """The requests filed with the address of the account, the newest first."""
    own = ServiceRequest.objects.asked_by(request.user).with_sheet().older_than(request.GET.get("before", ""))
    rows = list(own.with_company_referrals()[: PAGE + 1])
    shown = rows[:PAGE]
    older = f"{shown[-1].created_at.isoformat()}~{shown[-1].pk}" if len(rows) > PAGE else ""
    context = {"lines": list_lines(shown), "older": older, "is_first": "before" not in request.GET}
    return render(request, "services/public/my_requests.html", context)


@never_cache
@access(signed_in)
@require_GET
def my_request(request: HttpRequest, code: str) -> HttpResponse:
    """The tracking page of one's own request; a draft goes on where it was."""
    asked = get_object_or_404(ServiceRequest.objects.asked_by(request.user).with_sheet(), code=code)
    if asked.state == RequestState.DRAFT:
        return redirect("filing_resume", resume_token(asked))
    return render(request, "services/public/tracking.html", tracking_context(asked))
