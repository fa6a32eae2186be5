"""The health of one container of the portal: `healthcheck.py web`, `worker` or `beat`."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BEAT_SILENCE_SECONDS = 600


def web() -> bool:
    """Whether the web server answers on /sante/."""
    host = os.environ["ALLOWED_HOSTS"].split(",")[0]
    request = urllib.request.Request(
        "http://127.0.0.1:8000/sante/", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    try:
        with urllib.request.urlopen(request, timeout=8) as response:
            return response.status == 200
    except urllib.error.HTTPError as error:
        # A part that is down is the business of whoever watches /sante/: a restart of this container cures nothing.
        return error.code == 503
    except OSError:
        return False


def worker() -> bool:
    """Whether this worker answers its colleagues."""
    name = f"celery@{os.uname().nodename}"
    command = ["celery", "-A", "diginor", "inspect", "ping", "--timeout", "10", "--destination", name]
    return subprocess.run(command, check=False, capture_output=True, timeout=25).returncode == 0


def beat() -> bool:
    """Whether the clock wrote its schedule lately."""
    schedules = Path(os.environ["DIGINOR_VAR"]).glob("celerybeat-schedule*")
    return any(time.time() - path.stat().st_mtime < BEAT_SILENCE_SECONDS for path in schedules)


if __name__ == "__main__":
    sys.exit(not {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]())
