"""Models of the ground floor."""

from diginor.attempts.retries import Setback
from diginor.attempts.tallies import Tally
from diginor.outbox.models import OutgoingMail

__all__ = ["OutgoingMail", "Setback", "Tally"]
