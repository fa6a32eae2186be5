"""The admin of the services part: the desk's triage first, then the stock lists."""

from services.admin import catalogue, requests, triage, workshops

__all__ = ["catalogue", "requests", "triage", "workshops"]
