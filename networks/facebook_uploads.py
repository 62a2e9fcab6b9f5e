"""How a video's file reaches a Facebook page before anybody sees it, and how far an earlier try came.

Written from https://developers.facebook.com/docs/video-api/overview, /documentation/video-api/guides/publishing,
/docs/graph-api/guides/upload and /documentation/video-api/guides/reels-publishing (read 2026-11).

Of the two ways for a video in the feed this is the Resumable Upload API: the guide knows no other one any more, and
the host of the older one (graph-video, with its phases start, transfer and finish) is named as deprecated. A reel has a
session of its own at another host. Both take the whole file in one request, which may break off anywhere; the next one
goes on at the offset that the network tells. The guide speaks of a user's token for the session of a video: a channel
keeps the page's alone.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote, urlsplit

from networks.answers import count_of, object_with, section, words
from networks.calls import Answer, Stake, lost, timestamp
from networks.errors import Code, NetworkError, NotSent, Rejected
from networks.facebook_refusals import is_out_of_step
from networks.graph import VERSION, Graph, GraphCaller
from networks.types import Media, Post, canonical_json
from outgoing import FilePart

API, UPLOADS = "https://graph.facebook.com", "https://rupload.facebook.com"
SECONDS = 600.0
"""So long may one request take; what it did not bring over in that time, the next one does."""
KEPT = timedelta(hours=12)
"""A file that no post uses goes after about a day; before that we send it again."""
AT_ONCE, LOOK_AGAIN_SECONDS, BEGIN_AGAIN_SECONDS = 0.0, 15.0, 60.0
MAX_FAILURES = 3
THEIR_APP = "app"
"""The application that a token was made for: where only a page's token was pasted, ours is not known."""
SESSION = re.compile(r"upload:[\w=+.~:%-]+(\?[\w=+.~%&-]+)?", re.ASCII)


@dataclass(frozen=True)
class Progress:
    """`of` names the post by its digest; `session` is where the file goes, `sent` how much of it the network holds.

    `video` is the id that a reel has from the beginning, and `handle` what the publishing request names once the file
    is there: its handle, or that id. `failures` counts sessions that ended before.
    """

    of: str
    session: str = field(default="", repr=False)
    video: str = ""
    handle: str = ""
    sent: int = 0
    size: int = 0
    begun_at: str = ""
    failures: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_usable(self) -> bool:
        begun_at = timestamp(self.begun_at)
        return not self.session or (begun_at is not None and begun_at > datetime.now(UTC) - KEPT)


def progress(saved: Mapping[str, object], post: Post) -> Progress:
    """What an earlier try reached for this very post, as long as it is there."""
    fresh = Progress(hashlib.sha256(canonical_json(post.to_json())).hexdigest())
    usual = asdict(fresh)
    known = {one.name for one in fields(Progress)}
    kept = {name: value for name, value in saved.items() if name in known and type(value) is type(usual[name])}
    reached = replace(fresh, **kept) if saved.get("of") == fresh.of else fresh  # type: ignore[arg-type]
    return reached if reached.is_usable else fresh


class Ask(Protocol):
    """One call to the network through the library, as GraphAdapter makes it."""

    def __call__(self, stake: Stake, act: Callable[[Graph], object], *, refused: Code = ...) -> Answer: ...


@dataclass(frozen=True)
class Page:
    """The page that is published on: how it is called, and what speaks for it. `proof` goes with its token."""

    ask: Ask
    caller: GraphCaller
    account: str
    token: str = field(repr=False)
    proof: str = field(repr=False)
    app_id: str = ""

    def send(self, caller: GraphCaller, path: str, offset: Mapping[str, str], body: FilePart) -> Answer:
        """The bytes themselves, which the library cannot send from an open file."""
        headers = {**self.access, "Content-Type": "application/octet-stream", **offset}
        try:
            return caller.call(
                Stake.HIDDEN,
                "POST",
                path,
                headers=headers,
                data=body,
                refused=Code.MEDIA_REFUSED,
                total_timeout=SECONDS,
            )
        except Rejected as error:
            if not is_out_of_step(error):
                raise
            failure = NotSent(Code.CONNECTION_BROKEN, params=error.params, detail=error.detail)
        raise failure

    @property
    def access(self) -> dict[str, str]:
        """An upload wants the token in a header."""
        return {"Authorization": f"OAuth {self.token}"}


class Way(Protocol):
    """How a file is taken."""

    def begin(self, film: Media) -> tuple[str, str]:
        """The session, and the video's id where it has one already."""

    def held(self, reached: Progress, size: int) -> tuple[int, str] | None:
        """How much the network holds, and what to name once it is all; None where the session is no more."""

    def send(self, reached: Progress, body: FilePart, size: int) -> str:
        """All that is missing; what to name then."""


