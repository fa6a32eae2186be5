"""New private links in place of old ones."""

from django.db import transaction
from django.utils import timezone

from diginor.outbox.posting import post
from members.people.models import User
from services.requests.enums import RequestNote
from services.requests.models import ServiceRequest
from services.requests.notifications.company import TrackingLink


@transaction.atomic
def replace_tracking_link(service_request: ServiceRequest, *, by: User) -> None:
    """Close every private link made so far, for one that went astray, and mail a fresh one."""
    service_request.lock()
    service_request.link_version += 1
    service_request.save(update_fields=["link_version"])
    row = service_request.log(RequestNote.RELINK, by=by)
    post(TrackingLink(service_request, row.pk))


@transaction.atomic
def renew_tracking_link(service_request: ServiceRequest) -> None:
    """Mail a fresh private link to the address on file, once a minute at most."""
    post(TrackingLink(service_request, f"{timezone.now():%Y%m%d%H%M}"))
