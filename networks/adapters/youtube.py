"""YouTube channels: videos, through our own HTTP client (docs/decisions/0021).

Written from https://developers.google.com/youtube/v3/docs: videos/insert, videos/update, videos/list, videos/delete,
channels/list, playlistItems/list, commentThreads/list, /youtube/v3/guides/using_resumable_upload_protocol and
https://developers.google.com/identity/protocols/oauth2/web-server (read 2026-11).

Readers see one request: the change of the privacy. Before it the video is uploaded as private, waited for and given its
captions, picture and playlist (networks/youtube_drafts.py), all of which may be repeated. A change of the privacy that
is made twice is made once, so that a lost answer costs a look and never a second video. An access lasts an hour; the
refresh token does not turn. youtube.readonly is asked for since the page on reports names it beside its own scope.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from networks import youtube_drafts, youtube_reports
from networks import youtube_videos as videos
from networks.answers import object_with, objects, only, section, words
from networks.base import Capability
from networks.calls import Stake, lost
from networks.errors import Code, NeedsReconnect, ProblemCode, Rejected
from networks.google import ANALYTICS, API, host_of
from networks.google_adapter import GoogleAdapter
from networks.length import URL
from networks.limits import Limits
from networks.metrics import Metric
from networks.types import (
    Account,
    AccountMetrics,
    Comment,
    Cost,
    Lookup,
    Post,
    PostMetrics,
    Problem,
    Profile,
    Published,
    Quota,
    Ready,
    Severity,
    Tokens,
    Visibility,
    Waiting,
)
from networks.youtube_limits import LIMITS, limits_of

READERS = "https://www.youtube.com"
NOT_OFFERED = {
    Capability.IDEMPOTENCY_KEY,
    Capability.CHECK_STATUS,
    Capability.REPLY,
    Capability.CONTENT_WARNING,
    Capability.ALT_TEXT,
}
DAY = 86_400
BATCH, PAGES, COMMENTS, COMMENT_PAGES = 50, 20, 100, 5
CHANGE = 50
"""Units of the project's day that a change costs, where a reading costs one: determine_quota_cost (2026-11)."""
KEPT_OF_SNIPPET = ("title", "description", "categoryId", "tags", "defaultLanguage", "defaultAudioLanguage")