@dataclass(frozen=True)
class FeedWay:
    """A session of the application, and a handle at its end."""

    page: Page

    def begin(self, film: Media) -> tuple[str, str]:
        form = {
            "file_name": f"{film.sha256[:16]}.mp4",
            "file_length": str(film.size),
            "file_type": film.mime_type,
        }
        path = f"{quote(self.page.app_id, safe='') or THEIR_APP}/uploads"
        answer = self.page.ask(Stake.HIDDEN, lambda graph: graph.write(path, form), refused=Code.MEDIA_REFUSED)
        session = words(object_with(answer, Stake.HIDDEN, "id"), "id")
        if not SESSION.fullmatch(session):
            raise lost(Stake.HIDDEN, Code.ANSWER_UNREADABLE, params={"status": answer.status})
        return session, ""

    def held(self, reached: Progress, size: int) -> tuple[int, str] | None:
        """A session that has all bytes tells its handle to the request that brought the last one, and to no other."""
        try:
            answer = self.page.caller.call(Stake.READ, "GET", self._path(reached), headers=self.page.access)
        except Rejected:
            return None
        offset = object_with(answer, Stake.READ, "id").get("file_offset")
        there = int(offset) if isinstance(offset, int | str) and str(offset).isdecimal() else -1
        if not 0 <= there <= size:
            raise lost(Stake.READ, Code.ANSWER_UNREADABLE, params={"status": answer.status})
        return (there, "") if there < size else None

    def send(self, reached: Progress, body: FilePart, size: int) -> str:
        offset = {"file_offset": str(body.start)}
        answer = self.page.send(self.page.caller, self._path(reached), offset, body)
        return words(object_with(answer, Stake.HIDDEN, "h"), "h")

    def _path(self, reached: Progress) -> str:
        """The session's id has a signature behind a question mark."""
        path = f"/{VERSION}/{reached.session}"
        return f"{path}{'&' if '?' in path else '?'}appsecret_proof={self.page.proof}" if self.page.proof else path


@dataclass(frozen=True)
class ReelWay:
    """A video that has its id at once, and an address for its file."""

    page: Page

    def begin(self, film: Media) -> tuple[str, str]:
        path, form = f"{self.page.account}/video_reels", {"upload_phase": "start"}
        answer = self.page.ask(Stake.HIDDEN, lambda graph: graph.write(path, form), refused=Code.MEDIA_REFUSED)
        told = object_with(answer, Stake.HIDDEN, "video_id")
        address = words(told, "upload_url")
        if not is_ours(address, self.page.caller.base_url):
            raise lost(Stake.HIDDEN, Code.ANSWER_UNREADABLE, params={"status": answer.status})
        return address, words(told, "video_id")

    def held(self, reached: Progress, size: int) -> tuple[int, str] | None:
        node = quote(reached.video, safe="")
        try:
            answer = self.page.ask(Stake.READ, lambda graph: graph.get_object(node, fields="status"))
        except Rejected:
            return None
        phase = section(section(object_with(answer, Stake.READ, "status"), "status"), "uploading_phase")
        state = words(phase, "status")
        if state == "error":
            return None
        there = count_of(phase, "bytes_transferred")[0] or count_of(phase, "bytes_transfered")[0] or 0
        if state == "complete" or there >= size:
            return size, reached.video
        return there, ""

    def send(self, reached: Progress, body: FilePart, size: int) -> str:
        """The address has a host of its own; the token goes there, and to no host that is not the network's."""
        named = urlsplit(reached.session)
        at = replace(self.page.caller, base_url=f"{named.scheme}://{named.netloc}")
        path = f"{named.path}?{named.query}" if named.query else named.path
        answer = self.page.send(at, path, {"offset": str(body.start), "file_size": str(size)}, body)
        if object_with(answer, Stake.HIDDEN, "success")["success"] is not True:
            raise lost(Stake.HIDDEN, Code.ANSWER_UNREADABLE, params={"status": answer.status})
        return reached.video


@dataclass
class Upload:
    """Brings one file as far as it goes. `reached` is kept whatever happens, so that the next try goes on from it."""

    way: Way
    film: Media
    reached: Progress
    open_stored: Callable[[str], AbstractContextManager[BinaryIO]]

    def go_on(self) -> float | None:
        """None when the file is there, else after how many seconds to come back."""
        try:
            return self._go_on()
        except NetworkError as error:
            error.saved = self.reached.to_json()
            raise

    def _go_on(self) -> float | None:
        if self.reached.handle:
            return None
        if not self.reached.session:
            return self._begin()
        there = self.way.held(self.reached, self.film.size)
        if there is None:
            return self._begin_again()
        offset, handle = there
        self.reached = replace(self.reached, sent=offset, handle=handle)
        return None if handle else self._send(offset)

    def _begin(self) -> float:
        """The session is kept before the first byte leaves."""
        with self.open_stored(self.film.sha256):
            pass
        session, video = self.way.begin(self.film)
        begun_at = datetime.now(UTC).isoformat()
        self.reached = replace(
            self.reached, session=session, video=video, sent=0, size=self.film.size, begun_at=begun_at
        )
        return AT_ONCE

    def _begin_again(self) -> float:
        self.reached = Progress(self.reached.of, failures=self.reached.failures + 1)
        if self.reached.failures > MAX_FAILURES:
            raise NotSent(Code.MEDIA_NOT_READY)
        return BEGIN_AGAIN_SECONDS

    def _send(self, start: int) -> float | None:
        with self.open_stored(self.film.sha256) as file:
            body = FilePart(file, start, self.film.size - start)
            try:
                handle = self.way.send(self.reached, body, self.film.size)
            except NotSent as error:
                if error.code == Code.RATE_LIMITED:
                    raise
                failure = error
            else:
                self.reached = replace(self.reached, handle=handle, sent=self.film.size)
                return None
        return self._cut(start, failure)

    def _cut(self, start: int, failure: NotSent) -> float | None:
        """A line that breaks now and then is no failure, as long as something arrives."""
        there = self.way.held(self.reached, self.film.size)
        if there is None or there[0] <= start:
            raise failure
        offset, handle = there
        self.reached = replace(self.reached, sent=offset, handle=handle)
        return None if handle else LOOK_AGAIN_SECONDS


def is_ours(address: str, base_url: str) -> bool:
    """Whether an address that the network named is a place to which the page's token may go."""
    try:
        named, base = urlsplit(address), urlsplit(base_url)
        is_same = (named.scheme, named.netloc) == (base.scheme, base.netloc)
    except ValueError:
        return False
    is_uploads = f"{named.scheme}://{named.netloc}" == UPLOADS
    return is_same or (base_url.rstrip("/") == API and is_uploads)
