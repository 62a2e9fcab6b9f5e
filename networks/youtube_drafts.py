"""A video on YouTube that nobody sees yet: uploaded as private, waited for, given its captions, picture and playlist.

Owns how far a post has come (Progress, kept between tries) and the next step. Written from
https://developers.google.com/youtube/v3/docs: videos, videos/insert, captions/insert, thumbnails/set and
playlistItems/insert (read 2026-11).
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, BinaryIO

from networks import google_uploads
from networks.answers import object_with, objects, only, section, words
from networks.calls import Stake
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected
from networks.google import GoogleCaller
from networks.google_uploads import Session, SessionGone
from networks.types import Media, Post, canonical_json
from networks.youtube_videos import MADE_FOR_KIDS, category_of, playlist_of

CHUNKS_AT_ONCE = 8
AT_ONCE, LOOK_AGAIN_SECONDS, LONGEST_WAIT, BEGIN_AGAIN_SECONDS = 0.0, 15.0, 300.0, 60.0
MAX_FAILURES = 3
MAX_THUMBNAIL = 2 * 1024 * 1024
KEPT = ("embeddable", "license", "publicStatsViewable", "containsSyntheticMedia")
"""What a change of the status would set back to its default, were it not said again."""
DONE, REFUSED = "done", "refused"
COSTS = {"insert": 1, "list": 1, "captions": 400, "thumbnail": 50, "playlist": 50}
"""Units of the project's day, as of 2026-11; an upload has a count of its own (100 a day) and one unit."""


@dataclass(frozen=True)
class Progress:
    """`of` names the post by its digest; `session` is where the file goes, `sent` how much of it the network holds.

    `video` is the private video that stands there, `status` what must be said again when it is shown, and `units` what
    it has all cost of the project's quota. `failures` counts sessions that ended before the file was there.
    """

    of: str
    session: str = field(default="", repr=False)
    sent: int = 0
    size: int = 0
    video: str = ""
    status: Mapping[str, Any] = field(default_factory=dict)
    captions: str = ""
    thumbnail: str = ""
    playlist: str = ""
    failures: int = 0
    units: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def progress(saved: Mapping[str, object], post: Post) -> Progress:
    """What an earlier try reached for this very post."""
    fresh = Progress(hashlib.sha256(canonical_json(post.to_json())).hexdigest())
    usual = asdict(fresh)
    known = {one.name for one in fields(Progress)}
    kept = {name: value for name, value in saved.items() if name in known and type(value) is type(usual[name])}
    return replace(fresh, **kept) if saved.get("of") == fresh.of else fresh  # type: ignore[arg-type]


