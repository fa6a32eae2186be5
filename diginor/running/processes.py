"""Child processes that never outlive their parent, free ports, and the ends of logs."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HOST = "127.0.0.1"
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1


def follow_parent(signum: int) -> None:
    """Make Linux send `signum` to this process when its parent dies, even by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signum)


def die_with_parent(signum: int) -> Callable[[], None]:
    """Return what a child runs first (`preexec_fn`) so that it follows its parent."""
    parent = os.getpid()

    def prepare() -> None:
        follow_parent(signum)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def free_port(wanted: int = 0) -> int:
    """Return `wanted` if nothing listens there, or else any free port of this machine."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def stop_process(process: subprocess.Popen[bytes], signals: tuple[int, ...], seconds: float = STOP_SECONDS) -> None:
    """Stop a child with each signal in turn, then with SIGKILL, and wait for its end."""
    for signum in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log, for an error message."""
    with contextlib.suppress(OSError):
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    return ""
