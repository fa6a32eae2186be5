"""Celery tasks of the members part: each may run twice."""

from celery import shared_task

from members.actions import people, successions


@shared_task
def begin_absences() -> int:
    """Give to who stands in what the people away from today on follow."""
    return people.begin_absences()


@shared_task
def tell_successions() -> int:
    """Tell the people and the companies concerned by the successions of the days before."""
    return successions.tell_successions()
