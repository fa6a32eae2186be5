"""The settings of a portal whose beat sweeps every second, so that a test need not wait for minutes."""

from diginor.settings import *  # noqa: F403
from diginor.settings import CELERY_BEAT_SCHEDULE as ORDINARY
from diginor.settings import CELERY_TASK_ANNOTATIONS as ANNOTATIONS

CELERY_BEAT_SCHEDULE = {
    name: {**entry, "schedule": 1.0} for name, entry in ORDINARY.items() if isinstance(entry["schedule"], float)
}
# What killed its worker is played again at once, as often as ordinarily.
CELERY_TASK_ANNOTATIONS = {"*": {**ANNOTATIONS["*"], "default_retry_delay": 0}}
