"""The ground floor: settings, workflow, outbox, access and registries; it knows none of the four parts."""

from diginor.celery import app as celery_app

__all__ = ["celery_app"]
