"""The interface that every network is used through, and the contract that its errors keep.

Owns Adapter: what a network declares about itself, and the calls that publishing and analytics make.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, ClassVar, Protocol
from urllib.parse import urlsplit

from networks import length
from networks.errors import Code, NotSupported, Rejected
from networks.fingerprint import fingerprint
from networks.limits import Limits
from networks.metrics import Metric
from networks.options import Option, value_of
from networks.types import (
    Account,
    AccountMetrics,
    AppCredentials,
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

CHUNK = 1024 * 1024


class Auth(StrEnum):
    """How a channel is connected: by consent on the network's own page, by pasting a token made there, or not at all.

    ASSISTED: the network has no usable interface, and a named person posts by hand what Sanad made ready.
    """

    OAUTH2 = "oauth2"
    TOKEN = "token"
    ASSISTED = "assisted"


class Capability(StrEnum):
    """What the optional parts of the interface do here; draws the feature matrix."""

    CHOOSE_ACCOUNT = "choose_account"
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
    ALT_TEXT = "alt_text"
    POST_METRICS = "post_metrics"
    ACCOUNT_METRICS = "account_metrics"
    COMMENTS = "comments"


class MediaSource(Protocol):
    """Where the stored final files are; `open` gives the exact bytes that were signed.

    `address` is where a network that fetches them itself finds the same bytes, for some hours (Adapter.fetches_media).
    """

    def open(self, sha256: str) -> BinaryIO: ...

    def address(self, sha256: str) -> str: ...


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
    scopes: ClassVar[tuple[str, ...]] = ()
    """What a person consents to, or a pasted token must allow, in the network's own words."""
    default_url: ClassVar[str] = ""
    """The base URL of a network that has only one; empty where each channel lives on a server of its own."""
    usual_url: ClassVar[str] = ""
    """The server on which most accounts live, for a network of many: proposed where a person names the server."""
    consent_host: ClassVar[str] = ""
    """Where people consent and read, for a network whose pages live on another host than its API."""
    names_account: ClassVar[bool] = False
    """Whether a pasted token does not say for which account: then the person names it, and it is Connection.handle."""
    fetches_media: ClassVar[bool] = False
    """Whether the network fetches files from a public address of ours, instead of taking them from us."""
    limits: ClassVar[Limits]
    visibilities: ClassVar[tuple[Visibility, ...]]
    options: ClassVar[tuple[Option, ...]] = ()
    """What one may choose for each post here; an adapter reads it back with `option(post, name)`."""
    editable_options: ClassVar[frozenset[str]] = frozenset()
    """The options that `edit_post` can change beside the words."""
    metrics: ClassVar[frozenset[Metric]]
    account_metrics: ClassVar[frozenset[Metric]]
    capabilities: ClassVar[frozenset[Capability]]
    cost: ClassVar[Cost]
    quotas: ClassVar[tuple[Quota, ...]]
    metrics_batch: ClassVar[int] = 1
    folds_after: ClassVar[int | None] = None
    """After about how many letters a reader must ask for the rest of a text; None where all of it is shown at once."""

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

    def limits_for(self, post: Post) -> Limits:
        """The limits of this very post, for a network where its options change them. Pure."""
        return self.effective_limits

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
            self.limits_for(post),
            text=self.compose(post),
            count=self.count,
            visibilities=self.visibilities,
            options=self.options,
            offers_content_warning=Capability.CONTENT_WARNING in self.capabilities,
            offers_reply=Capability.REPLY in self.capabilities,
            offers_alt_text=Capability.ALT_TEXT in self.capabilities,
        )

    @classmethod
    def option(cls, post: Post, name: str) -> str:
        """What the post says of one of `options`, or what the network does by default."""
        return value_of(cls.options, post.options, name)

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

    @contextmanager
    def open_media(self, media: Media) -> Iterator[BinaryIO]:
        """The stored file from its beginning, once all of it was found to be the signed one; never whole in memory."""
        with self.open_stored(media.sha256) as stored:
            yield stored

    @contextmanager
    def open_stored(self, sha256: str) -> Iterator[BinaryIO]:
        """As `open_media`, for a file that a post's media name: captions, a poster."""
        try:
            stored = self.media.open(sha256)
        except OSError:
            raise Rejected(Code.MEDIA_MISSING, params={"sha256": sha256}) from None
        with stored:
            if not _is_file_of(stored, sha256):
                raise Rejected(Code.MEDIA_CHANGED, params={"sha256": sha256})
            yield stored

    # Connecting

    @property
    def consent_url(self) -> str:
        """The pages that people see: the network's own, or those of the server that another base URL names."""
        base_url = self.connection.base_url.rstrip("/")
        return self.consent_host if self.consent_host and base_url == self.default_url else base_url

    def application(self, wanted_by: str) -> AppCredentials:
        """Our application's credentials on this server; NotSupported for a channel that has only a pasted token."""
        if self.connection.app_credentials is None:
            raise NotSupported(wanted_by)
        return self.connection.app_credentials

    def sign_in(self) -> Tokens:
        """What is kept of a pasted token (Auth.TOKEN): itself, or what it is exchanged for, once."""
        return Tokens(self.connection.access_token)

    def authorization_url(self, redirect_uri: str, state: str, code_challenge: str | None = None) -> str:
        """Where the person is sent to consent (Auth.OAUTH2)."""
        raise NotSupported("authorization_url")

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str | None = None) -> Tokens:
        """Once only: the code is spent whatever the answer."""
        raise NotSupported("exchange_code")

    def get_accounts(self, tokens: Tokens) -> Sequence[Account]:
        """The accounts that a consent opens, each with its own tokens (Capability.CHOOSE_ACCOUNT)."""
        raise NotSupported("get_accounts")

    def refresh_token(self) -> Tokens:
        """New tokens for the ones of the connection; the old refresh token may be spent by it (single use)."""
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

    @classmethod
    def needs_preparing(cls, post: Post) -> bool:
        """Whether `prepare` has anything to do for this post beyond wrapping it: where not, it makes no call. Pure."""
        return bool(post.media)

    @classmethod
    def fetches(cls, post: Post) -> bool:
        """Whether the network fetches this post's files itself, at the address that `MediaSource` gives. Pure."""
        return cls.fetches_media and bool(post.media)

    @classmethod
    def is_finished_by_hand(cls, post: Post) -> bool:
        """Whether the network keeps this post in its own application until a person finishes it there. Pure."""
        return False

    @classmethod
    def upload_seconds(cls, post: Post) -> float:
        """How much longer than a short request `publish` may take, where pictures travel in it. Pure."""
        return 0.0

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

    @classmethod
    def is_on_account(cls, permalink: str, profile_url: str) -> bool:
        """Whether a link leads to the account's own place: here, its server. Pure."""
        try:
            link, home = urlsplit(permalink), urlsplit(profile_url)
        except ValueError:
            return False
        return link.scheme in ("https", "http") and link.hostname == home.hostname

    def share_link(self, post: Post) -> str:
        """An address that opens the network's own application with the post's words in it; "" where there is none."""
        return ""

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


def _is_file_of(stored: BinaryIO, sha256: str) -> bool:
    """Whether the bytes are those of the hash; the file stands at its beginning again. Unreadable bytes are not."""
    found = hashlib.sha256()
    try:
        while chunk := stored.read(CHUNK):
            found.update(chunk)
        stored.seek(0)
    except OSError:
        return False
    return found.hexdigest() == sha256


def compose(post: Post) -> str:
    """Where a network has no fields for link and tags they stand in the text, once each; the text is untouched."""
    link = [post.link] if post.link and post.link not in post.text else []
    missing = [tag for tag in (f"#{name.lstrip('#')}" for name in post.tags) if tag not in post.text.split()]
    tail = [*link, *([" ".join(missing)] if missing else [])]
    return "\n\n".join([part for part in (post.text, *tail) if part])
