"""Models of the services part."""

from services.models.catalogue import Offer, Question, Topic
from services.models.clock import DelaySet, FollowUp
from services.models.figures import FigureCell, FigureDetail, FigureDirt, FigureStamp
from services.models.promise import Promise
from services.models.referral import Referral
from services.models.relay import Relay
from services.models.request import RequestEvent, ServiceRequest
from services.models.satisfaction import Satisfaction
from services.models.thread import Attachment, Message
from services.models.workshop import Workshop

__all__ = [
    "Attachment",
    "DelaySet",
    "FigureCell",
    "FigureDetail",
    "FigureDirt",
    "FigureStamp",
    "FollowUp",
    "Message",
    "Offer",
    "Promise",
    "Question",
    "Referral",
    "Relay",
    "RequestEvent",
    "Satisfaction",
    "ServiceRequest",
    "Topic",
    "Workshop",
]
