"""Instagram's professional accounts, through facebook-sdk.

Written from https://developers.facebook.com/docs/instagram-platform/content-publishing, /reference/instagram-media and,
under /instagram-graph-api/reference, ig-user, ig-user/media, ig-user/media_publish, ig-user/content_publishing_limit,
ig-container and ig-media/comments (read 2026-11).

Of the two ways in we declare Facebook Login for Business, through the page that an account is linked to, not Instagram
Login (graph.instagram.com): only it lets a post be deleted (since December 2025, with instagram_manage_contents), the
page's own access does not run out where Instagram Login's ends after 60 days, and an institution makes one application
for both networks. Instagram fetches files itself: it is told our address, never sent bytes. A caption cannot be
changed, a post cannot answer another one, and nobody can follow a link in a caption.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from networks import caption_text, insights
from networks import instagram_insights as figures
from networks.answers import created, dated_objects, object_with, objects, section, words
from networks.base import Capability
from networks.calls import Stake
from networks.container_adapter import TIME, ContainerAdapter
from networks.errors import Code, NeedsReconnect, NetworkError, ProblemCode, Rejected
from networks.graph import BATCH, GraphCaller
from networks.instagram_containers import InstagramContainers
from networks.instagram_refusals import InstagramCaller
from networks.length import URL, TextUnit
from networks.limits import Limits, VideoLimits
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
    Quota,
    Ready,
    Severity,
    Tokens,
    Visibility,
    Waiting,
)

HOME = "https://www.instagram.com"
PROFILE_FIELDS = "id,username,name,biography,website,profile_picture_url"
MEDIA_FIELDS = "id,caption,timestamp,permalink,media_type,children{id}"
COMMENT_FIELDS = "id,text,timestamp,username,from{username}"
NOT_OFFERED = {
    Capability.REFRESH_TOKEN,
    Capability.REVOKE_TOKEN,
    Capability.IDEMPOTENCY_KEY,
    Capability.EDIT_POST,
    Capability.REPLY,
    Capability.CONTENT_WARNING,
    Capability.LANGUAGE,
}
MAX_HASHTAGS, MAX_MENTIONS = 30, 20
DAY = 86_400


class Instagram(ContainerAdapter):
    slug: ClassVar[str] = "instagram"
    label: ClassVar[str] = "Instagram"
    labels: ClassVar[Mapping[str, str]] = {"ar": "إنستغرام"}
    scopes: ClassVar[tuple[str, ...]] = (
        "pages_show_list",
        "pages_read_engagement",
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_comments",
        "instagram_manage_insights",
        "instagram_manage_contents",
    )
    limits: ClassVar[Limits] = Limits(
        max_text=2_200,
        text_unit=TextUnit.UTF16_UNITS,
        needs_media=True,
        max_media=10,
        media_types=("image/jpeg",),
        max_media_bytes=8_000_000,
        min_aspect=4 / 5,
        max_aspect=1.91,
        max_alt_text=1_000,
        video=VideoLimits(
            types=("video/mp4", "video/quicktime"),
            max_bytes=300_000_000,
            min_duration_ms=3_000,
            max_duration_ms=15 * 60_000,
            codecs=("h264", "hevc"),
            audio_codecs=("aac",),
            min_aspect=0.01,
            max_aspect=10,
            max_side=1_920,
            min_frame_rate=23_000,
            max_frame_rate=60_000,
            max_bit_rate=25_000_000,
        ),
    )
    """The pages do not say in which unit a caption counts: UTF-16 units are never fewer than characters. Of a reel's
    sides they limit the width alone."""
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC,)
    metrics: ClassVar[frozenset[Metric]] = figures.METRICS
    account_metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.FOLLOWERS, *figures.OF_ACCOUNT})
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - NOT_OFFERED
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = (Quota("posts", 50, DAY, "channel"),)
    """The least that the pages name (the guide says 100). What holds for the account is read before each post."""
    metrics_batch: ClassVar[int] = BATCH
    folds_after: ClassVar[int | None] = 125
    """As measured by https://bulkpublish.com/blog/instagram-character-limit (read 2026-11): Instagram itself publishes
    no figure."""
    caller: ClassVar[type[GraphCaller]] = InstagramCaller
    own_posts: ClassVar[str] = "media"
    limit_edge: ClassVar[str] = "content_publishing_limit"
    publish_edge: ClassVar[str] = "media_publish"
    shown_fields: ClassVar[str] = MEDIA_FIELDS
    shown_needs: ClassVar[str] = "permalink"

    # What may be written

    def validate(self, post: Post) -> list[Problem]:
        """Hashtags and mentions have limits of their own; a link stands in a caption as mere text."""
        found, text = super().validate(post), self.compose(post)
        for code, count, limit in (
            (ProblemCode.HASHTAGS_TOO_MANY, caption_text.hashtags(text), MAX_HASHTAGS),
            (ProblemCode.MENTIONS_TOO_MANY, caption_text.mentions(text), MAX_MENTIONS),
        ):
            if count > limit:
                found.append(Problem(code, {"count": count, "limit": limit}, Severity.BLOCK, "text"))
        if URL.search(text):
            found.append(Problem(ProblemCode.LINK_NOT_FOLLOWED, {}, Severity.WARN, "text"))
        return found

    # Connecting

    @property
    def _home(self) -> str:
        """Where people read: the network's own pages, or those of the server that another base URL names."""
        base_url = self.connection.base_url.rstrip("/")
        return HOME if base_url == self.default_url else base_url

    def get_accounts(self, tokens: Tokens) -> Sequence[Account]:
        """The professional accounts that are linked to the person's pages, each with its page's access."""
        pages = self._pages_of(tokens, "instagram_business_account{id,username,name}")
        linked = [(section(page, "instagram_business_account"), page) for page in pages]
        return [
            Account(words(told, "id"), _handle(told), words(told, "name"), Tokens(words(page, "access_token")))
            for told, page in linked
            if told.get("id")
        ]

    def get_profile(self) -> Profile:
        told = self._professional(PROFILE_FIELDS)
        bio, website = words(told, "biography"), words(told, "website")
        return Profile(
            remote_id=words(told, "id"),
            handle=_handle(told),
            display_name=words(told, "name") or words(told, "username"),
            bio=bio,
            url=f"{self._home}/{words(told, 'username')}/",
            links=tuple(dict.fromkeys(link.group() for text in (website, bio) for link in URL.finditer(text))),
            limits=self.limits,
            avatar_url=words(told, "profile_picture_url"),
        )

    def _professional(self, fields: str) -> Mapping[str, Any]:
        """The account itself; where only a page's token is known, the one that is linked to the page."""
        if self.connection.remote_id:
            return self._own(self._account, fields)
        page = self._own("me", f"id,instagram_business_account{{{fields}}}")
        account = section(page, "instagram_business_account")
        if not account.get("id"):
            raise NeedsReconnect(Code.TOKEN_INVALID)
        return account

    def probe(self) -> None:
        self._professional("id,username")

    # Publishing

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        """There is no post without a file."""
        if not post.media:
            raise Rejected(Code.POST_REFUSED)
        return super().prepare(post, saved)

    def _containers(self) -> InstagramContainers:
        return InstagramContainers(self._ask, self._account, self.media.address)

    def _said(self, post: Post) -> dict[str, str]:
        caption = self.compose(post)
        return {"caption": caption} if caption else {}

    def find_published(self, post: Post, key: str, since: datetime) -> Lookup:
        """Caption and number of files are compared."""
        return self._look_back(since, MEDIA_FIELDS, lambda told: self._is_same(told, post), self._published)

    def _is_same(self, told: Mapping[str, Any], post: Post) -> bool:
        """A caption may be told without its @ signs."""
        here, there = (text.replace("@", "") for text in (self.compose(post), words(told, "caption")))
        return self.fingerprint(here) == self.fingerprint(there) and _media_count(told) == len(post.media)

    @classmethod
    def remote_id_in(cls, permalink: str) -> str | None:
        """/p/CODE/ or /reel/CODE/: the link has a code of its own; the post that it stands for is looked for."""
        try:
            parts = [part for part in urlsplit(permalink).path.split("/") if part]
        except ValueError:
            return None
        is_post = len(parts) >= 2 and parts[-2] in ("p", "reel")
        return super().remote_id_in(permalink) if is_post else None

    # Measuring

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        """All of a post's figures in one call, as far as that is not refused; 50 calls in a batch."""
        nodes = {one: self._known(one) for one in remote_ids}
        told = iter(self._batch([figures.of_post(node) for node in nodes.values() if isinstance(node, str)]))
        measured = {
            one: figures.post_figures(one, next(told))
            if isinstance(node, str)
            else insights.without_figures(one, node, figures.METRICS)
            for one, node in nodes.items()
        }
        if any(one.gone for one in measured.values()):
            self._see_own_posts()
        return measured

    def _known(self, remote_id: str) -> str | NetworkError:
        try:
            return self._node(remote_id)
        except NetworkError as error:
            if not isinstance(error, Rejected) and error.code != Code.ANSWER_TOO_LARGE:
                raise
            return error

    def get_account_metrics(self) -> AccountMetrics:
        return figures.account_figures(self._batch(figures.of_account(self._account)))

    def get_comments(self, remote_id: str) -> Sequence[Comment]:
        node = self._node(remote_id)
        found: list[Comment] = []
        for answer in self._pages(node, "comments", fields=f"{COMMENT_FIELDS},replies{{{COMMENT_FIELDS}}}"):
            for told in dated_objects(object_with(answer, Stake.READ, "data")["data"], TIME):
                found.append(_comment(told, remote_id))
                found += [_comment(reply, words(told, "id")) for reply in objects(section(told, "replies"), "data")]
        return sorted(found, key=lambda one: one.created_at)


def _handle(told: Mapping[str, Any]) -> str:
    return f"@{words(told, 'username')}"


def _media_count(told: Mapping[str, Any]) -> int:
    return len(objects(section(told, "children"), "data")) or 1


def _comment(told: Mapping[str, Any], reply_to: str) -> Comment:
    """A comment has no address of its own."""
    return Comment(
        remote_id=words(told, "id"),
        reply_to=reply_to,
        author=words(section(told, "from"), "username") or words(told, "username"),
        text=words(told, "text"),
        created_at=created(told, TIME),
        permalink="",
    )
