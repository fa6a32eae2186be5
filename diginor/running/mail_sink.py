"""The mail server of the demonstration: it accepts every message and throws it away."""

import signal
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink


def main() -> None:
    """Listen on the port given as the only argument until told to stop."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    controller.stop()


if __name__ == "__main__":
    main()