class YouTube(GoogleAdapter):
    slug: ClassVar[str] = "youtube"
    label: ClassVar[str] = "YouTube"
    labels: ClassVar[Mapping[str, str]] = {"ar": "يوتيوب"}
    scopes: ClassVar[tuple[str, ...]] = tuple(
        f"https://www.googleapis.com/auth/{name}"
        for name in ("youtube.upload", "youtube.force-ssl", "youtube.readonly", "yt-analytics.readonly")
    )
    data: ClassVar[str] = "/youtube/v3/"
    limits: ClassVar[Limits] = LIMITS
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC, Visibility.UNLISTED)
    options: ClassVar = videos.OPTIONS
    editable_options: ClassVar[frozenset[str]] = frozenset({videos.TITLE})
    metrics: ClassVar[frozenset[Metric]] = frozenset({*videos.FIGURES, *youtube_reports.METRICS})
    account_metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.FOLLOWERS})
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - NOT_OFFERED
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = (
        Quota("posts", 100, DAY, "application"),
        Quota("units", 10_000, DAY, "application"),
    )
    metrics_batch: ClassVar[int] = BATCH

    @property
    def _home(self) -> str:
        """Where people watch: the network's own pages, or those of the server that another base URL names."""
        return host_of(self.connection.base_url, READERS)

    # What may be written

    def validate(self, post: Post) -> list[Problem]:
        """Neither title nor description takes < or >, and a playlist must be one."""
        found = super().validate(post)
        for field, text in (("text", self.compose(post)), ("options.title", post.options.get(videos.TITLE, ""))):
            if set(videos.SIGNS) & set(text):
                found.append(Problem(ProblemCode.SIGNS_NOT_ACCEPTED, {"signs": videos.SIGNS}, Severity.BLOCK, field))
        playlist = post.options.get(videos.PLAYLIST, "")
        if playlist and not videos.playlist_of(post):
            said = {"option": videos.PLAYLIST, "value": playlist}
            found.append(Problem(ProblemCode.OPTION_VALUE_NOT_OFFERED, said, Severity.BLOCK, "options.playlist"))
        return found

    # Connecting

    def get_accounts(self, tokens: Tokens) -> Sequence[Account]:
        """The channel that the person chose on Google's page; one consent is for one channel."""
        told = self._items("channels", caller=self._at(API, tokens.access_token), part="snippet", mine="true")
        return [Account(words(one, "id"), _handle(one), _title(one), tokens) for one in told if one.get("id")]

    def get_profile(self) -> Profile:
        told = self._channel("snippet,status")
        snippet = section(told, "snippet")
        bio, address = words(snippet, "description"), words(snippet, "customUrl") or f"channel/{words(told, 'id')}"
        return Profile(
            remote_id=words(told, "id"),
            handle=_handle(told),
            display_name=_title(told),
            bio=bio,
            url=f"{self._home}/{address}",
            links=tuple(dict.fromkeys(link.group() for link in URL.finditer(bio))),
            limits=limits_of(told),
            avatar_url=words(section(section(snippet, "thumbnails"), "default"), "url"),
        )

    def _channel(self, part: str) -> Mapping[str, Any]:
        """The channel itself; a token that speaks for another one, or for none, is no access to it."""
        told = [one for one in self._items("channels", part=part, mine="true") if one.get("id")]
        own = self.connection.remote_id
        found = next((one for one in told if not own or words(one, "id") == own), None)
        if found is None:
            raise NeedsReconnect(Code.TOKEN_INVALID)
        return found

    def probe(self) -> None:
        self._channel("id")

    # Publishing

    @classmethod
    def needs_preparing(cls, post: Post) -> bool:
        return True

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        """Uploads the video as private and waits until it can be played. `saved` is a youtube_drafts.Progress."""
        reached = youtube_drafts.progress(saved, post)
        if not reached.session and not reached.video:
            self._see_files(post)
        title, description = post.options.get(videos.TITLE, ""), self.compose(post)
        draft = youtube_drafts.Draft(
            self._caller,
            post,
            youtube_drafts.resource(post, title, description),
            reached,
            self.open_stored,
            lambda: self._draft_of(post),
        )
        try:
            wait = draft.go_on()
        finally:
            self.last_rate_limit = self._caller.last_rate_limit
        kept = draft.reached.to_json()
        return Ready(post, kept) if wait is None else Waiting(kept, wait)

    def _see_files(self, post: Post) -> None:
        """All files are the signed ones, and there is what a person must say. Raises Rejected."""
        for media in post.media:
            with self.open_media(media):
                pass
        is_said = all(post.options.get(one.name) for one in self.options if one.required)
        if len(post.media) != 1 or not post.media[0].is_video or not is_said:
            raise Rejected(Code.POST_REFUSED)

    def _draft_of(self, post: Post) -> str:
        """A private video that a lost answer left: of these words and of this size."""
        page, _, _ = next(self._uploads("snippet,status,fileDetails"))
        same = (
            told for told in page if self._is_of(told, post) and videos.is_private(told)
            and videos.is_made_of(told, post.media[0].size)
        )  # fmt: skip
        return next((words(told, "id") for told in same), "")

    def _is_of(self, told: Mapping[str, Any], post: Post) -> bool:
        return videos.has_words_of(told, post.options.get(videos.TITLE, ""), self.compose(post))

    def publish(self, ready: Ready, key: str) -> Published:
        """Shows the video. The whole status is said again: what is left out would go back to its default."""
        post, kept = ready.post, ready.saved.get("status") or {}
        kids = {"selfDeclaredMadeForKids": post.options.get(videos.MADE_FOR_KIDS) == "yes"}
        wanted = {**kept, **kids, "privacyStatus": videos.PRIVACY[post.visibility]}
        body = {"id": str(ready.saved["video"]), "status": wanted}
        answer = self._ask(Stake.VISIBLE, "PUT", "videos", units=CHANGE, params={"part": "status"}, json=body)
        told = object_with(answer, Stake.VISIBLE, "id")
        shown = words(section(told, "status"), "privacyStatus")
        if not shown:
            raise lost(Stake.VISIBLE, Code.ANSWER_UNREADABLE, params={"status": answer.status})
        if shown == "private":
            raise Rejected(Code.KEPT_PRIVATE, params={"status": answer.status}, detail=shown)
        return videos.published(told, self._home)

    def find_published(self, post: Post, key: str, since: datetime) -> Lookup:
        """Our own uploads, newest first. The post's video is known by its words: where it is private still, nothing is
        out, and no further page needs to be read."""
        found: list[Published] = []
        looked_at, is_complete = 0, False
        for page, ahead, is_last in self._uploads("snippet,status"):
            looked_at += len(page)
            same = [told for told in page if self._is_of(told, post)]
            starts_at = since + timedelta(seconds=min(ahead, 0) - 2)
            shown = [videos.published(told, self._home) for told in same if not videos.is_private(told)]
            found += [one for one in shown if one.published_at >= starts_at]
            is_complete = is_last or bool(found) or any(videos.is_private(told) for told in same)
            if is_complete:
                break
        found.sort(key=lambda one: one.published_at)
        return Lookup(found[0] if found else None, is_complete, looked_at, tuple(found[1:]))

    def _uploads(self, part: str) -> Iterator[tuple[list[dict[str, Any]], float, bool]]:
        """Pages of the channel's own videos, by how much the network's clock is ahead, and whether it is the last.

        A channel that never had a video has no list of uploads.
        """
        lists = section(section(self._channel("contentDetails"), "contentDetails"), "relatedPlaylists")
        asked = {"part": "contentDetails", "playlistId": words(lists, "uploads"), "maxResults": str(BATCH)}
        for _ in range(PAGES):
            try:
                answer = self._ask(Stake.READ, "GET", "playlistItems", params=asked)
            except Rejected as error:
                if "playlistNotFound" not in error.detail:
                    raise
                yield [], 0.0, True
                return
            told = object_with(answer, Stake.READ, "items")
            ids, following = _ids_in(told["items"]), words(told, "nextPageToken")
            page = self._items("videos", part=part, id=",".join(ids), maxResults=str(BATCH)) if ids else []
            yield page, answer.server_ahead(), not following
            if not following:
                return
            asked["pageToken"] = following

    @classmethod
    def remote_id_in(cls, permalink: str) -> str | None:
        return videos.id_in(permalink)

    @classmethod
    def is_on_account(cls, permalink: str, profile_url: str) -> bool:
        """Short and mobile addresses lead to the same place."""
        try:
            hosts = {urlsplit(permalink).hostname, urlsplit(profile_url).hostname}
        except ValueError:
            return False
        return hosts <= videos.READERS or super().is_on_account(permalink, profile_url)

    def edit_post(self, remote_id: str, post: Post) -> Published:
        """The title and the description; what else stands in the same part is read first, and said again."""
        told = next(iter(self._items("videos", part="snippet", id=remote_id)), None)
        if told is None:
            raise Rejected(Code.NOT_FOUND)
        snippet = only(section(told, "snippet"), KEPT_OF_SNIPPET) | {"description": self.compose(post)}
        if title := post.options.get(videos.TITLE):
            snippet["title"] = title
        if videos.CATEGORY in post.options:
            snippet["categoryId"] = videos.category_of(post)
        body = {"id": remote_id, "snippet": snippet}
        answer = self._ask(Stake.VISIBLE, "PUT", "videos", units=CHANGE, params={"part": "snippet"}, json=body)
        return videos.published(object_with(answer, Stake.VISIBLE, "id"), self._home)

    def delete_post(self, remote_id: str) -> None:
        try:
            answer = self._ask(Stake.VISIBLE, "DELETE", "videos", units=CHANGE, params={"id": remote_id})
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise
            return
        if answer.content is not None:
            raise lost(Stake.VISIBLE, Code.ANSWER_UNREADABLE, params={"status": answer.status})

    # Measuring

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        measured: dict[str, PostMetrics] = {}
        for start in range(0, len(remote_ids), BATCH):
            measured |= self._measured(remote_ids[start : start + BATCH])
        return measured

    def _measured(self, remote_ids: Sequence[str]) -> dict[str, PostMetrics]:
        """A video that is not told is no longer there: its owner is told of private ones too."""
        told = self._items("videos", part="statistics", id=",".join(remote_ids), maxResults=str(BATCH))
        shown = {words(one, "id"): one for one in told}
        there = [one for one in remote_ids if one in shown]
        analytics = self._at(ANALYTICS, self.connection.access_token)
        reports = youtube_reports.figures_of(analytics, there) if there else {}
        return {
            one: videos.video_figures(shown[one], *youtube_reports.watched(reports[one]))
            if one in shown
            else PostMetrics(one, gone=True)
            for one in remote_ids
        }

    def get_account_metrics(self) -> AccountMetrics:
        return videos.channel_figures(self._channel("statistics"))

    def get_comments(self, remote_id: str) -> Sequence[Comment]:
        """The newest threads, each with the answers that come with it; none where comments are switched off."""
        asked = {"part": "snippet,replies", "videoId": remote_id, "maxResults": str(COMMENTS), "order": "time"}
        found: list[Comment] = []
        for _ in range(COMMENT_PAGES):
            try:
                answer = self._ask(Stake.READ, "GET", "commentThreads", params={**asked, "textFormat": "plainText"})
            except Rejected as error:
                if "commentsDisabled" not in error.detail:
                    raise
                break
            told = object_with(answer, Stake.READ, "items")
            found += videos.comments_in(objects(told, "items"), remote_id, self._home)
            if not (following := words(told, "nextPageToken")):
                break
            asked["pageToken"] = following
        return sorted(found, key=lambda one: one.created_at)


def _ids_in(items: object) -> list[str]:
    """The videos of a page of a playlist. A page read by half would pass for absence: then it is Unreachable."""
    entries: list[Any] = items if isinstance(items, list) else [None]
    ids = [words(section(one, "contentDetails"), "videoId") if isinstance(one, dict) else "" for one in entries]
    if not all(ids):
        raise lost(Stake.READ, Code.ANSWER_UNREADABLE)
    return ids


def _title(channel: Mapping[str, Any]) -> str:
    return words(section(channel, "snippet"), "title")


def _handle(channel: Mapping[str, Any]) -> str:
    """@name where the channel has one."""
    return words(section(channel, "snippet"), "customUrl") or _title(channel)