@dataclass
class Draft:
    """Brings one post as far as it goes. `reached` is kept whatever happens, so that the next try goes on from it."""

    caller: GoogleCaller
    post: Post
    about: Mapping[str, Any]
    """The video resource as it is to stand, still private."""
    reached: Progress
    open_stored: Callable[[str], AbstractContextManager[BinaryIO]]
    find: Callable[[], str]
    """The id of a private video of these words and this size that stands there already, or ''."""

    @property
    def film(self) -> Media:
        return self.post.media[0]

    def go_on(self) -> float | None:
        """One step or several; None when the video is ready to be shown, else after how many seconds to come back."""
        before = self.caller.units
        try:
            return self._go_on()
        except NetworkError as error:
            self._count(before)
            error.saved = self.reached.to_json()
            raise
        finally:
            self._count(before)

    def _count(self, before: int) -> None:
        self.reached = replace(self.reached, units=self.reached.units + self.caller.units - before)
        self.caller.units = before

    def _go_on(self) -> float | None:
        if not self.reached.video and (wait := self._upload()) is not None:
            return wait
        if (wait := self._process()) is not None:
            return wait
        self._caption()
        self._picture()
        self._list()
        return None

    # The file

    def _upload(self) -> float | None:
        """A session is kept before its first byte leaves, so that no video can come of one that was forgotten."""
        if not self.reached.session:
            return self._begin()
        session, before = Session(self.caller, self.reached.session, self.film.size), self.reached.sent
        try:
            return self._send(session)
        except NotSent as error:
            if error.code == Code.RATE_LIMITED or self.reached.sent <= before:
                raise
            return LOOK_AGAIN_SECONDS  # a line that breaks now and then is no failure, as long as something arrives
        except SessionGone:
            failures = self.reached.failures + 1
            self.reached = Progress(self.reached.of, failures=failures, units=self.reached.units)
        if self.reached.failures > MAX_FAILURES:
            raise NotSent(Code.MEDIA_NOT_READY)
        return BEGIN_AGAIN_SECONDS

    def _begin(self) -> float | None:
        if found := self.find():
            self.reached = replace(self.reached, video=found)
            return None
        address = google_uploads.begin(
            self.caller,
            "/upload/youtube/v3/videos",
            params={"part": "snippet,status"},
            about=self.about,
            size=self.film.size,
            mime_type=self.film.mime_type,
            units=COSTS["insert"],
            refused=Code.POST_REFUSED,
        )
        self.reached = replace(self.reached, session=address, sent=0, size=self.film.size)
        return AT_ONCE

    def _send(self, session: Session) -> float | None:
        """What the network holds already is not sent again; a few chunks at a time, so that what is reached is kept."""
        told = session.reached()
        self.reached = replace(self.reached, sent=told.sent)
        with self.open_stored(self.film.sha256) as file:
            for _ in range(CHUNKS_AT_ONCE):
                if told.made is not None:
                    break
                start, told = told.sent, session.send(file, told.sent)
                self.reached = replace(self.reached, sent=told.sent)
                if told.made is None and told.sent == start:
                    raise NotSent(Code.MEDIA_NOT_READY, retry_after=BEGIN_AGAIN_SECONDS)
        if told.made is None:
            return AT_ONCE
        self.reached = replace(self.reached, sent=self.film.size, video=words(told.made, "id"), failures=0)
        return None

    # What the network makes of it

    def _process(self) -> float | None:
        """None once it can be played; looked at each time, for a draft that somebody deleted is uploaded anew."""
        answer = self.caller.ask(
            Stake.READ,
            "GET",
            "/youtube/v3/videos",
            units=COSTS["list"],
            params={"part": "status,processingDetails", "id": self.reached.video},
        )
        told = next(iter(objects(object_with(answer, Stake.READ, "items"), "items")), {})
        status = section(told, "status")
        state = words(status, "uploadStatus")
        if state == "processed":
            self.reached = replace(self.reached, status=only(status, KEPT))
            return None
        if state == "uploaded":
            return _time_left(section(told, "processingDetails"))
        if state in ("failed", "rejected"):
            self.reached = Progress(self.reached.of, units=self.reached.units)  # whoever tries again uploads it anew
            raise _why_not(status)
        self.reached = Progress(self.reached.of, failures=self.reached.failures + 1, units=self.reached.units)
        raise NotSent(Code.MEDIA_NOT_READY, retry_after=BEGIN_AGAIN_SECONDS)

    # What belongs to it

    def _caption(self) -> None:
        captions = self.film.captions
        if captions is None or self.reached.captions:
            return
        about = {"videoId": self.reached.video, "language": captions.language, "name": "", "isDraft": False}
        with self.open_stored(captions.sha256) as file:
            body, content_type = google_uploads.related({"snippet": about}, file.read())
        try:
            self.caller.ask(
                Stake.HIDDEN,
                "POST",
                "/upload/youtube/v3/captions",
                units=COSTS["captions"],
                params={"part": "snippet", "uploadType": "multipart"},
                data=body,
                headers={"Content-Type": content_type},
                refused=Code.MEDIA_REFUSED,
            )
        except Rejected as error:
            if error.params.get("status") != 409:  # captionExists: a try whose answer was lost
                raise
        self.reached = replace(self.reached, captions=DONE)

    def _picture(self) -> None:
        """The poster that the reviewers saw. A channel that has not confirmed its telephone may set none."""
        if not self.film.poster or self.reached.thumbnail:
            return
        with self.open_stored(self.film.poster) as file:
            content = file.read(MAX_THUMBNAIL + 1)
        self.reached = replace(self.reached, thumbnail=self._set(content))

    def _set(self, content: bytes) -> str:
        if len(content) > MAX_THUMBNAIL:
            return REFUSED
        try:
            self.caller.ask(
                Stake.HIDDEN,
                "POST",
                "/upload/youtube/v3/thumbnails/set",
                units=COSTS["thumbnail"],
                params={"videoId": self.reached.video, "uploadType": "media"},
                data=content,
                headers={"Content-Type": "image/jpeg"},
            )
        except Rejected:
            return REFUSED
        return DONE

    def _list(self) -> None:
        """Whatever keeps it out of the playlist is said as such: the video itself is as it should be."""
        playlist = playlist_of(self.post)
        if not playlist or self.reached.playlist:
            return
        try:
            if not self._stands_in(playlist):
                self._put_into(playlist)
        except Rejected as error:
            raise Rejected(Code.PLAYLIST_REFUSED, params=error.params, detail=error.detail) from None
        self.reached = replace(self.reached, playlist=DONE)

    def _stands_in(self, playlist: str) -> bool:
        """Asked first: the network puts a video twice into a playlist without a word."""
        asked = {"part": "id", "playlistId": playlist, "videoId": self.reached.video}
        answer = self.caller.ask(Stake.READ, "GET", "/youtube/v3/playlistItems", units=COSTS["list"], params=asked)
        return bool(objects(object_with(answer, Stake.READ, "items"), "items"))

    def _put_into(self, playlist: str) -> None:
        item = {"playlistId": playlist, "resourceId": {"kind": "youtube#video", "videoId": self.reached.video}}
        self.caller.ask(
            Stake.HIDDEN,
            "POST",
            "/youtube/v3/playlistItems",
            units=COSTS["playlist"],
            params={"part": "snippet"},
            json={"snippet": item},
        )


def resource(post: Post, title: str, description: str) -> dict[str, Any]:
    """The video as it is uploaded: with all its words, and private."""
    language = {"defaultLanguage": post.language} if post.language else {}
    snippet = {"title": title, "description": description, "categoryId": category_of(post), **language}
    kids = post.options.get(MADE_FOR_KIDS) == "yes"
    return {"snippet": snippet, "status": {"privacyStatus": "private", "selfDeclaredMadeForKids": kids}}


def _time_left(details: Mapping[str, Any]) -> float:
    """What the network estimates, within bounds; it tells milliseconds, as text or as a number."""
    told = words(section(details, "processingProgress"), "timeLeftMs")
    seconds = int(told) / 1000 if told.isascii() and told.isdigit() and len(told) < 12 else 0.0
    return min(max(seconds, LOOK_AGAIN_SECONDS), LONGEST_WAIT)


def _why_not(status: Mapping[str, Any]) -> NetworkError:
    """A file that it cannot read, or a video that it does not want."""
    failure, rejection = words(status, "failureReason"), words(status, "rejectionReason")
    if rejection == "duplicate":
        return Rejected(Code.DUPLICATE_REFUSED, detail=rejection)
    if rejection in ("uploaderAccountClosed", "uploaderAccountSuspended"):
        return NeedsReconnect(Code.ACCOUNT_DISABLED, detail=rejection)
    if rejection and rejection != "length":
        return Rejected(Code.POLICY_BLOCKED, detail=rejection)
    return Rejected(Code.MEDIA_REFUSED, detail=failure or rejection)
