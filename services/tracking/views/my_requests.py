"""« Mes demandes »: what a signed-in person asked, drafts included."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from diginor.web.access import access, signed_in
from diginor.web.paging import page_by_key
from services.requests.enums import RequestState
from services.requests.links import resume_token
from services.requests.models import ServiceRequest
from services.tracking.views.page import list_lines, tracking_context

PAGE = 20


@access(signed_in)
@require_safe
def my_requests(request: HttpRequest) -> HttpResponse:
    """The requests filed with the address of the account, the newest first."""
    own = ServiceRequest.objects.asked_by(request.user).with_details().with_company_referrals()
    sent = request.GET
    page = page_by_key(own, "created_at", size=PAGE, after=sent.get("before", ""), before=sent.get("after", ""))
    context = {
        "lines": list_lines(page.rows),
        "older": page.after,
        "newer": page.before,
        "is_first": not {"before", "after"} & set(sent),
    }
    return render(request, "services/tracking/my_requests.html", context)


@access(signed_in)
@require_safe
def my_request(request: HttpRequest, code: str) -> HttpResponse:
    """The tracking page of one's own request; a draft goes on where it was."""
    asked = get_object_or_404(ServiceRequest.objects.asked_by(request.user).with_details(), code=code)
    if asked.state == RequestState.DRAFT:
        return redirect("filing_resume", resume_token(asked))
    return render(request, "services/tracking/tracking.html", tracking_context(asked))
