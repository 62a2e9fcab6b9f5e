"""Celery's side of campaigns."""

from celery import shared_task

from campaigns import expiring


@shared_task(ignore_result=True)
def expire_ended() -> None:
    expiring.expire_ended()
