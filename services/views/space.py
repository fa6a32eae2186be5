"""Whose space it is: the organisation of the hat in use."""

from django.http import HttpRequest

from members.models import Organisation


def organisation_in_use(request: HttpRequest) -> Organisation:
    """The organisation of the hat in use, or the first the person works for under another hat."""
    memberships = request.user.active_memberships
    chosen = request.hat.organisation_id if request.hat else None  # type: ignore[attr-defined]
    found = next((row.organisation for row in memberships if row.organisation_id == chosen), None)
    return found or memberships[0].organisation
