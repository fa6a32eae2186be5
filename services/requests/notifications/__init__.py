"""The mails of the life of a request, one class each."""

from diginor.outbox.models import OutgoingMail
from services.requests.models import Referral, ServiceRequest
from services.requests.notifications import advisers, company, hub_staff
from services.requests.notifications.base import RequestMail


def still_holds(row: OutgoingMail, service_request: ServiceRequest, referrals: list[Referral]) -> bool:
    """Whether a mail about a request that waits to leave still tells how it stands; those of other parts always do."""
    kind = KINDS.get(row.kind)
    referral = next((one for one in referrals if row.url.endswith(one.get_absolute_url())), None)
    return kind is None or kind(service_request, "", referral).still_holds(row)


KINDS: dict[str, type[RequestMail]] = {
    name: kind
    for module in (advisers, company, hub_staff)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, RequestMail)
}
