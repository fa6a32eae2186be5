"""Celery tasks of the services part: each loads what is due and calls one action a row; each may run twice."""

from celery import shared_task

from services.figures.actions import refresh as figures


@shared_task
def refresh_figures() -> int:
    """Bring the aggregates of the dashboards up to date."""
    return figures.refresh_figures()
