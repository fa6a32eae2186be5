"""The admin of the members part: people, organisations, hubs, territories."""

from members.admin import hubs, networks, organisations, people, places, proposals, successions, territories

__all__ = ["hubs", "networks", "organisations", "people", "places", "proposals", "successions", "territories"]
