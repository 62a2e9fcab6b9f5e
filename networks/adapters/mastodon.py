"""Mastodon, and the servers that speak its API.

Written from https://docs.joinmastodon.org/methods/statuses/, /methods/accounts/, /methods/oauth/,
/entities/Instance/, /user/posting/ and /api/rate-limits/ (read 2026-11). Why not Mastodon.py: docs/decisions/0003.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from networks import oauth2
from networks.answers import count_of, created, dated_objects, object_with, objects, only, section, words
from networks.base import Adapter, Auth, Capability, MediaSource
from networks.calls import Answer, Caller, Stake
from networks.errors import Code, NeedsReconnect, NetworkError, Rejected
from networks.fingerprint import plain_text
from networks.length import URL, TextUnit
from networks.limits import Limits
from networks.mastodon_media import VIDEO, MastodonMedia, limits_of
from networks.metrics import Metric
from networks.types import (
    AccountMetrics,
    Comment,
    Connection,
    Cost,
    Lookup,
    Post,
    PostMetrics,
    Profile,
    Published,
    Quota,
    Ready,
    Tokens,
    Visibility,
    Waiting,
)
from outgoing import Client

SCOPES = ("read:accounts", "read:statuses", "write:media", "write:statuses")
VISIBILITIES = {Visibility.PUBLIC: "public", Visibility.UNLISTED: "unlisted", Visibility.FOLLOWERS: "private"}
FIGURES = {
    Metric.REACTIONS: "favourites_count",
    Metric.SHARES: "reblogs_count",
    Metric.COMMENTS: "replies_count",
    Metric.QUOTES: "quotes_count",
}
NOT_OFFERED = {Capability.CHOOSE_ACCOUNT, Capability.REFRESH_TOKEN, Capability.CHECK_STATUS}
PAGE, PAGES = 40, 25
BATCH = 20
"""The most posts that a server tells at once; more are refused with 422. The pages do not say so, its source does:
https://github.com/mastodon/mastodon/blob/main/app/controllers/api/v1/statuses_controller.rb (read 2026-11)."""


