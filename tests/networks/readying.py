"""Brings a post through an adapter's preparation, as a worker does, under a clock that is the test's."""

import json
from typing import Any

from networks.base import Adapter
from networks.errors import NotSent
from networks.types import Post, Ready
from sandbox.testing import ManualClock


def ready(adapter: Adapter, post: Post, clock: ManualClock, saved: Any = None) -> Ready:
    """Begun again after each failure, as a worker does, with what was reached as it is stored."""
    saved = saved or {}
    for _ in range(300):
        try:
            told = adapter.prepare(post, json.loads(json.dumps(saved)))
        except NotSent as error:
            clock.advance(error.retry_after or 1)
            saved = saved if error.saved is None else error.saved
            continue
        if isinstance(told, Ready):
            return told
        clock.advance(told.check_after)
        saved = told.saved
    raise AssertionError("it is never ready")
