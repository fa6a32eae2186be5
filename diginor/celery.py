"""The Celery application: tasks are discovered in every part."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diginor.settings")

app = Celery("diginor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["diginor.outbox"])
app.autodiscover_tasks(["diginor"], related_name="health")
