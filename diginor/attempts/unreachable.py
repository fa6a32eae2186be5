"""A server that does not answer is left alone for a while by the whole process, so that its time-out is paid once."""

import time

FIRST_SECONDS, MOST_SECONDS = 5.0, 30.0


class Unreachable:
    """Whether a server is left alone, and until when: twice as long at each new failure, until it answers again."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Count on the server from now on: it answered."""
        self._until, self._seconds = 0.0, FIRST_SECONDS

    @property
    def is_on(self) -> bool:
        """Whether the server is to be left alone."""
        return time.monotonic() < self._until

    def begin(self) -> float:
        """Leave the server alone; return for how many seconds."""
        seconds = self._seconds
        self._until, self._seconds = time.monotonic() + seconds, min(2 * seconds, MOST_SECONDS)
        return seconds
