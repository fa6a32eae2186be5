"""People, their roles and their absences in the administration."""

from members.people.admin import absences, people

__all__ = ["absences", "people"]
