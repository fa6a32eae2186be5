"""Celery tasks of the members part: each may run twice."""

from celery import shared_task

from members.successions.actions import successions


@shared_task
def tell_successions() -> int:
    """Tell the people and the companies concerned by the successions of the days before."""
    return successions.tell_successions()
