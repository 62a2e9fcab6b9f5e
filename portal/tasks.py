"""The portal's periodic work: the head of each day."""

from celery import shared_task

from portal import telling


@shared_task(ignore_result=True)
def keep_heads() -> None:
    telling.keep_and_tell()
