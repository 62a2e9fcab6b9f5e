"""The interface that every network is used through, and the contract that its errors keep.

Owns Adapter: what a network declares about itself, and the calls that publishing and analytics make.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, ClassVar, Protocol
from urllib.parse import urlsplit

from networks import length
from networks.errors import Code, NotSupported, Rejected
from networks.fingerprint import fingerprint
from networks.limits import Limits
from networks.metrics import Metric
from networks.types import (
    AccountMetrics,
    Comment,
    Connection,
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
    RateLimit,
    Ready,
    Tokens,
    Visibility,
    Waiting,
)
from networks.validation import problems
from outgoing import Client


class Auth(StrEnum):
    """How a channel is connected: by consent on the network's own page, or by pasting a token made there."""

    OAUTH2 = "oauth2"
    TOKEN = "token"


class Capability(StrEnum):
    """What the optional parts of the interface do here; draws the feature matrix."""

    REFRESH_TOKEN = "refresh_token"
    REVOKE_TOKEN = "revoke_token"
    IDEMPOTENCY_KEY = "idempotency_key"
    FIND_PUBLISHED = "find_published"
    CHECK_STATUS = "check_status"
    EDIT_POST = "edit_post"
    DELETE_POST = "delete_post"
    REPLY = "reply"
    CONTENT_WARNING = "content_warning"
    LANGUAGE = "language"
    POST_METRICS = "post_metrics"
    ACCOUNT_METRICS = "account_metrics"
    COMMENTS = "comments"


class MediaSource(Protocol):
    """Where the stored final files are; `open` gives the exact bytes that were signed."""

    def open(self, sha256: str) -> BinaryIO: ...


class Adapter(ABC):
    """One channel of one network.

    Publishing calls raise NotSent, Rejected, NeedsReconnect or OutcomeUnknown (networks/errors.py); reads raise
    Unreachable (nothing known), NeedsReconnect or Rejected. Only `publish`, `edit_post` and `delete_post` change what
    readers see, and only they raise OutcomeUnknown: `prepare` may always be repeated.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    labels: ClassVar[Mapping[str, str]] = {}
    auth: ClassVar[tuple[Auth, ...]]
    limits: ClassVar[Limits]
    visibilities: ClassVar[tuple[Visibility, ...]]
    metrics: ClassVar[frozenset[Metric]]
    account_metrics: ClassVar[frozenset[Metric]]
    capabilities: ClassVar[frozenset[Capability]]
    cost: ClassVar[Cost]
    quotas: ClassVar[tuple[Quota, ...]]
    metrics_batch: ClassVar[int] = 1

    def __init__(self, connection: Connection, http: Client, media: MediaSource) -> None:
        self.connection = connection
        self.http = http
        self.media = media
        self.last_rate_limit: RateLimit | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.connection.handle or ''} {self.connection.base_url}>"

    # What may be written here. Pure: no network, no clock.

    @property
    def effective_limits(self) -> Limits:
        """The limits of the channel's own server where it told them, else those that the network publishes."""
        return self.connection.limits or self.limits

    def compose(self, post: Post) -> str:
        """The text as it will stand on the network: the post's bytes, then link and tags unless the text has them."""
        return compose(post)

    def count(self, text: str) -> int:
        """The length of `text` as this network counts it."""
        limits = self.effective_limits
        return length.count(
            text,
            limits.text_unit,
            url_weight=limits.url_weight,
            mention_drops_domain=limits.mention_drops_domain,
        )

    def validate(self, post: Post) -> list[Problem]:
        """All that stands between this post and the network; empty means it fits. While typing, at submit, at claim."""
        return problems(
            post,
            self.effective_limits,
            text=self.compose(post),
            count=self.count,
            visibilities=self.visibilities,
            offers_content_warning=Capability.CONTENT_WARNING in self.capabilities,
            offers_reply=Capability.REPLY in self.capabilities,
        )

    def fingerprint(self, text: str, *, is_html: bool = False) -> str:
        """What is left of a text after a network has shortened its links and rewritten its spaces and mark-up."""
        return fingerprint(text, is_html=is_html)

    def read_media(self, media: Media) -> bytes:
        """The stored bytes, which must still be the ones that were signed; raises Rejected where they are not."""
        try:
            with self.media.open(media.sha256) as stored:
                content = stored.read()
        except OSError:
            raise Rejected(Code.MEDIA_MISSING, params={"sha256": media.sha256}) from None
        if hashlib.sha256(content).hexdigest() != media.sha256:
            raise Rejected(Code.MEDIA_CHANGED, params={"sha256": media.sha256})
        return content

    # Connecting

    def authorization_url(self, redirect_uri: str, state: str, code_challenge: str | None = None) -> str:
        """Where the person is sent to consent (Auth.OAUTH2)."""
        raise NotSupported("authorization_url")

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str | None = None) -> Tokens:
        """Once only: the code is spent whatever the answer."""
        raise NotSupported("exchange_code")

    def refresh_token(self) -> Tokens:
        raise NotSupported("refresh_token")

    def revoke_token(self) -> None:
        raise NotSupported("revoke_token")

    @abstractmethod
    def get_profile(self) -> Profile:
        """The account that the token speaks for, with its server's limits."""

    @abstractmethod
    def probe(self) -> None:
        """A cheap read for the breaker: returns when a post would have a chance, raises as any read does."""

    # Publishing

    @abstractmethod
    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        """Upload and wait for what `publish` needs. Repeatable at any point with the last `saved`; `{}` at first."""

    @abstractmethod
    def publish(self, ready: Ready, key: str) -> Published | Processing:
        """The one request that readers can see, never retried here. Same `key`, same post, where networks have keys."""

    def check_status(self, ref: str) -> Published | Processing:
        raise NotSupported("check_status")

    def find_published(self, post: Post, key: str, since: datetime) -> Lookup:
        """Whether this post has stood on the channel since `since` (aware, our clock). Read only."""
        raise NotSupported("find_published")

    @classmethod
    def remote_id_in(cls, permalink: str) -> str | None:
        """The id in the link of a post, as a person copies it; None for another page (a profile, say). Pure."""
        try:
            before, _slash, last = urlsplit(permalink).path.rstrip("/").rpartition("/")
        except ValueError:
            return None
        is_id = last.isascii() and last.replace("-", "").replace("_", "").isalnum()
        return last if before.strip("/") and is_id else None

    def edit_post(self, remote_id: str, post: Post) -> Published:
        """Change the words of what is live; its pictures stay."""
        raise NotSupported("edit_post")

    def delete_post(self, remote_id: str) -> None:
        """Returns also when it is no longer there: gone is gone."""
        raise NotSupported("delete_post")

    # Measuring

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        """One entry for each id asked, in batches of `metrics_batch`; a post no longer there has `gone=True`."""
        raise NotSupported("get_post_metrics")

    def get_account_metrics(self) -> AccountMetrics:
        raise NotSupported("get_account_metrics")

    def get_comments(self, remote_id: str) -> Sequence[Comment]:
        """The public answers under a post, oldest first."""
        raise NotSupported("get_comments")


def compose(post: Post) -> str:
    """Where a network has no fields for link and tags they stand in the text, once each; the text is untouched."""
    link = [post.link] if post.link and post.link not in post.text else []
    missing = [tag for tag in (f"#{name.lstrip('#')}" for name in post.tags) if tag not in post.text.split()]
    tail = [*link, *([" ".join(missing)] if missing else [])]
    return "\n\n".join([part for part in (post.text, *tail) if part])
