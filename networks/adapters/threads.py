"""Threads, through facebook-sdk: its interface is the Graph API's of another host.

Written from, under https://developers.facebook.com/documentation/threads/, overview, posts, posts/delete-posts,
threads-profiles, troubleshooting, retrieve-and-discover-posts/retrieve-posts,
retrieve-and-manage-replies/replies-and-conversations and -/create-replies, and reference/publishing, -/user and
-/media-retrieval (read 2026-11).

A post stands ready in a container, text alone too, and one request publishes it; a container that was published says
so, and is never published again. Threads fetches files itself: it is told our address, never
sent bytes. Posts that answer others stand in a list of their own, where they are looked for. A live post cannot be
changed. The access lasts 60 days and renews itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from networks import insights, threads_calls, threads_insights, threads_posts
from networks.answers import created, dated_objects, object_with, objects, section, words
from networks.base import Auth, Capability
from networks.calls import Answer, Stake
from networks.container_adapter import TIME, ContainerAdapter
from networks.errors import Code, NeedsReconnect, NotSent, Rejected
from networks.graph import Graph, GraphCaller
from networks.length import URL
from networks.limits import Limits
from networks.metrics import Metric
from networks.types import (
    AccountMetrics,
    Comment,
    Cost,
    Lookup,
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
)

PROFILE_FIELDS = "id,username,name,threads_profile_picture_url,threads_biography"
POST_FIELDS = "id,text,timestamp,permalink,media_type,children"
COMMENT_FIELDS = "id,text,timestamp,permalink,username,replied_to,is_reply_owned_by_me"
REPLIES = "replies"
NOT_OFFERED = {
    Capability.CHOOSE_ACCOUNT,
    Capability.REVOKE_TOKEN,
    Capability.IDEMPOTENCY_KEY,
    Capability.EDIT_POST,
    Capability.CONTENT_WARNING,
    Capability.LANGUAGE,
}
DAY = 86_400
NOT_THERE_YET_SECONDS = 30.0
"""The pages advise to wait so long, on average, between making a container and publishing it."""


class Threads(ContainerAdapter):
    slug: ClassVar[str] = "threads"
    label: ClassVar[str] = "Threads"
    labels: ClassVar[Mapping[str, str]] = {"ar": "ثريدز"}
    auth: ClassVar[tuple[Auth, ...]] = (Auth.OAUTH2,)
    """A token made in the application's dashboard does not say when it ends, and could not be renewed in time."""
    scopes: ClassVar[tuple[str, ...]] = (
        "threads_basic",
        "threads_content_publish",
        "threads_manage_replies",
        "threads_read_replies",
        "threads_manage_insights",
        "threads_delete",
    )
    default_url: ClassVar[str] = "https://graph.threads.net"
    consent_host: ClassVar[str] = "https://threads.com"
    graph: ClassVar[type[Graph]] = threads_calls.ThreadsGraph
    caller: ClassVar[type[GraphCaller]] = threads_calls.ThreadsCaller
    limits: ClassVar[Limits] = threads_posts.LIMITS
    options: ClassVar = threads_posts.OPTIONS
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC,)
    metrics: ClassVar[frozenset[Metric]] = frozenset(threads_insights.OF_POST)
    account_metrics: ClassVar[frozenset[Metric]] = frozenset(threads_insights.OF_ACCOUNT)
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - NOT_OFFERED
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = (
        Quota("posts", 250, DAY, "channel"),
        Quota("replies", 1_000, DAY, "channel"),
        Quota("deletions", 100, DAY, "channel"),
    )
    own_posts: ClassVar[str] = "threads"
    limit_edge: ClassVar[str] = "threads_publishing_limit"
    publish_edge: ClassVar[str] = "threads_publish"
    shown_fields: ClassVar[str] = "id,timestamp,permalink"
    shown_needs: ClassVar[str] = "timestamp"
    """The link is left out of what was reported for its rights: it is out all the same."""

    # What may be written

    def validate(self, post: Post) -> list[Problem]:
        return [*super().validate(post), *threads_posts.problems_of(post, self.compose(post))]

    # Connecting

    def authorization_url(self, redirect_uri: str, state: str, code_challenge: str | None = None) -> str:
        app = self.application("authorization_url")
        address = f"{self.consent_url}{threads_calls.CONSENT}"
        return threads_calls.authorization_url(address, app, redirect_uri=redirect_uri, scopes=self.scopes, state=state)

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str | None = None) -> Tokens:
        """Once only: the code is spent whatever the answer."""

        def ask(token: str, act: Any) -> Answer:
            return self._ask(Stake.READ, act, token=token, refused=Code.CODE_REFUSED)

        return threads_calls.exchange_code(ask, self.application("exchange_code"), code, redirect_uri)

    def refresh_token(self) -> Tokens:
        """A refusal without a word about the access is no reason to ask a person for it: it may still have days."""
        if not self.connection.access_token:
            raise NeedsReconnect(Code.TOKEN_INVALID)

        def ask(token: str, act: Any) -> Answer:
            return self._ask(Stake.READ, act, token=token, refused=Code.APPLICATION_REFUSED)

        return threads_calls.refresh_token(ask, self.connection.access_token)

    def get_profile(self) -> Profile:
        told = self._own("me", PROFILE_FIELDS)
        name, bio = words(told, "username"), words(told, "threads_biography")
        return Profile(
            remote_id=words(told, "id"),
            handle=f"@{name}",
            display_name=words(told, "name", "username"),
            bio=bio,
            url=f"{self.consent_url}/@{name}",
            links=tuple(dict.fromkeys(link.group() for link in URL.finditer(bio))),
            limits=self.limits,
            avatar_url=words(told, "threads_profile_picture_url"),
        )

    def probe(self) -> None:
        self._own("me", "id,username")

    # Publishing

    def _containers(self) -> threads_posts.ThreadsContainers:
        return threads_posts.ThreadsContainers(self._ask, self._account, self.media.address)

    def _said(self, post: Post) -> dict[str, str]:
        return threads_posts.said_of(post, self.compose(post))

    @classmethod
    def _counted_as(cls, post: Post) -> tuple[str, str]:
        """What answers another post counts for itself."""
        return ("reply_quota_usage", "reply_config") if post.reply_to else super()._counted_as(post)

    @property
    def _own_edges(self) -> tuple[str, ...]:
        return (self.own_posts, REPLIES)

    def _after(self, answer: Answer) -> dict[str, str]:
        """The pages show a cursor without the address of a next page: only an empty page is certainly the last."""
        told = answer.content if isinstance(answer.content, dict) else {}
        cursor = words(section(section(told, "paging"), "cursors"), "after") if objects(told, "data") else ""
        return {"after": cursor} if cursor else {}

    def publish(self, ready: Ready, key: str) -> Published | Processing:
        """A container that is not found, as happens shortly after it was made, was certainly not published."""
        try:
            return super().publish(ready, key)
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise
            later = NotSent(
                Code.MEDIA_NOT_READY,
                retry_after=NOT_THERE_YET_SECONDS,
                params=error.params,
                detail=error.detail,
            )
        raise later

    def find_published(self, post: Post, key: str, since: datetime) -> Lookup:
        """Text, number of files, and what it answers are compared."""
        edge, fields = (REPLIES, f"{POST_FIELDS},replied_to") if post.reply_to else (self.own_posts, POST_FIELDS)
        return self._look_back(since, fields, lambda told: self._is_same(told, post), self._published, edge=edge)

    def _is_same(self, told: Mapping[str, Any], post: Post) -> bool:
        """The tag that became the topic is told without its sign."""
        here, there = (text.replace("#", "") for text in (self.compose(post), words(told, "text")))
        is_same = self.fingerprint(here) == self.fingerprint(there) and _media_count(told) == len(post.media)
        return is_same and (not post.reply_to or words(section(told, "replied_to"), "id") == post.reply_to)

    @classmethod
    def remote_id_in(cls, permalink: str) -> str | None:
        """/@name/post/CODE or /t/CODE: the link has a code of its own; the post that it stands for is looked for."""
        _host, path = threads_posts.parts_of(permalink)
        return super().remote_id_in(permalink) if len(path) >= 2 and path[-2] in ("post", "t") else None

    @classmethod
    def is_on_account(cls, permalink: str, profile_url: str) -> bool:
        return threads_posts.is_of_account(permalink, profile_url)

    # Measuring

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        measured = {one: self._measured(one) for one in remote_ids}
        if any(one.gone for one in measured.values()):
            self._see_own_posts()
        return measured

    def _measured(self, remote_id: str) -> PostMetrics:
        try:
            node = self._node(remote_id)
            return threads_insights.of_post(remote_id, lambda names: self._figures(node, "insights", names))
        except (Rejected, NeedsReconnect) as error:
            if isinstance(error, NeedsReconnect) and not threads_insights.is_without_permission(error):
                raise
            return insights.without_figures(remote_id, error, self.metrics)

    def _figures(self, node: str, edge: str, names: str) -> Answer:
        return self._ask(Stake.READ, lambda graph: graph.get_connections(node, edge, metric=names))

    def get_account_metrics(self) -> AccountMetrics:
        return threads_insights.of_account(lambda names: self._figures(self._account, "threads_insights", names))

    def get_comments(self, remote_id: str) -> Sequence[Comment]:
        """Everything below the first post of a conversation; of a post that answers another, what answers it. Our own
        posts, as those of a thread, are not comments."""
        node = self._node(remote_id)
        answer = self._ask(Stake.READ, lambda graph: graph.get_object(node, fields="id,is_reply"))
        edge = REPLIES if object_with(answer, Stake.READ, "id").get("is_reply") is True else "conversation"
        found: list[Comment] = []
        for page in self._pages(node, edge, fields=COMMENT_FIELDS, reverse="false"):
            told = dated_objects(object_with(page, Stake.READ, "data")["data"], TIME)
            found += [_comment(one, node) for one in told if one.get("is_reply_owned_by_me") is not True]
        return sorted(found, key=lambda one: one.created_at)


def _media_count(told: Mapping[str, Any]) -> int:
    alone = 0 if words(told, "media_type") == "TEXT_POST" else 1
    return len(objects(section(told, "children"), "data")) or alone


def _comment(told: Mapping[str, Any], post: str) -> Comment:
    return Comment(
        remote_id=words(told, "id"),
        reply_to=words(section(told, "replied_to"), "id") or post,
        author=words(told, "username"),
        text=words(told, "text"),
        created_at=created(told, TIME),
        permalink=words(told, "permalink"),
    )
