"""Requests that are repeated under one Idempotency-Key: the first is done, the others are given its answer.

The row is written before the act and completed after it. Where the process dies between the two, nobody knows whether
the act was done: the key then stays taken, and the caller is told to look.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import KeptAnswer
from chain.errors import DomainError

KEPT_FOR = timedelta(hours=24)
UNDER_WAY_FOR = timedelta(minutes=5)
"""Longer than any request may take: after that its process is gone."""
UNKEPT = frozenset({401, 403, 429})
"""Refusals that say nothing about the act: the caller mends its way in, or waits, and asks again."""


class KeyUsedOtherwise(DomainError):
    status = 422
    code = "idempotency_key_used_otherwise"
    sentence = _("This idempotency key was used for another request. Give each request a key of its own.")


class KeyUnderWay(DomainError):
    status = 409
    code = "idempotency_key_under_way"
    sentence = _("The first request with this idempotency key is still under way. Ask again in a moment.")


class KeyInterrupted(DomainError):
    status = 409
    code = "idempotency_key_interrupted"
    sentence = _("The first request with this idempotency key was cut short. Look whether it was done.")


class KeyAlreadyDone(DomainError):
    status = 409
    code = "idempotency_key_already_done"
    sentence = _("This was done already with this idempotency key. Its answer was shown once and is not kept.")


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: str
    is_secret: bool = False

    @property
    def is_worth_keeping(self) -> bool:
        return self.status < 500 and self.status not in UNKEPT


def claim(*, caller: str, key: str, digest: str) -> KeptAnswer | None:
    """Take the key for a request that is about to be done; None where it is taken: ask `answer_before`."""
    now = timezone.now()
    KeptAnswer.objects.filter(caller=caller, key=key, began_at__lt=now - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(caller=caller, key=key, request_digest=digest, began_at=now)
    except IntegrityError:
        return None


def answer_before(*, caller: str, key: str, digest: str) -> Answer:
    """The answer kept under a key that is taken. Raises a DomainError where there is none to give."""
    kept = KeptAnswer.objects.filter(caller=caller, key=key).first()
    if kept is None:  # the first request ended between our two looks, and its answer was not worth keeping
        raise KeyUnderWay
    if kept.request_digest != digest:
        raise KeyUsedOtherwise
    if kept.status is None:
        raise KeyInterrupted if kept.began_at < timezone.now() - UNDER_WAY_FOR else KeyUnderWay
    if kept.is_secret:
        raise KeyAlreadyDone
    return Answer(kept.status, kept.content_type, kept.body)


def settle(claimed: KeptAnswer, answer: Answer) -> None:
    """Keep the answer under the key, or free the key where the answer settles nothing."""
    mine = KeptAnswer.objects.filter(pk=claimed.pk)
    if not answer.is_worth_keeping:
        mine.delete()
        return
    body = "" if answer.is_secret else answer.body
    mine.update(status=answer.status, content_type=answer.content_type, body=body, is_secret=answer.is_secret)


def forget_old() -> None:
    KeptAnswer.objects.filter(began_at__lt=timezone.now() - KEPT_FOR).delete()
