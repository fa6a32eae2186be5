"""Why an action on people is refused, in words that can be shown."""

from typing import ClassVar


class PeopleRefusal(Exception):
    """An action on a team that its rules forbid; `message` says why to the person."""

    message: ClassVar[object] = ""

    def __str__(self) -> str:
        return str(self.message)
