"""Owns publishing through one adapter and reading its figures, with what that takes of processor, memory and requests.

Each Job is meant for a process of its own, so that its peak of memory is its own.
"""

import gc
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import requests
from _files import Stored
from _memory import forget_peak, own_memory

from networks.base import Adapter, Auth
from networks.errors import Code, NetworkError, NotSent
from networks.registry import adapter_class
from networks.types import Connection, Media, Post, Processing, Published, Severity, Waiting
from ops.console import Problem
from outgoing import Client
from outgoing.adapter import GuardedAdapter
from sandbox.testing import SandboxClient

TEXT = "الرفق في القول أبلغ من الغلظة فيه، ومن حُرم الرفق فقد حُرم خيرًا كثيرًا. منشور القياس رقم {number}."
SAID = "قياس"
LONGEST = 600.0
PAUSE = 0.05
"""The simulator is told to need no time for a file: what a network says of when to ask again is not waited for."""
PATIENCE = 60.0
"""By how many seconds its clock is set on where a network's quota is spent; doubled as long as that does not help."""


@dataclass(frozen=True)
class Place:
    """One account of one simulated network; `desk` is the address of the simulator."""

    network: str
    desk: str
    handle: str
    token: str = ""

    @property
    def is_by_hand(self) -> bool:
        return Auth.ASSISTED in adapter_class(self.network).auth


@dataclass(frozen=True)
class Job:
    """`posts` posts with these files; `reads` asks for the figures of them all and counts nothing but that."""

    place: Place
    stored: Stored
    media: tuple[Media, ...] = ()
    posts: int = 1
    reads: bool = False


@dataclass(frozen=True)
class Spent:
    """Of one post, or of one pull: requests (their mean), milliseconds of the processor (their median); and the peak
    of memory in MiB above what the process held before the first."""

    requests: float
    cpu_ms: float
    peak_mib: float


class Counter(GuardedAdapter):
    """The client's own transport, through which the client libraries go too, with a count."""

    asked = 0

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        self.asked += 1
        return super().send(request, *arguments, **named)


@contextmanager
def timed(cpu_ms: list[float]) -> Iterator[None]:
    """Adds the milliseconds of the processor that the block took, in all threads."""
    began = time.process_time()
    yield
    cpu_ms.append((time.process_time() - began) * 1000)


def connected(place: Place, stored: Stored) -> tuple[Adapter, Counter]:
    """As a channel is after connecting: signed in, its profile and its server's limits read."""
    cls, http = adapter_class(place.network), Client(allow_private=True)
    counter = Counter(http.policy)
    for scheme in ("https://", "http://"):
        http.session.mount(scheme, counter)
    base_url = SandboxClient(place.desk).base(place.network)
    pasted = Connection(base_url, access_token=place.token, handle=place.handle)
    if place.is_by_hand:
        return cls(pasted, http, stored), counter
    tokens = cls(pasted, http, stored).sign_in()
    opened = replace(pasted, access_token=tokens.access_token, refresh_token=tokens.refresh_token)
    profile = cls(opened, http, stored).get_profile()
    known = replace(opened, remote_id=profile.remote_id, handle=profile.handle, limits=profile.limits)
    return cls(known, http, stored), counter


def post_of(adapter: Adapter, number: int, media: tuple[Media, ...]) -> Post:
    """With what a person must say there. Raises Problem where the network would not take it."""
    said = {option.name: (*option.choices, SAID)[0] for option in adapter.options if option.required}
    post = Post(TEXT.format(number=number), media=media, options=said)
    if wrong := [one for one in adapter.validate(post) if one.severity is Severity.BLOCK]:
        raise Problem(f"{adapter.slug} does not take the post: {wrong}")
    return post


def publish(adapter: Adapter, post: Post) -> Published | Processing:
    """Until it stands there, or is in the hands of the person who posts it."""
    ends_at = time.monotonic() + LONGEST
    told = adapter.prepare(post, {})
    while isinstance(told, Waiting):
        _pause(ends_at)
        told = adapter.prepare(post, told.saved)
    out = adapter.publish(told, hashlib.sha256(post.text.encode()).hexdigest())
    while isinstance(out, Processing) and out.check_after is not None:
        _pause(ends_at)
        out = adapter.check_status(out.ref)
    return out


def _pause(ends_at: float) -> None:
    if time.monotonic() > ends_at:
        raise Problem(f"A post did not come out in {LONGEST:g} s.")
    time.sleep(PAUSE)


def measure(job: Job) -> Spent:
    """Call it in a new process. Raises Problem, which travels between processes as a network's error does not."""
    try:
        return _measured(job)
    except NetworkError as error:
        raise Problem(f"{job.place.network}: {error!r} {error.detail}") from None


def _measured(job: Job) -> Spent:
    adapter, counter = connected(job.place, job.stored)
    cpu_ms: list[float] = []
    posts = [post_of(adapter, number, job.media) for number in range(1, job.posts + 1)]
    ids = _published(adapter, posts, SandboxClient(job.place.desk)) if job.reads else []
    gc.collect()
    forget_peak()
    idle, counter.asked = own_memory("VmRSS"), 0
    if job.reads:
        with timed(cpu_ms):
            _read(adapter, ids)
    else:
        for post in posts:
            with timed(cpu_ms):
                publish(adapter, post)
    peak = max(0.0, own_memory("VmHWM") - idle)
    return Spent(round(counter.asked / len(cpu_ms), 2), round(median(cpu_ms), 1), round(peak, 1))


def _read(adapter: Adapter, ids: list[str]) -> None:
    figures = adapter.get_post_metrics(ids)
    if lacking := [one for one in ids if one not in figures or figures[one].gone]:
        raise Problem(f"{adapter.slug} told nothing of {len(lacking)} of {len(ids)} posts.")


def _published(adapter: Adapter, posts: list[Post], network: SandboxClient) -> list[str]:
    """The ids of the posts; where a quota is spent the network's clock is set on, as if one had waited."""
    ids: list[str] = []
    ahead, patience = 0.0, PATIENCE
    while len(ids) < len(posts):
        try:
            out = publish(adapter, posts[len(ids)])
        except NotSent as later:
            if later.code != Code.RATE_LIMITED:
                raise
            ahead, patience = ahead + patience, patience * 2
            network.set_clock(time.time() + ahead)
            continue
        if not isinstance(out, Published):
            raise Problem(f"{adapter.slug} left a post in somebody's hands.")
        patience = PATIENCE
        ids.append(out.remote_id)
    return ids
