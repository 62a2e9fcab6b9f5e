"""The process ends at every line between the claim and the record; then the sweeper and the look-ups run their course.

Each line costs one delivery its worker, by an exception that nothing of ours catches, so that whatever was not
committed is lost as it is in a process that is killed (tests/faults kills real ones). The network reads over keys.
What follows depends on what the database and the network hold by then: of those left alike, one is followed to its end.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from campaigns.models import LatenessPolicy
from chain import engine, trail
from networks.base import Adapter
from publishing import dispatching, publisher, reconciling, sweeping
from publishing.frozen import posts_of
from publishing.lifecycle import DeliveryState
from publishing.models import Attempt, Channel, Delivery, Part
from sandbox.testing import SandboxClient, running_sandbox

Due = Callable[..., Delivery]
Line = tuple[str, int]
Posts = dict[str, list[dict[str, Any]]]
OURS = str(Path(publisher.__file__).parent)
ALSO = (engine.__file__, trail.__file__)
FIVE = 5
THIRD = 3
QUIET = 6000.0
"""The lease of preparing: so long that no thread which renews one stirs while the test runs."""

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="the lines are the same on every database"),
]


@pytest.fixture(scope="module")
def simulator() -> Iterator[SandboxClient]:
    with running_sandbox(knows_keys=False, rate_limit=1_000_000) as running:
        yield running


class Killed(BaseException):
    """The end of a process: no `except Exception` sees it."""


@contextmanager
def traced(on_line: Callable[[Line], None], *, part: int) -> Iterator[None]:
    """Tells each line of publishing, and of the engine below it, from where the part of that number is prepared.

    The first part's begin with the claim. Tracing costs time, so that it begins no sooner than asked.
    """

    def trace(frame: FrameType, event: str, _arg: Any) -> Any:
        file = frame.f_code.co_filename
        if not (file.startswith(OURS) or file in ALSO):
            return None
        if event == "line":
            on_line((file, frame.f_lineno))
        return trace

    def prepared(adapter: Adapter, attempt: Attempt, its: Part) -> Any:
        if its.position + 1 == part:
            sys._getframe().f_back.f_trace = trace  # type: ignore[union-attr]
            sys.settrace(trace)
        return prepare(adapter, attempt, its)

    prepare, before = publisher.prepare, sys.gettrace()
    with patch.object(publisher, "prepare", prepared):
        sys.settrace(trace if part == 1 else before)
        try:
            yield
        finally:
            sys.settrace(before)


def lines_of(delivery: Delivery, *, part: int) -> list[Line]:
    """Each line that a whole run passes, once, in order. Another post has gone out before it, as in a living worker."""
    forget_what_is_left()
    seen: dict[Line, None] = {}
    with traced(lambda line: seen.setdefault(line), part=part):
        publisher.publish(delivery.pk)
    return list(seen)


def killed_at(line: Line, delivery: Delivery, *, part: int) -> Delivery:
    def kill(reached: Line) -> None:
        if reached == line:
            raise Killed

    forget_what_is_left()
    with pytest.raises(Killed), traced(kill, part=part):
        copy_context().run(publisher.publish, delivery.pk)  # what a process had on its mind ends with it
    return delivery


def forget_what_is_left() -> None:
    """What the network said of its quota is fresh for a while and then written anew: each run passes the same lines."""
    Channel.objects.update(quota_at=None)


def left_by(delivery: Delivery, posts: Posts) -> tuple[Any, ...]:
    """All that what follows can depend on, but for times."""
    now = Delivery.objects.get(pk=delivery.pk)
    return (
        (now.state, now.reason, now.attempts_made, now.lease_until is None, now.dispatched_until is None),
        tuple(now.parts.values_list("state", flat=True)),
        tuple((a.outcome, a.part and a.part.position, a.send_started_at is None) for a in now.attempts.all()),
        tuple(len(posts.get(post.text, [])) for post in posts_of(now.payload)),
    )


def one_of_each(deliveries: list[Delivery], network: SandboxClient) -> list[Delivery]:
    """One for each way in which they were left; the others are put where nothing finds them."""
    posts = shown(network)
    kinds = {left_by(delivery, posts): delivery for delivery in deliveries}
    assert all(copies <= 1 for *_more, counts in kinds for copies in counts)
    never = timezone.now() + timedelta(days=3650)
    others = {delivery.pk for delivery in deliveries} - {delivery.pk for delivery in kinds.values()}
    Delivery.objects.filter(pk__in=others).update(due_at=never, lease_until=never, not_before=never)
    return list(kinds.values())


def let_time_pass(deliveries: list[Delivery]) -> None:
    """What beat does, minute after minute, until all have come to rest."""
    began = timezone.now()
    for minute in range(1, 12):
        with time_machine.travel(began + timedelta(hours=2, minutes=minute)):
            sweeping.sweep_lapsed()
            for waiting in sweeping.claim_checks():
                reconciling.reconcile(waiting.pk)
            for delivery_id in dispatching.mark_due():
                publisher.publish(delivery_id)
    assert {Delivery.objects.get(pk=delivery.pk).state for delivery in deliveries} == {DeliveryState.PUBLISHED}


def shown(network: SandboxClient) -> Posts:
    found: Posts = {}
    for post in network.posts("mastodon"):
        found.setdefault(post["text"], []).append(post)
    return found


def test_a_post_whose_worker_ends_at_any_line_stands_once(due: Due, network: SandboxClient, settings: Any) -> None:
    settings.PUBLISHING_PREPARE_LEASE_SECONDS, settings.PUBLISHING_SPACING_SECONDS = QUIET, 0
    publisher.publish(due(texts=("قبلها",)).pk)
    lines = lines_of(due(texts=("كاملة",)), part=1)
    assert len(lines) > 100
    deliveries = [
        killed_at(line, due(texts=(f"سطر {number}",), lateness_policy=LatenessPolicy.PUBLISH), part=1)
        for number, line in enumerate(lines)
    ]
    followed = one_of_each(deliveries, network)
    assert len(followed) >= 4
    let_time_pass(followed)
    posts = shown(network)
    assert [len(posts.get(posts_of(delivery.payload)[0].text, [])) for delivery in followed] == [1] * len(followed)


def test_a_thread_whose_worker_ends_at_any_line_of_the_third_of_five_stands_once_and_in_order(
    due: Due, network: SandboxClient, settings: Any
) -> None:
    settings.PUBLISHING_PREPARE_LEASE_SECONDS, settings.PUBLISHING_SPACING_SECONDS = QUIET, 0
    publisher.publish(due(texts=("قبلها",)).pk)
    lines = lines_of(due(texts=tuple(f"كاملة {position}" for position in range(FIVE))), part=THIRD)
    assert len(lines) > 60
    threads = [
        killed_at(line, due(texts=tuple(f"سطر {number} جزء {position}" for position in range(FIVE))), part=THIRD)
        for number, line in enumerate(lines)
    ]
    followed = one_of_each(threads, network)
    assert len(followed) >= 3
    let_time_pass(followed)
    posts = shown(network)
    for thread in followed:
        found = [posts.get(post.text, []) for post in posts_of(thread.payload)]
        assert [len(copies) for copies in found] == [1] * FIVE
        ids = [copies[0]["id"] for copies in found]
        assert [copies[0]["in_reply_to"] for copies in found] == [None, *ids[:-1]]
