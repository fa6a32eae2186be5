"""Models of the members part."""

from members.models.absence import Absence
from members.models.hub import Hub, HubRole
from members.models.organisation import Organisation
from members.models.territory import Containment, Territory
from members.models.user import Invitation, Membership, User

__all__ = [
    "Absence",
    "Containment",
    "Hub",
    "HubRole",
    "Invitation",
    "Membership",
    "Organisation",
    "Territory",
    "User",
]
