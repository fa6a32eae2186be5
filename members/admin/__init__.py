"""The admin of the members part: people, organisations, hubs, territories."""

from members.admin import hubs, organisations, people, places, proposals, territories

__all__ = ["hubs", "organisations", "people", "places", "proposals", "territories"]
