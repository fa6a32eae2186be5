"""Private links: a signed token that says which request, when it was made, and in which generation of links."""

from datetime import timedelta

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.urls import reverse
from django.utils import translation

from services.requests.models import ServiceRequest

TRACKING_LIFE = timedelta(days=180)
RESUME_LIFE = timedelta(days=30)
_tracking = TimestampSigner(sep="~", salt="services.tracking")
_resume = TimestampSigner(sep="~", salt="services.resume")


class LinkInvalid(Exception):
    """The link was never ours, was revoked, or its request is gone."""


class LinkExpired(Exception):
    """The link was good, too long ago; `request` is the one it opened."""

    def __init__(self, service_request: ServiceRequest):
        super().__init__(service_request.code)
        self.request = service_request


def tracking_token(service_request: ServiceRequest) -> str:
    """Make the token of the private tracking page."""
    return _tracking.sign(_content(service_request))


def resume_token(draft: ServiceRequest) -> str:
    """Make the token that goes on with a draft."""
    return _resume.sign(_content(draft))


def read_tracking_token(token: str) -> ServiceRequest:
    """The request whose tracking page the token opens; LinkExpired or LinkInvalid otherwise."""
    return _read(_tracking, token, TRACKING_LIFE)


def read_resume_token(token: str) -> ServiceRequest:
    """The draft, or the request that it became; LinkExpired or LinkInvalid otherwise."""
    return _read(_resume, token, RESUME_LIFE)


def request_behind(token: str) -> ServiceRequest:
    """The request of a link of either kind, expired or not; LinkInvalid when it was never ours or was revoked."""
    for read in (read_tracking_token, read_resume_token):
        try:
            return read(token)
        except LinkExpired as expired:
            return expired.request
        except LinkInvalid:
            continue
    raise LinkInvalid


def tracking_url(service_request: ServiceRequest) -> str:
    """The whole address of the tracking page, in the language of the request, for mails."""
    return _address("tracking", tracking_token(service_request), service_request)


def resume_url(draft: ServiceRequest) -> str:
    """The whole address that goes on with a draft, in its language, for mails."""
    return _address("filing_resume", resume_token(draft), draft)


def _content(service_request: ServiceRequest) -> str:
    return f"{service_request.code}.{service_request.link_version}"


def _read(signer: TimestampSigner, token: str, life: timedelta) -> ServiceRequest:
    try:
        content = signer.unsign(token)
    except BadSignature as error:
        raise LinkInvalid from error
    code, _dot, version = content.partition(".")
    service_request = ServiceRequest.objects.behind_link(code).first()
    if service_request is None or version != str(service_request.link_version):
        raise LinkInvalid
    try:
        signer.unsign(token, max_age=life)
    except SignatureExpired as error:
        raise LinkExpired(service_request) from error
    return service_request


def _address(name: str, token: str, service_request: ServiceRequest) -> str:
    with translation.override(service_request.language):
        return f"{service_request.hub.site_url}{reverse(name, args=[token])}"
