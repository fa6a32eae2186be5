"""The administration of directory."""

from members.directory.admin import organisations, proposals

__all__ = ["organisations", "proposals"]
