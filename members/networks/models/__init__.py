"""Networks: who gathers whom, who speaks for whom, and how the State and the Regions recognise them."""

from members.networks.models.accreditation import Accreditation, AccreditationRound, Endorsement
from members.networks.models.network import Affiliation, KeyFigure, Network, Office, Partnership

__all__ = [
    "Accreditation",
    "AccreditationRound",
    "Affiliation",
    "Endorsement",
    "KeyFigure",
    "Network",
    "Office",
    "Partnership",
]
