"""The administration of successions."""

from members.successions.admin import successions

__all__ = ["successions"]
