"""Chain's periodic work: sealing the trail, mailing notices."""

from celery import shared_task

from chain import notices, sealing
from chain.models import Notice


@shared_task(ignore_result=True)
def seal_events() -> None:
    while sealing.seal_batch() == sealing.BATCH:
        pass


@shared_task(ignore_result=True)
def mail_notices(ids: list[int]) -> None:
    for notice in Notice.objects.filter(pk__in=ids).select_related("user"):
        notices.mail(notice)


@shared_task(ignore_result=True)
def mail_waiting_notices() -> None:
    notices.mail_waiting()
