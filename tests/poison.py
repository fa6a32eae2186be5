"""A task that kills its process, for the tests: the worker that is told to import it notes each time it is played."""

import os
import signal
from pathlib import Path

from celery import shared_task


@shared_task
def die(path: str) -> None:
    """Note that it was played, and kill the process that plays it."""
    with Path(path).open("a") as file:
        file.write("x")
    os.kill(os.getpid(), signal.SIGKILL)
