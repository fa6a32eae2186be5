"""What the ground floor shows in the administration."""

from diginor.outbox import admin

__all__ = ["admin"]
