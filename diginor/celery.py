"""The Celery application: tasks are found in every subject of every part."""

import contextlib
import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_process_init
from kombu.exceptions import OperationalError

from diginor.registries.parts import parts
from diginor.running import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diginor.settings")

app = Celery("diginor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(lambda: [subject for part in parts() for subject in part.subjects])
app.autodiscover_tasks(["diginor.running"], related_name="health")


@worker_process_init.connect
def leave_a_hung_database(**_signal: Any) -> None:
    """Let no task wait for ever; the process that runs tasks is the one that waits."""
    database.be_patient(database.WORKER)


@beat_init.connect
def beat_at_once(**_signal: Any) -> None:
    """Show that the clock runs as soon as it does, not after its first minute."""
    with contextlib.suppress(OperationalError, OSError):
        app.send_task("diginor.running.health.heartbeat", expires=55)
