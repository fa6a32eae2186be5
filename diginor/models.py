"""Models of the ground floor."""

from diginor.outbox.model import OutgoingMail

__all__ = ["OutgoingMail"]
