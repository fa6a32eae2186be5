"""Celery tasks of the members part: each may run twice."""

from celery import shared_task

from members.people.actions import absences


@shared_task
def begin_absences() -> int:
    """Give to who stands in what the people away from today on follow."""
    return absences.begin_absences()
