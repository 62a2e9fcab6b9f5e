"""What stands ready on Instagram before a post is published: a container for each file, and one for the post.

Owns how far a post has come (Progress, kept between tries) and the next step. Written from
https://developers.facebook.com/docs/instagram-platform/content-publishing and, under /instagram-graph-api/reference,
ig-user/media and ig-container (read 2026-11): a container that is not published within 24 hours is gone.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

from networks.answers import object_with, words
from networks.calls import DETAIL_LENGTH, Answer, Stake, timestamp
from networks.errors import Code, NetworkError, NotSent, Rejected
from networks.graph import Graph
from networks.instagram_refusals import meaning
from networks.types import Media, Post, canonical_json
from outgoing import redact

KEPT = timedelta(hours=23)


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
class Containers:
    """Makes the containers of one account; `address` says where the network fetches a file."""

    ask: Ask
    account: str
    address: Callable[[str], str]

    def go_on(self, post: Post, caption: str, reached: Progress) -> tuple[Progress, bool]:
        """As far as it goes now, and whether all is ready. Raises NotSent(MEDIA_NOT_READY) to begin again."""
        said = {"caption": caption} if caption else {}
        if len(post.media) == 1:
            made = reached.container or self._make(**self._file(post.media[0]), **said)
            reached = reached if reached.container else reached.begun(container=made)
            return reached, self._is_finished(made)
        if not reached.children:
            items = [self._make(is_carousel_item="true", **self._file(media)) for media in post.media]
            reached = reached.begun(children=tuple(items))
        if not reached.container:
            if not all(self._is_finished(child) for child in reached.children):
                return reached, False
            whole = self._make(media_type="CAROUSEL", children=",".join(reached.children), **said)
            reached = reached.begun(container=whole)
        return reached, self._is_finished(reached.container)

    def _file(self, media: Media) -> dict[str, str]:
        """A video that stands alone is a reel, and has no place for a description."""
        if media.is_video:
            return {"media_type": "REELS", "video_url": self.address(media.sha256)}
        described = {"alt_text": media.alt_text} if media.alt_text else {}
        return {"image_url": self.address(media.sha256), **described}

    def _make(self, **form: str) -> str:
        answer = self.ask(
            Stake.HIDDEN, lambda graph: graph.write(f"{self.account}/media", form), refused=Code.MEDIA_REFUSED
        )
        return words(object_with(answer, Stake.HIDDEN, "id"), "id")

    def _is_finished(self, container: str) -> bool:
        """False while the network is at work; raises where it gave up, or where the container is no longer there."""
        node = quote(container, safe="")
        try:
            answer = self.ask(Stake.READ, lambda graph: graph.get_object(node, fields="status_code,status"))
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise
            told: Mapping[str, Any] = {"status_code": "EXPIRED"}
        else:
            told = object_with(answer, Stake.READ, "status_code")
        state = words(told, "status_code")
        if state in ("FINISHED", "IN_PROGRESS"):
            return state == "FINISHED"
        raise _why_not(state, words(told, "status"))


def _why_not(state: str, status: str) -> NetworkError:
    """`status` names a subcode where the network gave up. Where it says nothing, another container may fare better."""
    if state == "PUBLISHED":
        return Rejected(Code.DUPLICATE_REFUSED)
    subcode = next((int(number) for number in re.findall("[0-9]{7}", status)), 0)
    params: dict[str, str | int] = {"network_code": subcode}
    detail = redact(status)[:DETAIL_LENGTH]
    return meaning(subcode, Stake.HIDDEN, params, detail) or NotSent(Code.MEDIA_NOT_READY, params=params, detail=detail)
