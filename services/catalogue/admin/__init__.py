"""The administration of catalogue."""

from services.catalogue.admin import catalogue

__all__ = ["catalogue"]
