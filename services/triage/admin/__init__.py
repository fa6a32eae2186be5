"""The administration of triage."""

from services.triage.admin import delays, requests, triage, workshops

__all__ = ["delays", "requests", "triage", "workshops"]
