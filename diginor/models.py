"""Models of the ground floor."""

from diginor.outbox.model import OutgoingMail
from diginor.retries import Setback

__all__ = ["OutgoingMail", "Setback"]
