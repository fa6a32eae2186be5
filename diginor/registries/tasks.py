"""Celery tasks of the ground floor: each may run twice."""

from celery import shared_task
from django.utils import timezone

from diginor.registries import personal_data


@shared_task
def expire_personal_data() -> int:
    """Erase what was kept long enough, in every part; return how many pieces went."""
    return personal_data.expire(timezone.now()).erased.total()
