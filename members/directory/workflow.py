"""Life cycles of the members part: which step may start from which states, and where it leads."""

from diginor.workflow.models import Workflow
from members.directory.enums import ProposalState, ProposalStep

PENDING = frozenset({ProposalState.PENDING})

PROPOSAL: Workflow = {
    ProposalStep.ACCEPT: (PENDING, ProposalState.ACCEPTED),
    ProposalStep.REFUSE: (PENDING, ProposalState.REFUSED),
    ProposalStep.WITHDRAW: (PENDING, ProposalState.WITHDRAWN),
}
