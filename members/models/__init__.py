"""Models of the members part."""

from members.models.absence import Absence
from members.models.accreditation import Accreditation, AccreditationRound, Endorsement
from members.models.drawn import DrawnTerritory
from members.models.erasure import Erasure
from members.models.hub import Hub, HubRole
from members.models.network import Affiliation, KeyFigure, Network, Office, Partnership
from members.models.organisation import Organisation
from members.models.place import Place, PlaceLabel, PlaceShare
from members.models.proposal import SheetEvent, SheetProposal
from members.models.succession import MovedRow, Succession, SuccessionPart
from members.models.territory import Containment, Territory, TerritoryPart
from members.models.user import Invitation, Membership, User

__all__ = [
    "Absence",
    "Accreditation",
    "AccreditationRound",
    "Affiliation",
    "Containment",
    "DrawnTerritory",
    "Endorsement",
    "Erasure",
    "Hub",
    "HubRole",
    "Invitation",
    "KeyFigure",
    "Membership",
    "MovedRow",
    "Network",
    "Office",
    "Organisation",
    "Partnership",
    "Place",
    "PlaceLabel",
    "PlaceShare",
    "SheetEvent",
    "SheetProposal",
    "Succession",
    "SuccessionPart",
    "Territory",
    "TerritoryPart",
    "User",
]
