"""Models of the ground floor."""

from diginor.outbox.model import OutgoingMail
from diginor.retries import Setback
from diginor.tallies import Tally

__all__ = ["OutgoingMail", "Setback", "Tally"]
