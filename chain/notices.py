"""Notices: what a person must be told, in the app and by mail, once each, with a link that lands on the thing.

The row is written in the act's transaction; mails leave after it. A mail that could not leave is tried again by beat.
"""

import logging
import smtplib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.functional import Promise

from chain.models import Notice

log = logging.getLogger(__name__)
MAIL_CLAIM = timedelta(minutes=2)
FAILURES_IN_A_ROW = 3


def tell(
    users: Iterable[Any],
    *,
    kind: str,
    title: str | Promise,
    body: str | Promise = "",
    link: str,
    once: str,
    organisation_id: int | None = None,
) -> list[Notice]:
    """Write a notice for each user who was not told `once` before; their mails leave when the transaction commits.

    `title` and `body` are lazy, so that each person reads them in their own language. `link` is a path of ours.
    """
    fresh = []
    for user in users:
        with translation.override(user.language):
            notice, is_new = Notice.objects.get_or_create(
                user=user,
                once=once,
                defaults={
                    "organisation_id": organisation_id,
                    "kind": kind,
                    "title": str(title)[:200],
                    "body": str(body),
                    "link": link,
                    "created_at": timezone.now(),
                },
            )
        if is_new:
            fresh.append(notice)
    if fresh:
        transaction.on_commit(lambda: enqueue([notice.pk for notice in fresh]))
    return fresh


def read_all(user_id: int) -> int:
    """The person has seen all that they were told; how many were new."""
    return Notice.objects.filter(user_id=user_id, read_at=None).update(read_at=timezone.now())


def enqueue(ids: list[int]) -> None:
    """Hand the mails to a worker; if the broker is away they stay in the table, and beat finds them."""
    from chain.tasks import mail_notices

    try:
        mail_notices.apply_async((ids,), retry=False)
    except mail_notices.OperationalError:
        log.warning("broker away: %d notices wait for the next sweep", len(ids))


def mail(notice: Notice) -> bool:
    """Mail one notice if nobody else is doing so. True when it left."""
    now = timezone.now()
    free = Q(mail_claimed_until=None) | Q(mail_claimed_until__lt=now)
    claimed = Notice.objects.filter(free, pk=notice.pk, mailed_at=None).update(mail_claimed_until=now + MAIL_CLAIM)
    if claimed != 1:
        return False
    try:
        message_for(notice).send()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("notice %s could not be mailed: %s", notice.pk, type(error).__name__)
        return False
    Notice.objects.filter(pk=notice.pk).update(mailed_at=timezone.now())
    return True


def message_for(notice: Notice) -> EmailMessage:
    address = settings.BASE_URL.rstrip("/") + notice.link
    text = "\n\n".join(part for part in (notice.title, notice.body, address) if part)
    return EmailMessage(
        subject=" ".join(notice.title.split()),
        body=text,
        to=[notice.user.email],
        headers={"X-Sanad-Notice": f"{notice.kind}; id={notice.pk}"},
    )


def mail_waiting(limit: int = 200) -> int:
    """Mail what is waiting (also what an earlier attempt left behind); the number that left.

    A server that takes nothing is not asked two hundred times: whoever mails has other work. What failed is left alone
    for MAIL_CLAIM, so that one bad address does not stand before the rest.
    """
    now = timezone.now()
    free = Q(mail_claimed_until=None) | Q(mail_claimed_until__lt=now)
    waiting = Notice.objects.filter(free, mailed_at=None).select_related("user").order_by("id")[:limit]
    left = failed = 0
    for notice in waiting:
        if mail(notice):
            left, failed = left + 1, 0
        elif (failed := failed + 1) >= FAILURES_IN_A_ROW:
            break
    return left
