"""The life cycles: which step may start from which states, and where it leads."""

from diginor.workflow.models import Workflow
from services.requests.enums import ReferralState, ReferralStep, RequestState, RequestStep

OPEN_STATES = frozenset(
    {RequestState.SUBMITTED, RequestState.ROUTED, RequestState.IN_PROGRESS, RequestState.TO_REROUTE}
)
TRIAGE_STATES = frozenset({RequestState.SUBMITTED, RequestState.TO_REROUTE})
ENDED_STATES = frozenset({RequestState.CLOSED, RequestState.REJECTED, RequestState.WITHDRAWN})
LIVE_REFERRAL_STATES = frozenset({ReferralState.SENT, ReferralState.ACCEPTED})

REQUEST: Workflow = {
    RequestStep.SUBMIT: (frozenset({RequestState.DRAFT}), RequestState.SUBMITTED),
    RequestStep.ROUTE: (TRIAGE_STATES | {RequestState.ROUTED}, RequestState.ROUTED),
    RequestStep.START: (frozenset({RequestState.ROUTED}), RequestState.IN_PROGRESS),
    RequestStep.SEND_BACK: (frozenset({RequestState.ROUTED, RequestState.IN_PROGRESS}), RequestState.TO_REROUTE),
    RequestStep.FINISH: (frozenset({RequestState.IN_PROGRESS}), RequestState.CLOSED),
    RequestStep.REJECT: (TRIAGE_STATES, RequestState.REJECTED),
    RequestStep.MERGE: (TRIAGE_STATES, RequestState.REJECTED),
    RequestStep.WITHDRAW: (OPEN_STATES | {RequestState.DRAFT}, RequestState.WITHDRAWN),
}

REFERRAL: Workflow = {
    ReferralStep.ACCEPT: (frozenset({ReferralState.SENT}), ReferralState.ACCEPTED),
    ReferralStep.DECLINE: (frozenset({ReferralState.SENT}), ReferralState.DECLINED),
    ReferralStep.EXPIRE: (frozenset({ReferralState.SENT}), ReferralState.EXPIRED),
    ReferralStep.TRANSFER: (frozenset({ReferralState.ACCEPTED}), ReferralState.ACCEPTED),
    ReferralStep.CLOSE: (frozenset({ReferralState.ACCEPTED}), ReferralState.CLOSED),
    ReferralStep.CANCEL: (LIVE_REFERRAL_STATES, ReferralState.CANCELLED),
}
