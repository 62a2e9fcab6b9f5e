"""A video on its way to X: a session that is begun, given the file in segments, closed, and waited for.

Owns how far a video has come (Film, kept between tries) and the next step. Written from
https://docs.x.com/x-api/media/quickstart/media-upload-chunked, /quickstart/best-practices, /initialize-media-upload,
/append-media-upload, /finalize-media-upload and /get-media-upload-status (read 2026-11): segments of at most 5 MB,
counted from 0 to 999, each of which may be sent again; an id lives for the seconds that are told with it, and counts
for nothing before its state is "succeeded". Nobody sees anything of a session that is left behind.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from networks.answers import count_of, section, words
from networks.calls import DETAIL_LENGTH, Answer, Caller, Stake, timestamp
from networks.errors import Code, NetworkError, NotSent, Rejected
from networks.limits import Limits, VideoLimits
from networks.tweets import data_of
from networks.types import Media
from outgoing import FilePart, FormFile, Multipart, redact

SEGMENT, SEGMENTS = 5_000_000, 1_000
SEGMENTS_AT_ONCE = 12
SEGMENT_SECONDS = 180.0
AT_ONCE, LOOK_AGAIN_SECONDS, LONGEST_WAIT, BEGIN_AGAIN_SECONDS = 0.0, 5.0, 300.0, 60.0
MAX_FAILURES = 3
DAY = 86_400
MARGIN = timedelta(hours=1)
MINUTE_MS = 60_000
LIMITS = VideoLimits(
    types=("video/mp4", "video/quicktime"),
    max_bytes=SEGMENT * SEGMENTS,
    min_duration_ms=500,
    max_duration_ms=20 * MINUTE_MS,
    codecs=("h264",),
    audio_codecs=("aac",),
    min_aspect=1 / 3,
    max_aspect=3,
    min_side=32,
    max_side=1_280,
    max_frame_rate=60_000,
)
"""Of an account without Premium. The page allows 8 GB, but no more goes into the segments; H.264 is the one codec that
it names, and AAC the one sound that it takes. Descriptions are for pictures alone (post-media-metadata-create)."""
CLOSED = ("pending", "in_progress", "succeeded", "failed")
VERIFIED = ("blue", "business", "government")


def limits_of(account: Mapping[str, Any], usual: Limits) -> Limits:
    """Of this account: one that is verified may post longer and larger videos."""
    if words(account, "verified_type") not in VERIFIED:
        return usual
    return replace(usual, video=replace(LIMITS, max_duration_ms=125 * MINUTE_MS, max_side=1_920))


def usable_until(told: Mapping[str, Any]) -> str:
    """Until when an id that was just told may be used: an hour, or half its life, before it expires."""
    lasts = timedelta(seconds=count_of(told, "expires_after_secs")[0] or DAY)
    return (datetime.now(UTC) + lasts - min(MARGIN, lasts / 2)).isoformat()


def is_ready(told: Mapping[str, Any]) -> bool:
    """What needed no processing says nothing of it. Raises Rejected where processing failed."""
    info = section(told, "processing_info")
    state = words(info, "state") or "succeeded"
    if state == "failed":
        error = section(info, "error")
        said = " ".join(part for part in (words(error, "name"), words(error, "message")) if part)
        raise Rejected(Code.MEDIA_REFUSED, detail=redact(said)[:DETAIL_LENGTH])
    return state == "succeeded"


class SessionGone(Exception):
    """The network no longer knows the id: another session begins at the first byte."""


@dataclass(frozen=True)
class Film:
    """`id` is the session's and then the video's; `sent` counts the segments that are there.

    `is_whole`: the session is closed and the network at work. `failures` counts sessions that were lost.
    """

    sha256: str
    id: str = ""
    sent: int = 0
    is_whole: bool = False
    is_ready: bool = False
    expires_at: str = ""
    failures: int = 0

    @property
    def is_usable(self) -> bool:
        until = timestamp(self.expires_at)
        return bool(self.id) and until is not None and until > datetime.now(UTC)

    def again(self) -> "Film":
        return Film(self.sha256, failures=self.failures + 1)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def earlier(saved: Mapping[str, object], media: Media) -> Film:
    """What an earlier try reached with this very file, as long as its id can be used."""
    kept = saved.get("media")
    told = kept[0] if isinstance(kept, list) and kept and isinstance(kept[0], dict) else {}
    fresh = Film(media.sha256)
    if told.get("sha256") != media.sha256 or set(told) != {one.name for one in fields(Film)}:
        return fresh
    film = Film(**told)
    return film if film.is_usable else replace(fresh, failures=film.failures)


@dataclass
class FilmUpload:
    """Brings one video as far as it goes. `reached` is kept whatever happens, so that the next try goes on from it."""

    caller: Caller
    media: Media
    reached: Film
    open_media: Callable[[Media], AbstractContextManager[BinaryIO]]
    is_known: bool = False
    """Whether the network has shown in this try that it knows the session."""

    @property
    def saved(self) -> dict[str, Any]:
        return {"media": [self.reached.to_json()]}

    def go_on(self) -> float | None:
        """None when the video can be posted, else after how many seconds to come back.

        A refused file leaves nothing behind: whoever tries it again begins anew.
        """
        before = self.reached
        try:
            return self._go_on()
        except SessionGone:
            return self._begin_again()
        except NotSent as error:
            error.saved = self.saved
            if error.code in (Code.RATE_LIMITED, Code.CREDIT_SPENT) or self.reached.sent <= before.sent:
                raise
            return LOOK_AGAIN_SECONDS  # a line that breaks now and then is no failure, as long as something arrives
        except NetworkError as error:
            error.saved = {} if isinstance(error, Rejected) else self.saved
            raise

    def _begin_again(self) -> float:
        self.reached = self.reached.again()
        if self.reached.failures > MAX_FAILURES:
            failure = NotSent(Code.MEDIA_NOT_READY)
            failure.saved = {}
            raise failure
        return BEGIN_AGAIN_SECONDS

    def _go_on(self) -> float | None:
        if self.reached.is_ready:
            return None
        if self.reached.is_whole:
            return self._judge(self._status())
        if self.reached.sent < self._segments:
            self._send()
        if self.reached.sent < self._segments:
            return AT_ONCE
        return self._judge(self._close())

    @property
    def _segments(self) -> int:
        return max(1, -(-self.media.size // SEGMENT))

    def _begin(self) -> None:
        about = {"media_type": self.media.mime_type, "total_bytes": self.media.size, "media_category": "tweet_video"}
        told = self._told("POST", "/2/media/upload/initialize", json=about)
        self.reached = replace(self.reached, id=str(told["id"]), expires_at=usable_until(told))

    def _send(self) -> None:
        """Some of the segments that are not there yet, so that what is reached is kept now and then."""
        with self.open_media(self.media) as file:
            if not self.reached.id:
                self._begin()
            for index in range(self.reached.sent, min(self._segments, self.reached.sent + SEGMENTS_AT_ONCE)):
                self._append(file, index)
                self.reached = replace(self.reached, sent=index + 1)

    def _append(self, file: BinaryIO, index: int) -> None:
        start = index * SEGMENT
        part = FilePart(file, start, min(SEGMENT, self.media.size - start))
        body = Multipart(
            {"segment_index": str(index)}, [FormFile("media", "segment", "application/octet-stream", part)]
        )
        self._ask(
            "POST",
            f"/2/media/upload/{self.reached.id}/append",
            data=body,
            headers={"Content-Type": body.content_type},
            total_timeout=SEGMENT_SECONDS,
        )

    def _close(self) -> Mapping[str, Any]:
        """A session whose segments all stood there before this try may be closed already: then that is what counts."""
        closed = {} if self.is_known else self._state()
        return closed or self._told("POST", f"/2/media/upload/{self.reached.id}/finalize")

    def _state(self) -> Mapping[str, Any]:
        """{} where the network says nothing, or that the session is still open; what it refuses next is no answer."""
        try:
            told = self._status()
        except SessionGone:
            return {}
        self.is_known = False
        return told if words(section(told, "processing_info"), "state") in CLOSED else {}

    def _status(self) -> Mapping[str, Any]:
        asked = {"command": "STATUS", "media_id": self.reached.id}
        return self._told("GET", "/2/media/upload", params=asked)

    def _judge(self, told: Mapping[str, Any]) -> float | None:
        self.reached = replace(self.reached, is_whole=True, is_ready=is_ready(told))
        if count_of(told, "expires_after_secs")[0]:
            self.reached = replace(self.reached, expires_at=usable_until(told))
        if self.reached.is_ready:
            return None
        wait = count_of(section(told, "processing_info"), "check_after_secs")[0] or LOOK_AGAIN_SECONDS
        return min(max(wait, 1.0), LONGEST_WAIT)

    def _told(self, method: str, path: str, **content: Any) -> Mapping[str, Any]:
        return data_of(self._ask(method, path, **content), Stake.HIDDEN, "id")

    def _ask(self, method: str, path: str, **content: Any) -> Answer:
        """A refusal of the first thing that is asked of an earlier try's session means that the session is over."""
        is_of_session = bool(self.reached.id)
        try:
            answer = self.caller.call(Stake.HIDDEN, method, path, refused=Code.MEDIA_REFUSED, **content)
        except Rejected as error:
            is_over = error.code == Code.NOT_FOUND or (error.code == Code.MEDIA_REFUSED and not self.is_known)
            if not (is_of_session and is_over):
                raise
        else:
            self.is_known = True
            return answer
        raise SessionGone
