"""Requests, the organisations they were given to, what was said and promised, and when the clock looks at them."""

from services.requests.models.event import STEP_LABELS, RequestEvent
from services.requests.models.follow_up import DelaySet, FollowUp
from services.requests.models.promise import Promise
from services.requests.models.referral import Referral, ReferralQuerySet
from services.requests.models.relay import Relay
from services.requests.models.request import OPEN, ServiceRequest, ServiceRequestQuerySet
from services.requests.models.satisfaction import Satisfaction
from services.requests.models.thread import FOLDER, Attachment, Message
from services.requests.models.workshop import Workshop

__all__ = [
    "FOLDER",
    "OPEN",
    "STEP_LABELS",
    "Attachment",
    "DelaySet",
    "FollowUp",
    "Message",
    "Promise",
    "Referral",
    "ReferralQuerySet",
    "Relay",
    "RequestEvent",
    "Satisfaction",
    "ServiceRequest",
    "ServiceRequestQuerySet",
    "Workshop",
]
