"""Faults around the portal, played on purpose."""
