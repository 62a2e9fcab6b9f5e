"""What stands ready at Meta before a post is published: a container for each file, and one for the post.

Owns how far a post has come (Progress, kept between tries) and the next step; a subclass has its network's own words.
Written from https://developers.facebook.com/docs/instagram-platform/content-publishing and
https://developers.facebook.com/documentation/threads/posts (read 2026-11): a container that is not published within 24
hours is gone.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

from networks.answers import object_with, words
from networks.calls import Answer, Stake, timestamp
from networks.errors import Code, NetworkError, Rejected
from networks.graph import Graph
from networks.types import Media, Post, canonical_json

KEPT = timedelta(hours=23)
FILES = frozenset({"image_url", "video_url"})


@dataclass(frozen=True)
class Progress:
    """`of` names the post by its digest; `container` is what will be published, `children` are the pictures in it.

    `failures` counts containers that the network gave up on.
    """

    of: str
    children: tuple[str, ...] = ()
    container: str = ""
    made_at: str = ""
    failures: int = 0

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "children": list(self.children)}

    def begun(self, **made: Any) -> "Progress":
        """With one more container; what counts is the age of the first."""
        return replace(self, made_at=self.made_at or datetime.now(UTC).isoformat(), **made)

    def again(self) -> "Progress":
        """With nothing made yet, after the network gave up on a container."""
        return Progress(self.of, failures=self.failures + 1)

    def anew(self) -> "Progress":
        """With nothing made yet, after the network refused a file or could not fetch it."""
        return Progress(self.of, failures=self.failures)


def progress(saved: Mapping[str, object], post: Post) -> Progress:
    """What an earlier try reached for this very post, as long as its containers live."""
    of = hashlib.sha256(canonical_json(post.to_json())).hexdigest()
    failures, children = saved.get("failures"), saved.get("children")
    if saved.get("of") != of or not isinstance(failures, int) or not isinstance(children, list):
        return Progress(of)
    made_at = timestamp(saved.get("made_at"))
    if made_at is None or made_at < datetime.now(UTC) - KEPT:
        return Progress(of, failures=failures)
    container = saved.get("container")
    return Progress(of, tuple(children), container if isinstance(container, str) else "", made_at.isoformat(), failures)


class Ask(Protocol):
    """One call to the network, as GraphAdapter makes it."""

    def __call__(self, stake: Stake, act: Callable[[Graph], object], *, refused: Code = ...) -> Answer: ...


@dataclass(frozen=True)
class Containers(ABC):
    """Makes the containers of one account; `address` says where the network fetches a file."""

    edge: ClassVar[str]
    """Where a container is made."""
    state: ClassVar[str]
    """The field that says how far it is."""
    status: ClassVar[str]
    """The field that says more, where the network gave up."""

    ask: Ask
    account: str
    address: Callable[[str], str]

    @abstractmethod
    def alone(self, post: Post) -> dict[str, str]:
        """What is told of a post that is no carousel."""

    @abstractmethod
    def file(self, media: Media) -> dict[str, str]:
        """What is told of one file."""

    @abstractmethod
    def why_not(self, state: str, status: str) -> NetworkError:
        """What it means that the network is neither at work nor done."""

    def go_on(self, post: Post, said: Mapping[str, str], reached: Progress) -> tuple[Progress, bool]:
        """As far as it goes now, and whether all is ready; `said` is told of the whole post.

        Raises NotSent(MEDIA_NOT_READY) to begin again.
        """
        if len(post.media) < 2:
            made = reached.container or self._make({**self.alone(post), **said})
            reached = reached if reached.container else reached.begun(container=made)
            return reached, self._is_finished(made)
        if not reached.children:
            items = [self._make({"is_carousel_item": "true", **self.file(media)}) for media in post.media]
            reached = reached.begun(children=tuple(items))
        if not reached.container:
            if not all(self._is_finished(child) for child in reached.children):
                return reached, False
            whole = self._make({"media_type": "CAROUSEL", "children": ",".join(reached.children), **said})
            reached = reached.begun(container=whole)
        return reached, self._is_finished(reached.container)

    def _make(self, form: Mapping[str, str]) -> str:
        refused = Code.MEDIA_REFUSED if FILES & form.keys() else Code.POST_REFUSED
        answer = self.ask(Stake.HIDDEN, lambda graph: graph.write(f"{self.account}/{self.edge}", form), refused=refused)
        return words(object_with(answer, Stake.HIDDEN, "id"), "id")

    def _is_finished(self, container: str) -> bool:
        """False while the network is at work; raises where it gave up, or where the container is no longer there."""
        node, fields = quote(container, safe=""), f"{self.state},{self.status}"
        try:
            answer = self.ask(Stake.READ, lambda graph: graph.get_object(node, fields=fields))
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise
            told: Mapping[str, Any] = {self.state: "EXPIRED"}
        else:
            told = object_with(answer, Stake.READ, self.state)
        state = words(told, self.state)
        if state in ("FINISHED", "IN_PROGRESS"):
            return state == "FINISHED"
        raise (
            Rejected(Code.DUPLICATE_REFUSED) if state == "PUBLISHED" else self.why_not(state, words(told, self.status))
        )
