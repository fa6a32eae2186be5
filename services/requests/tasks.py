"""Celery tasks of the services part: each loads what is due and calls one action a row; each may run twice."""

from celery import shared_task

from services.requests.actions import clock, digests, successions
from services.requests.actions import departures as people


@shared_task
def follow_up() -> int:
    """Fire the follow-ups that are due."""
    return clock.follow_up_due()


@shared_task
def send_digests() -> int:
    """Send the daily digests."""
    return digests.send_digests()


@shared_task
def tell_returns() -> int:
    """Tell who keeps what was given on for the absences that are over."""
    return people.tell_returns()


@shared_task
def catch_up_successions() -> int:
    """Give to their successors what was sent to structures while they were ending."""
    return successions.catch_up()
