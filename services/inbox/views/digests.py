"""Leaving the digest of the day, in one click and without signing in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from diginor.web.access import access, public
from services.requests.actions.digests import read_stop_token, stop_digests


# Mail readers post here by themselves (RFC 8058): they have no cookie, and the signed address is the proof.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@access(public)
def digest_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Say what leaving the digest means, then do it; opening the page changes nothing."""
    person = read_stop_token(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        stop_digests(person)
    return render(request, "services/inbox/digest_stop.html", {"is_done": request.method == "POST"})
