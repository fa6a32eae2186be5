"""The admin of the members part: people, organisations, hubs, territories."""

from members.admin import erasures, hubs, networks, organisations, people, places, proposals, successions, territories

__all__ = [
    "erasures",
    "hubs",
    "networks",
    "organisations",
    "people",
    "places",
    "proposals",
    "successions",
    "territories",
]
