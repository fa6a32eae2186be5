"""The life cycles: which step may start from which states, and where it leads."""

from diginor.workflow.models import Workflow
from services.requests.enums import (
    GIVEN_STATES,
    LIVE_REFERRAL_STATES,
    OPEN_STATES,
    TRIAGE_STATES,
    ReferralState,
    ReferralStep,
    RequestState,
    RequestStep,
)

REQUEST: Workflow = {
    RequestStep.SUBMIT: (frozenset({RequestState.DRAFT}), RequestState.SUBMITTED),
    RequestStep.ROUTE: (frozenset({*TRIAGE_STATES, RequestState.ROUTED}), RequestState.ROUTED),
    RequestStep.START: (frozenset({RequestState.ROUTED}), RequestState.IN_PROGRESS),
    RequestStep.SEND_BACK: (frozenset(GIVEN_STATES), RequestState.TO_REROUTE),
    RequestStep.FINISH: (frozenset({RequestState.IN_PROGRESS}), RequestState.CLOSED),
    RequestStep.REJECT: (frozenset(TRIAGE_STATES), RequestState.REJECTED),
    RequestStep.MERGE: (frozenset(TRIAGE_STATES), RequestState.REJECTED),
    RequestStep.WITHDRAW: (frozenset({*OPEN_STATES, RequestState.DRAFT}), RequestState.WITHDRAWN),
}

REFERRAL: Workflow = {
    ReferralStep.ACCEPT: (frozenset({ReferralState.SENT}), ReferralState.ACCEPTED),
    ReferralStep.DECLINE: (frozenset({ReferralState.SENT}), ReferralState.DECLINED),
    ReferralStep.EXPIRE: (frozenset({ReferralState.SENT}), ReferralState.EXPIRED),
    ReferralStep.TRANSFER: (frozenset({ReferralState.ACCEPTED}), ReferralState.ACCEPTED),
    ReferralStep.CLOSE: (frozenset({ReferralState.ACCEPTED}), ReferralState.CLOSED),
    ReferralStep.CANCEL: (frozenset(LIVE_REFERRAL_STATES), ReferralState.CANCELLED),
}
