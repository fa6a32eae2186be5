"""Private files: served by a view to those who may read them, never shown inside the site."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from diginor.web.access import access, signed_in
from services.requests.models import Attachment
from services.tracking.views.tracking import private


@access(signed_in)
@require_safe
def attachment(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A file for the desk, the organisations that have the request, and the person who asked."""
    return download(get_object_or_404(Attachment.objects.visible_to(request.user), uid=uid))


@private
@require_safe
def tracking_attachment(request: HttpRequest, token: str, asked: Any, uid: UUID) -> HttpResponseBase:
    """A file for the company, through its private link."""
    return download(get_object_or_404(asked.attachments.shared(), uid=uid))


def download(row: Attachment) -> FileResponse:
    """Send a file to be kept, not opened here, with its checked type and a policy that lets it do nothing."""
    try:
        content = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=row.name, content_type=row.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