class Mastodon(Adapter):
    slug: ClassVar[str] = "mastodon"
    label: ClassVar[str] = "Mastodon"
    labels: ClassVar[Mapping[str, str]] = {"ar": "ماستودون"}
    auth: ClassVar[tuple[Auth, ...]] = (Auth.TOKEN, Auth.OAUTH2)
    scopes: ClassVar[tuple[str, ...]] = SCOPES
    limits: ClassVar[Limits] = Limits(
        max_text=500,
        text_unit=TextUnit.GRAPHEMES,
        url_weight=23,
        mention_drops_domain=True,
        counts_content_warning=True,
        max_media=4,
        media_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
        max_media_bytes=16 * 1024 * 1024,
        max_pixels=16_777_216,
        max_alt_text=1500,
        video=VIDEO,
    )
    visibilities: ClassVar[tuple[Visibility, ...]] = tuple(VISIBILITIES)
    metrics: ClassVar[frozenset[Metric]] = frozenset(FIGURES)
    account_metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.FOLLOWERS})
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - NOT_OFFERED
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = (
        Quota("calls", 300, 300, "channel"),
        Quota("calls", 300, 300, "address"),
        Quota("uploads", 30, 1800, "channel"),
        Quota("deletions", 30, 1800, "channel"),
    )
    metrics_batch: ClassVar[int] = BATCH

    def __init__(self, connection: Connection, http: Client, media: MediaSource) -> None:
        super().__init__(connection, http, media)
        self._caller = Caller(http, connection.base_url, secrets=connection.secrets, forbidden=_why_forbidden)
        if connection.access_token:
            self._caller.headers = {"Authorization": f"Bearer {connection.access_token}"}

    def _call(self, stake: Stake, method: str, path: str, **content: Any) -> Answer:
        try:
            return self._caller.call(stake, method, path, **content)
        finally:
            self.last_rate_limit = self._caller.last_rate_limit

    def _read(self, path: str, **content: Any) -> Answer:
        return self._call(Stake.READ, "GET", path, **content)

    # Connecting

    def authorization_url(self, redirect_uri: str, state: str, code_challenge: str | None = None) -> str:
        app = self.application("authorization_url")
        address = f"{self.connection.base_url.rstrip('/')}/oauth/authorize"
        return oauth2.authorization_url(
            address, app, redirect_uri=redirect_uri, scopes=" ".join(SCOPES), state=state, code_challenge=code_challenge
        )

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str | None = None) -> Tokens:
        app = self.application("exchange_code")
        return oauth2.exchange_code(
            self._caller, app, code, redirect_uri=redirect_uri, scopes=" ".join(SCOPES), code_verifier=code_verifier
        )

    def revoke_token(self) -> None:
        """Only an application can revoke its tokens: one that was pasted is revoked on the server's own pages."""
        oauth2.revoke_token(self._caller, self.application("revoke_token"), self.connection.access_token)

    def get_profile(self) -> Profile:
        account = self._account()
        server = self._server()
        bio = words(section(account, "source"), "note") or plain_text(words(account, "note"))
        shown = [bio, *(plain_text(words(field, "value")) for field in objects(account, "fields"))]
        return Profile(
            remote_id=str(account["id"]),
            handle=_handle(account, server),
            display_name=words(account, "display_name", "username"),
            bio=bio,
            url=words(account, "url"),
            links=tuple(dict.fromkeys(link.group() for text in shown for link in URL.finditer(text))),
            limits=limits_of(server, self.limits),
            avatar_url=words(account, "avatar"),
        )

    def _account(self) -> Mapping[str, Any]:
        """422 here means a token of an application without a user (documented)."""
        try:
            answer = self._read("/api/v1/accounts/verify_credentials", refused=Code.TOKEN_INVALID)
        except Rejected as error:
            if error.code == Code.TOKEN_INVALID:
                raise NeedsReconnect(Code.TOKEN_INVALID, params=error.params, detail=error.detail) from None
            raise
        return object_with(answer, Stake.READ, "id")

    def _server(self) -> Mapping[str, Any]:
        """{} where the server has no such page (before 4.0): then the published limits hold."""
        try:
            answer = self._read("/api/v2/instance")
        except Rejected:
            return {}
        return object_with(answer, Stake.READ, "domain")

    def probe(self) -> None:
        self._account()

    # Publishing

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        return MastodonMedia(self._call, self.read_media, self.open_stored).prepared(post, saved)

    def publish(self, ready: Ready, key: str) -> Published:
        post = ready.post
        form: dict[str, Any] = {"status": self.compose(post), "visibility": VISIBILITIES[post.visibility]}
        optional = {
            "media_ids[]": [upload["id"] for upload in ready.saved.get("media", ())],
            "spoiler_text": post.content_warning,
            "language": post.language,
            "in_reply_to_id": post.reply_to,
        }
        form |= {name: value for name, value in optional.items() if value}
        try:
            answer = self._call(Stake.VISIBLE, "POST", "/api/v1/statuses", data=form, headers={"Idempotency-Key": key})
        except Rejected as error:
            if error.code == Code.NOT_FOUND and post.reply_to:
                raise Rejected(Code.REPLY_TARGET_GONE, params=error.params, detail=error.detail) from None
            raise
        return _published(object_with(answer, Stake.VISIBLE, "id"))

    def find_published(self, post: Post, key: str, since: datetime) -> Lookup:
        """Reads our own posts back past `since`. The API shows no keys: words, warning and pictures are compared."""
        found: list[Published] = []
        looked_at, is_complete = 0, False
        for page, starts_at in self._own_statuses(since):
            recent = [status for status in page if created(status) >= starts_at]
            looked_at += len(recent)
            found += [_published(status) for status in recent if self._is_same(status, post)]
            if is_complete := not page or len(recent) < len(page):
                break
        found.sort(key=lambda published: published.published_at)
        return Lookup(found[0] if found else None, is_complete, looked_at, tuple(found[1:]))

    def _own_statuses(self, since: datetime) -> Iterator[tuple[list[dict[str, Any]], datetime]]:
        """Newest first, each page with `since` by a clock that may run behind ours; an empty page is the last."""
        account = self.connection.remote_id or str(self._account()["id"])
        params = {"limit": str(PAGE), "exclude_reblogs": "true"}
        for _ in range(PAGES):
            answer = self._read(f"/api/v1/accounts/{account}/statuses", params=params)
            page = dated_objects(answer.content)
            yield page, since + timedelta(seconds=min(answer.server_ahead(), 0) - 2)
            if page:
                params["max_id"] = str(page[-1]["id"])

    def _is_same(self, status: Mapping[str, Any], post: Post) -> bool:
        shown = [words(item, "description") for item in objects(status, "media_attachments")]
        return (
            self.fingerprint(words(status, "content"), is_html=True) == self.fingerprint(self.compose(post))
            and self.fingerprint(words(status, "spoiler_text")) == self.fingerprint(post.content_warning)
            and [self.fingerprint(said) for said in shown] == [self.fingerprint(item.alt_text) for item in post.media]
            and (words(status, "in_reply_to_id") or None) == post.reply_to
        )

    def edit_post(self, remote_id: str, post: Post) -> Published:
        """The pictures stay as they are, with the alt texts of `post`; another number of pictures is refused."""
        now = object_with(self._read(f"/api/v1/statuses/{remote_id}"), Stake.READ, "id")
        ids = [words(item, "id") for item in objects(now, "media_attachments")]
        if len(ids) != len(post.media):
            raise Rejected(Code.EDIT_CHANGES_MEDIA)
        form: list[tuple[str, str]] = [
            ("status", self.compose(post)),
            ("spoiler_text", post.content_warning),
            ("sensitive", "true" if post.content_warning else "false"),
        ]
        form += [("language", post.language)] if post.language else []
        for picture, media in zip(ids, post.media, strict=True):
            form += [
                ("media_ids[]", picture),
                ("media_attributes[][id]", picture),
                ("media_attributes[][description]", media.alt_text),
            ]
        answer = self._call(Stake.VISIBLE, "PUT", f"/api/v1/statuses/{remote_id}", data=form)
        return _published(object_with(answer, Stake.VISIBLE, "id"))

    def delete_post(self, remote_id: str) -> None:
        try:
            self._call(Stake.VISIBLE, "DELETE", f"/api/v1/statuses/{remote_id}", params={"delete_media": "true"})
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise

    # Measuring

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        figures: dict[str, PostMetrics] = {}
        for start in range(0, len(remote_ids), BATCH):
            batch = remote_ids[start : start + BATCH]
            told = {str(status["id"]): _figures(status) for status in self._together(batch)}
            figures |= {remote_id: told.get(remote_id) or self._alone(remote_id) for remote_id in batch}
        return figures

    def _together(self, remote_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Since 4.3. A server without it says 404: then each post is read alone."""
        try:
            return dated_objects(self._read("/api/v1/statuses", params=[("id[]", one) for one in remote_ids]).content)
        except Rejected:
            return []

    def _alone(self, remote_id: str) -> PostMetrics:
        """Left out of a batch means gone, or not yet asked for: only its own 404 says gone."""
        try:
            answer = self._read(f"/api/v1/statuses/{remote_id}")
        except Rejected as error:
            if error.code == Code.NOT_FOUND:
                return PostMetrics(remote_id, gone=True)
            raise
        return _figures(object_with(answer, Stake.READ, "id"))

    def get_account_metrics(self) -> AccountMetrics:
        account = self._account()
        followers, why = count_of(account, "followers_count")
        told = ((name, count_of(account, name)[0]) for name in ("following_count", "statuses_count"))
        extra = {name: value for name, value in told if value is not None}
        return AccountMetrics({Metric.FOLLOWERS: followers}, {Metric.FOLLOWERS: why} if why else {}, extra)

    def get_comments(self, remote_id: str) -> Sequence[Comment]:
        told = object_with(self._read(f"/api/v1/statuses/{remote_id}/context"), Stake.READ, "descendants")
        return sorted(
            (_comment(status) for status in dated_objects(told["descendants"])), key=lambda one: one.created_at
        )


def _why_forbidden(said: str) -> NetworkError | None:
    """https://docs.joinmastodon.org/methods/accounts/#verify_credentials-response (403), read 2026-11."""
    if "scope" in said.lower():
        return NeedsReconnect(Code.MISSING_SCOPE, params={"scopes": " ".join(SCOPES)}, detail=said)
    if said.startswith("Your login is"):
        return NeedsReconnect(Code.ACCOUNT_DISABLED, detail=said)
    return None


def _published(status: Mapping[str, Any]) -> Published:
    return Published(
        remote_id=str(status["id"]),
        permalink=words(status, "url", "uri"),
        published_at=created(status),
        raw=only(status, ("id", "created_at", "edited_at", "url", "uri", "visibility", "language")),
    )


def _figures(status: Mapping[str, Any]) -> PostMetrics:
    read = {metric: count_of(status, name) for metric, name in FIGURES.items()}
    return PostMetrics(
        remote_id=str(status["id"]),
        values={metric: value for metric, (value, _) in read.items()},
        missing={metric: why for metric, (_, why) in read.items() if why},
    )


def _comment(status: Mapping[str, Any]) -> Comment:
    return Comment(
        remote_id=str(status["id"]),
        reply_to=words(status, "in_reply_to_id") or None,
        author=words(section(status, "account"), "acct"),
        text=plain_text(words(status, "content")),
        created_at=created(status),
        permalink=words(status, "url", "uri"),
    )


def _handle(account: Mapping[str, Any], server: Mapping[str, Any]) -> str:
    name = str(account.get("acct") or account.get("username", ""))
    return f"@{name}@{server['domain']}" if server.get("domain") and "@" not in name else f"@{name}"
