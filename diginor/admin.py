"""What the ground floor shows in the administration."""

from diginor import retries_admin
from diginor.outbox import admin

__all__ = ["admin", "retries_admin"]
