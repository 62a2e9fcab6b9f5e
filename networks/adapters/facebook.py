"""Facebook Pages, through facebook-sdk.

Written from https://developers.facebook.com/docs/graph-api/reference/page/feed, /page/photos, /page/published_posts,
/post, /video, /object/comments and /insights, https://developers.facebook.com/docs/pages-api/ and
https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow (read 2026-11). A post cannot answer
another one here: a comment of the page is no post, has no insights and needs another permission.

A video's file goes up beforehand (facebook_uploads), and one request makes it a post: an unpublished video is for
advertisements, and needs a permission that nobody else has. Captions can be added only to what stands there already.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlsplit

from networks import facebook_uploads as uploads
from networks import facebook_videos as videos
from networks import insights
from networks.answers import created, dated_objects, object_with, only, section, words
from networks.base import Capability
from networks.calls import Answer, Stake, timestamp
from networks.errors import Code, NetworkError, OutcomeUnknown, Rejected
from networks.facebook_refusals import FacebookCaller
from networks.graph import BATCH, VERSION, GraphCaller, proof_of, succeeded
from networks.graph_adapter import GraphAdapter
from networks.length import URL, TextUnit
from networks.limits import Limits
from networks.metrics import Metric
from networks.options import Option
from networks.types import (
    Account,
    AccountMetrics,
    Comment,
    Cost,
    Lookup,
    Media,
    Post,
    PostMetrics,
    Problem,
    Processing,
    Profile,
    Published,
    Quota,
    Ready,
    Tokens,
    Visibility,
    Waiting,
)

PROFILE_FIELDS = "id,name,username,about,description,website,link,category,picture.type(large){url}"
ATTACHED = "media_type,type,target{id}"
POST_FIELDS = f"id,message,created_time,permalink_url,attachments{{{ATTACHED},subattachments.limit(20){{{ATTACHED}}}}}"
COMMENT_FIELDS = "id,message,created_time,permalink_url,from{name},parent{id}"
NOT_OFFERED = {
    Capability.REFRESH_TOKEN,
    Capability.REVOKE_TOKEN,
    Capability.IDEMPOTENCY_KEY,
    Capability.REPLY,
    Capability.CONTENT_WARNING,
    Capability.LANGUAGE,
}
MEDIA_KEPT = timedelta(hours=12)
"""A picture that no post uses is removed after about a day; before that we upload it again."""
UPLOAD_SECONDS = 120.0
POSTING_SECONDS = 60.0
"""How much longer than a text a video may take to become a post, with the picture that stands for it."""
TIME = "created_time"
PERMALINK = re.compile(r"/(?:([^/]+)/posts/|([0-9]+)_)([0-9]+)/?$", re.ASCII)


class Facebook(GraphAdapter):
    slug: ClassVar[str] = "facebook"
    label: ClassVar[str] = "Facebook"
    labels: ClassVar[Mapping[str, str]] = {"ar": "فيسبوك"}
    scopes: ClassVar[tuple[str, ...]] = (
        "pages_show_list",
        "pages_read_engagement",
        "pages_read_user_content",
        "pages_manage_posts",
        "read_insights",
    )
    caller: ClassVar[type[GraphCaller]] = FacebookCaller
    own_posts: ClassVar[str] = "published_posts"
    time: ClassVar[str] = TIME
    limits: ClassVar[Limits] = Limits(
        max_text=63_206,
        text_unit=TextUnit.UTF16_UNITS,
        max_media=10,
        media_types=("image/jpeg", "image/png", "image/gif"),
        max_media_bytes=10_000_000,
        video=videos.IN_FEED,
    )
    """The pages do not say in which unit the text counts: UTF-16 units are never fewer than characters."""
    options: ClassVar[tuple[Option, ...]] = (videos.OPTION,)
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC,)
    metrics: ClassVar[frozenset[Metric]] = frozenset(
        {*insights.POST_INSIGHTS, *insights.OF_VIDEOS, Metric.REACTIONS, Metric.COMMENTS, Metric.SHARES}
    )
    account_metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.FOLLOWERS})
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - NOT_OFFERED
    cost: ClassVar[Cost] = Cost()
    folds_after: ClassVar[int | None] = 477
    """On a wide screen, as measured by https://boldlytype.com/blog/facebook-post-character-limit (read 2026-11):
    Facebook itself publishes no figure, and folds earlier on a phone."""
    quotas: ClassVar[tuple[Quota, ...]] = (Quota("calls", 4800, 86_400, "channel"),)
    """4,800 for each person who engaged with the page that day: the least that a page with a reader has."""
    metrics_batch: ClassVar[int] = BATCH // insights.POST_CALLS

    def _node(self, remote_id: str) -> str:
        """A link names the post alone; the API wants its page before it. A video's post is asked for."""
        if video := videos.ID.fullmatch(remote_id):
            remote_id = words(object_with(self._read(video[1], "post_id"), Stake.READ, "post_id"), "post_id")
        own = self.connection.remote_id
        return quote(remote_id if "_" in remote_id or not own else f"{own}_{remote_id}", safe="")

    def _read(self, node: str, fields: str) -> Answer:
        return self._ask(Stake.READ, lambda graph: graph.get_object(node, fields=fields))

    # What may be written

    def limits_for(self, post: Post) -> Limits:
        limits = self.effective_limits
        return replace(limits, video=videos.AS_REEL) if videos.is_reel(post) and limits.video else limits

    def validate(self, post: Post) -> list[Problem]:
        return [*super().validate(post), *videos.problems(post)]

    # Connecting

    def get_accounts(self, tokens: Tokens) -> Sequence[Account]:
        """The pages on which the person may publish, each with its own access."""
        return [_account(page) for page in self._pages_of(tokens, "name,username")]

    def get_profile(self) -> Profile:
        page = self._own("me", PROFILE_FIELDS)
        told = (words(page, "about"), words(page, "description"))
        bio = "\n".join(dict.fromkeys(text for text in told if text))
        shown = [words(page, "website"), bio]
        return Profile(
            remote_id=words(page, "id"),
            handle=_handle(page),
            display_name=words(page, "name"),
            bio=bio,
            url=words(page, "link") or f"{self.consent_url}/{words(page, 'id')}",
            links=tuple(dict.fromkeys(link.group() for text in shown for link in URL.finditer(text))),
            limits=self.limits,
            avatar_url=words(section(section(page, "picture"), "data"), "url"),
        )

    def probe(self) -> None:
        self._own("me", "id,category")

    # Publishing

    @classmethod
    def upload_seconds(cls, post: Post) -> float:
        return POSTING_SECONDS if videos.is_film(post) else 0.0

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        """Uploads each file once, unpublished. `saved` of pictures = {"media": [{"sha256", "id", "uploaded_at"}]}, in
        order; of a video it is a facebook_uploads.Progress."""
        if videos.is_film(post):
            return self._prepare_film(post, saved)
        before = saved.get("media")
        kept = before if isinstance(before, list) else []
        uploads = [_usable(kept, place, media) or self._upload(media) for place, media in enumerate(post.media)]
        return Ready(post=post, saved={"media": uploads})

    def _upload(self, media: Media) -> dict[str, Any]:
        name = f"{media.sha256[:16]}.{media.mime_type.partition('/')[2]}"
        picture = (name, self.read_media(media), media.mime_type)
        answer = self._ask(
            Stake.HIDDEN,
            lambda graph: graph.put_photo(
                picture, f"{self._account}/photos", published="false", alt_text_custom=media.alt_text
            ),
            refused=Code.MEDIA_REFUSED,
            seconds=UPLOAD_SECONDS,
        )
        told = object_with(answer, Stake.HIDDEN, "id")
        return {"sha256": media.sha256, "id": str(told["id"]), "uploaded_at": datetime.now(UTC).isoformat()}

    def _prepare_film(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        if len(post.media) > 1:
            raise Rejected(Code.POST_REFUSED)
        app, token = self.connection.app_credentials, self.connection.access_token
        proof, app_id = proof_of(token, app), app.client_id if app else ""
        page = uploads.Page(self._ask, self._caller, self._account, token, proof, app_id)
        way: uploads.Way = uploads.ReelWay(page) if videos.is_reel(post) else uploads.FeedWay(page)
        upload = uploads.Upload(way, post.media[0], uploads.progress(saved, post), self.open_stored)
        try:
            wait = upload.go_on()
        finally:
            self.last_rate_limit = self._caller.last_rate_limit
        reached = upload.reached.to_json()
        return Ready(post, reached) if wait is None else Waiting(reached, wait)

    def publish(self, ready: Ready, key: str) -> Published | Processing:
        """A link stands in the text and, where no file takes its place, also as the card below it."""
        post = ready.post
        if videos.is_reel(post):
            return self._publish_reel(post, str(ready.saved["handle"]))
        if videos.is_film(post):
            return self._publish_film(post, str(ready.saved["handle"]))
        pictures = [{"media_fbid": upload["id"]} for upload in ready.saved.get("media", ())]
        form = {"message": self.compose(post)}
        if pictures:
            form["attached_media"] = json.dumps(pictures)
        elif post.link:
            form["link"] = post.link
        answer = self._ask(Stake.VISIBLE, lambda graph: graph.write(f"{self._account}/feed", form))
        return self._published(object_with(answer, Stake.VISIBLE, "id"))

    def _publish_film(self, post: Post, handle: str) -> Processing:
        """The poster that the reviewers saw goes along."""
        form = {"description": self.compose(post), "fbuploader_video_file_chunk": handle}
        files = None
        if poster := post.media[0].poster:
            with self.open_stored(poster) as file:
                files = {"thumb": (f"{poster[:16]}.jpeg", file.read(), "image/jpeg")}
        path = f"{VERSION}/{self._account}/videos"
        answer = self._ask(
            Stake.VISIBLE, lambda graph: graph.request(path, post_args=form, files=files), seconds=POSTING_SECONDS
        )
        return Processing(words(object_with(answer, Stake.VISIBLE, "id"), "id"), videos.LOOK_AGAIN_SECONDS)

    def _publish_reel(self, post: Post, video: str) -> Processing:
        """A reel has its id before anybody sees it, so that what became of a lost answer can be asked."""
        form = {"upload_phase": "finish", "video_id": video, "video_state": "PUBLISHED"}
        form["description"] = self.compose(post)
        path = f"{self._account}/video_reels"
        with suppress(OutcomeUnknown):
            succeeded(self._ask(Stake.VISIBLE, lambda graph: graph.write(path, form), seconds=POSTING_SECONDS))
        return Processing(video, videos.LOOK_AGAIN_SECONDS)

    def check_status(self, ref: str) -> Published | Processing:
        """A video may take half an hour, and is not found at first: no refusal to tell of it is a word against it."""
        try:
            answer = self._read(quote(ref, safe=""), videos.FIELDS)
        except Rejected:
            return Processing(ref, videos.LOOK_AGAIN_SECONDS)
        told = object_with(answer, Stake.READ, "status")
        return videos.state_of({"id": ref, **told}, self.consent_url, self.connection.remote_id or "")

    def _published(self, told: Mapping[str, Any]) -> Published:
        remote_id = words(told, "id")
        page, _, number = remote_id.rpartition("_")
        link = f"{self.consent_url}/{page}/posts/{number}" if page else f"{self.consent_url}/{number}"
        return Published(
            remote_id=remote_id,
            permalink=words(told, "permalink_url") or link,
            published_at=created(told, TIME),
            raw=only(told, ("id", "created_time", "permalink_url")),
        )

    def find_published(self, post: Post, key: str, since: datetime) -> Lookup:
        """Words and files are compared. A video that the network is still at work on stands nowhere yet, so that its
        absence proves nothing."""
        lookup = self._look_back(since, POST_FIELDS, lambda told: self._is_same(told, post), self._published)
        return replace(lookup, complete=False) if videos.is_film(post) and lookup.found is None else lookup

    def _is_same(self, told: Mapping[str, Any], post: Post) -> bool:
        """Below a text without files the network may set a card for its link, which has a picture or a video in it."""
        text = self.compose(post)
        is_said = self.fingerprint(words(told, "message")) == self.fingerprint(text)
        may_have_card = not post.media and URL.search(text) is not None
        return is_said and (may_have_card or videos.has_files_of(told, post))

    @classmethod
    def remote_id_in(cls, permalink: str) -> str | None:
        """/PAGE/posts/NUMBER, /PAGE_NUMBER or ?story_fbid=NUMBER&id=PAGE; a veiled id (pfbid…) means nothing here.

        The link of a video names the video, and not the post that shows it.
        """
        try:
            address = urlsplit(permalink)
        except ValueError:
            return None
        if video := videos.id_in(address):
            return video
        asked = dict(parse_qsl(address.query))
        if found := PERMALINK.search(address.path):
            page, number = found[1] or found[2], found[3]
        else:
            page, number = asked.get("id", ""), asked.get("story_fbid", "")
        if not _is_number(number):
            return None
        return f"{page}_{number}" if _is_number(page) else number

    def edit_post(self, remote_id: str, post: Post) -> Published:
        """The files and their alt texts stay as they are; others are refused. A video's words are its description."""
        node = self._node(remote_id)
        now = object_with(self._read(node, POST_FIELDS), Stake.READ, "id")
        if not videos.has_files_of(now, post):
            raise Rejected(Code.EDIT_CHANGES_MEDIA)
        video, text = _video_in(now), self.compose(post)
        form = {"description": text} if video else {"message": text}
        succeeded(self._ask(Stake.VISIBLE, lambda graph: graph.write(video or node, form)))
        return self._published(now)

    def delete_post(self, remote_id: str) -> None:
        """With a video's post goes the video itself, which would else stay on the page."""
        try:
            gone = self._gone_with(remote_id)
            succeeded(self._ask(Stake.VISIBLE, lambda graph: graph.delete_object(gone)))
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise
            self._see_own_posts()

    def _gone_with(self, remote_id: str) -> str:
        if video := videos.ID.fullmatch(remote_id):
            return video[1]
        node = self._node(remote_id)
        return _video_in(object_with(self._read(node, POST_FIELDS), Stake.READ, "id")) or node

    # Measuring

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        figures: dict[str, PostMetrics] = {}
        for start in range(0, len(remote_ids), self.metrics_batch):
            batch = remote_ids[start : start + self.metrics_batch]
            nodes = {one: self._known(one) for one in batch}
            known = (node for node in nodes.values() if isinstance(node, str))
            told = iter(self._batch([call for node in known for call in insights.of_post(node)]))
            for one, node in nodes.items():
                if isinstance(node, NetworkError):
                    figures[one] = insights.without_figures(one, node, self.metrics)
                else:
                    figures[one] = insights.post_figures(one, [next(told) for _ in range(insights.POST_CALLS)])
        if any(one.gone for one in figures.values()):
            self._see_own_posts()
        return figures

    def _known(self, remote_id: str) -> str | NetworkError:
        """The post's node, or why the video that stands for it does not lead to it."""
        try:
            return self._node(remote_id)
        except NetworkError as error:
            if error.code not in (Code.NOT_FOUND, Code.ANSWER_UNREADABLE):
                raise
            return error

    def get_account_metrics(self) -> AccountMetrics:
        return insights.account_figures(self._batch(insights.of_account(self._account)))

    def get_comments(self, remote_id: str) -> Sequence[Comment]:
        node = self._node(remote_id)
        pages = self._pages(node, "comments", fields=COMMENT_FIELDS, filter="stream", order="chronological")
        told = [one for answer in pages for one in dated_objects(object_with(answer, Stake.READ, "data")["data"], TIME)]
        return sorted((_comment(one, remote_id) for one in told), key=lambda one: one.created_at)


def _account(page: Mapping[str, Any]) -> Account:
    return Account(words(page, "id"), _handle(page), words(page, "name"), Tokens(words(page, "access_token")))


def _handle(page: Mapping[str, Any]) -> str:
    """A page need not have a user name."""
    return f"@{page['username']}" if page.get("username") else words(page, "name")


def _usable(saved: Sequence[dict[str, Any]], place: int, media: Media) -> dict[str, Any] | None:
    """The earlier upload of the same bytes and alt text, where it is young enough to be still there."""
    upload = saved[place] if place < len(saved) else None
    if upload is None or upload["sha256"] != media.sha256:
        return None
    uploaded_at = timestamp(upload["uploaded_at"])
    return upload if uploaded_at and uploaded_at > datetime.now(UTC) - MEDIA_KEPT else None


def _video_in(told: Mapping[str, Any]) -> str:
    """The id of the one video that a post shows, or ''."""
    _, films = videos.shown(told)
    return quote(films[0], safe="") if len(films) == 1 else ""


def _comment(told: Mapping[str, Any], remote_id: str) -> Comment:
    """The writer is told only where the permission to read what people write was given."""
    return Comment(
        remote_id=words(told, "id"),
        reply_to=words(section(told, "parent"), "id") or remote_id,
        author=words(section(told, "from"), "name"),
        text=words(told, "message"),
        created_at=created(told, TIME),
        permalink=words(told, "permalink_url"),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
