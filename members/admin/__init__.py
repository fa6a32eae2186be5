"""The admin of the members part: people, organisations, hubs, territories."""

from members.admin import organisations, people, territories

__all__ = ["organisations", "people", "territories"]
