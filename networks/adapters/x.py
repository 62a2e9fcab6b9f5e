"""X, through tweepy.

Written from https://docs.x.com/x-api/posts/create-post, /x-api/posts/get-posts-by-ids,
/x-api/posts/search-recent-posts, /x-api/users/get-my-user, /x-api/users/get-posts, /x-api/fundamentals/rate-limits,
/x-api/fundamentals/response-codes-and-errors, /x-api/getting-started/pricing and
/fundamentals/authentication/oauth-2-0/authorization-code (read 2026-11); pictures and videos: networks/tweet_media.py.

tweepy gives the endpoints, their parameters and bodies. Its `request` is replaced, since it logs tokens and bodies and
puts them into its exceptions. It uploads through v1.1 only, and its OAuth 2 handler makes a verifier of its own that
cannot be kept between two requests: uploads and tokens are calls of ours.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

import requests
import tweepy

from networks import oauth2, tweet_text, tweet_video
from networks.answers import count_of, created, dated_objects, objects, only, section, words
from networks.base import Adapter, Auth, Capability, MediaSource
from networks.calls import Answer, Caller, Stake, lost
from networks.errors import Code, NeedsReconnect, Rejected
from networks.length import TextUnit
from networks.libraries import LibrarySession
from networks.limits import Limits
from networks.metrics import Metric
from networks.tweet_media import TweetMedia
from networks.tweets import (
    FIGURES,
    OPTIONS,
    answered,
    data_of,
    figures,
    has_media_of,
    has_words_of,
    page_of,
    reply_settings,
    shown_text,
    text_fingerprint,
    unseen,
    why_forbidden,
    with_links,
)
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

API = "https://api.x.com"
SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
OAUTH = oauth2.Endpoints("/2/oauth2/token", "/2/oauth2/revoke", by_basic=True)
NOT_OFFERED = {
    Capability.CHOOSE_ACCOUNT,
    Capability.IDEMPOTENCY_KEY,
    Capability.CHECK_STATUS,
    Capability.EDIT_POST,
    Capability.CONTENT_WARNING,
    Capability.LANGUAGE,
}
BATCH, PAGE, PAGES, COMMENT_PAGES = 100, 50, 20, 5
QUARTER, DAY = 900, 86_400
USER_FIELDS = ["description", "entities", "profile_image_url", "public_metrics", "url", "verified_type"]
POST_FIELDS = ["attachments", "created_at", "entities", "note_tweet", "referenced_tweets"]


class _Endpoints(tweepy.Client):  # type: ignore[misc]
    """tweepy's knowledge of the API over a session of ours: every answer comes back whole, whatever its status."""

    def __init__(self, session: requests.Session, token: str) -> None:
        super().__init__(bearer_token=token, return_type=requests.Response)
        self.session = session

    def request(
        self, method: str, route: str, params: Any = None, json: Any = None, user_auth: bool = False
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.bearer_token}"}
        return self.session.request(method, f"{API}{route}", params=params, json=json, headers=headers)


class X(Adapter):
    slug: ClassVar[str] = "x"
    label: ClassVar[str] = "X"
    labels: ClassVar[Mapping[str, str]] = {"ar": "إكس"}
    auth: ClassVar[tuple[Auth, ...]] = (Auth.OAUTH2, Auth.TOKEN)
    scopes: ClassVar[tuple[str, ...]] = SCOPES
    default_url: ClassVar[str] = API
    consent_host: ClassVar[str] = "https://x.com"
    limits: ClassVar[Limits] = Limits(
        max_text=280,
        text_unit=TextUnit.WEIGHTED,
        url_weight=tweet_text.LINK_WEIGHT,
        max_media=4,
        media_types=("image/jpeg", "image/png", "image/webp"),
        max_media_bytes=5 * 1024 * 1024,
        max_alt_text=1000,
        video=tweet_video.LIMITS,
    )
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC,)
    options: ClassVar = OPTIONS
    metrics: ClassVar[frozenset[Metric]] = frozenset(FIGURES)
    account_metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.FOLLOWERS})
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - NOT_OFFERED
    cost: ClassVar[Cost] = Cost(per_post=1.5, per_post_with_link=20, per_read=0.5)
    quotas: ClassVar[tuple[Quota, ...]] = (
        Quota("posts", 100, QUARTER, "channel"),
        Quota("posts", 10_000, DAY, "application"),
        Quota("deletions", 50, QUARTER, "channel"),
        Quota("uploads", 500, QUARTER, "channel"),
        Quota("profiles", 75, QUARTER, "channel"),
    )
    metrics_batch: ClassVar[int] = BATCH

    def __init__(self, connection: Connection, http: Client, media: MediaSource) -> None:
        super().__init__(connection, http, media)
        self._caller = Caller(
            http, connection.base_url, secrets=connection.secrets, forbidden=partial(why_forbidden, scopes=SCOPES)
        )
        if connection.access_token:
            self._caller.headers = {"Authorization": f"Bearer {connection.access_token}"}
        self._endpoints = _Endpoints(LibrarySession(http, connection.base_url), connection.access_token)

    def _ask(self, stake: Stake, endpoint: Callable[..., requests.Response], *given: Any, **fields: Any) -> Answer:
        """One of tweepy's endpoints; "user_auth" is its word for OAuth 1.0a."""
        try:
            return self._caller.judged(stake, lambda: endpoint(*given, user_auth=False, **fields))
        finally:
            self.last_rate_limit = self._caller.last_rate_limit

    def count(self, text: str) -> int:
        return tweet_text.weight(text)

    def fingerprint(self, text: str, *, is_html: bool = False) -> str:
        return text_fingerprint(text)

    # Connecting

    def authorization_url(self, redirect_uri: str, state: str, code_challenge: str | None = None) -> str:
        app = self.application("authorization_url")
        address = f"{self.consent_url}/i/oauth2/authorize"
        return oauth2.authorization_url(
            address, app, redirect_uri=redirect_uri, scopes=" ".join(SCOPES), state=state, code_challenge=code_challenge
        )

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str | None = None) -> Tokens:
        app = self.application("exchange_code")
        return oauth2.exchange_code(
            self._caller,
            app,
            code,
            redirect_uri=redirect_uri,
            scopes=" ".join(SCOPES),
            code_verifier=code_verifier,
            at=OAUTH,
        )

    def refresh_token(self) -> Tokens:
        """The old refresh token is spent by it, and a new one comes with the access token."""
        app = self.application("refresh_token")
        if not self.connection.refresh_token:
            raise NeedsReconnect(Code.TOKEN_INVALID)
        return oauth2.refresh_token(self._caller, app, self.connection.refresh_token, at=OAUTH)

    def revoke_token(self) -> None:
        app = self.application("revoke_token")
        for token in (self.connection.refresh_token, self.connection.access_token):
            if token:
                oauth2.revoke_token(self._caller, app, token, at=OAUTH)

    def get_profile(self) -> Profile:
        account = self._account()
        bio = with_links(account, words(account, "description"), "description")
        site = with_links(account, words(account, "url"), "url")
        written = [link.group() for link in tweet_text.LINK.finditer(bio)]
        return Profile(
            remote_id=str(account["id"]),
            handle=f"@{words(account, 'username')}",
            display_name=words(account, "name", "username"),
            bio=bio,
            url=f"{self.consent_url}/{words(account, 'username')}",
            links=tuple(dict.fromkeys([*written, *([site] if site else [])])),
            limits=tweet_video.limits_of(account, self.limits),
            avatar_url=words(account, "profile_image_url"),
        )

    def _account(self) -> Mapping[str, Any]:
        return data_of(self._ask(Stake.READ, self._endpoints.get_me, user_fields=USER_FIELDS), Stake.READ, "id")

    def probe(self) -> None:
        self._account()

    # Publishing

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        return TweetMedia(self._caller, self.read_media, self.open_media).prepared(post, saved)

    def publish(self, ready: Ready, key: str) -> Published:
        post = ready.post
        answer = self._ask(
            Stake.VISIBLE,
            self._endpoints.create_tweet,
            text=self.compose(post) or None,
            media_ids=[upload["id"] for upload in ready.saved.get("media", ())] or None,
            in_reply_to_tweet_id=post.reply_to,
            reply_settings=reply_settings(post),
        )
        return self._published(data_of(answer, Stake.VISIBLE, "id"))

    def _published(self, tweet: Mapping[str, Any]) -> Published:
        return Published(
            remote_id=str(tweet["id"]),
            permalink=self._permalink(self.connection.handle or "i", str(tweet["id"])),
            published_at=created(tweet),
            raw=only(tweet, ("id", "created_at", "edit_history_tweet_ids")),
        )

    def _permalink(self, handle: str, remote_id: str) -> str:
        return f"{self.consent_url}/{handle.removeprefix('@')}/status/{remote_id}"

    def find_published(self, post: Post, key: str, since: datetime) -> Lookup:
        """Reads our own posts back past `since`: there are no keys, so words, pictures and the post answered decide."""
        found: list[Published] = []
        looked_at, is_complete = 0, False
        for page, pictures, starts_at, is_last in self._own_posts(since):
            recent = [tweet for tweet in page if created(tweet) >= starts_at]
            looked_at += len(recent)
            found += [self._published(tweet) for tweet in recent if self._is_same(tweet, pictures, post)]
            if is_complete := is_last or len(recent) < len(page):
                break
        found.sort(key=lambda published: published.published_at)
        return Lookup(found[0] if found else None, is_complete, looked_at, tuple(found[1:]))

    def _own_posts(self, since: datetime) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any], datetime, bool]]:
        """Newest first: a page, its pictures by key, `since` by a clock that may run behind ours, and whether it ends.

        Not asked with a start time: a clock of ours that is ahead would hide the post that is looked for.
        """
        account = self.connection.remote_id or str(self._account()["id"])
        following: str | None = None
        for _ in range(PAGES):
            answer = self._ask(
                Stake.READ,
                self._endpoints.get_users_tweets,
                account,
                max_results=PAGE,
                exclude=["retweets"],
                tweet_fields=POST_FIELDS,
                expansions=["attachments.media_keys"],
                media_fields=["alt_text", "type"],
                pagination_token=following,
            )
            page, included, following = page_of(answer)
            pictures = {words(one, "media_key"): one for one in objects(included, "media")}
            yield page, pictures, since + timedelta(seconds=min(answer.server_ahead(), 0) - 2), following is None

    def _is_same(self, tweet: Mapping[str, Any], pictures: Mapping[str, Any], post: Post) -> bool:
        return (
            answered(tweet) == post.reply_to
            and has_words_of(tweet, self.compose(post))
            and has_media_of(tweet, pictures, post)
        )

    def delete_post(self, remote_id: str) -> None:
        try:
            answer = self._ask(Stake.VISIBLE, self._endpoints.delete_tweet, remote_id)
        except Rejected as error:
            if error.code == Code.NOT_FOUND:
                return
            raise
        if data_of(answer, Stake.VISIBLE, "deleted")["deleted"] is not True:
            raise lost(Stake.VISIBLE, Code.ANSWER_UNREADABLE, params={"status": answer.status})

    # Measuring

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        told: dict[str, PostMetrics] = {}
        for start in range(0, len(remote_ids), BATCH):
            told |= self._batch(remote_ids[start : start + BATCH])
        return told

    def _batch(self, remote_ids: Sequence[str]) -> dict[str, PostMetrics]:
        answer = self._ask(
            Stake.READ, self._endpoints.get_tweets, list(remote_ids), tweet_fields=["created_at", "public_metrics"]
        )
        content = answer.content if isinstance(answer.content, dict) else {}
        if not content.get("data") and not content.get("errors"):
            raise lost(Stake.READ, Code.ANSWER_UNREADABLE, params={"status": answer.status})
        shown = {str(tweet["id"]): figures(tweet) for tweet in dated_objects(content.get("data", []))}
        problems = {words(one, "resource_id", "value"): one for one in objects(content, "errors")}
        return {one: shown.get(one) or unseen(one, problems.get(one)) for one in remote_ids}

    def get_account_metrics(self) -> AccountMetrics:
        told = section(self._account(), "public_metrics")
        followers, why = count_of(told, "followers_count")
        others = ((name, count_of(told, name)[0]) for name in ("following_count", "tweet_count", "listed_count"))
        extra = {name: value for name, value in others if value is not None}
        return AccountMetrics({Metric.FOLLOWERS: followers}, {Metric.FOLLOWERS: why} if why else {}, extra)

    def get_comments(self, remote_id: str) -> Sequence[Comment]:
        """Other people's answers of the last seven days, the most that recent search reads; each is paid for."""
        ours = f" -from:{self.connection.remote_id}" if self.connection.remote_id else ""
        comments: list[Comment] = []
        following: str | None = None
        for _ in range(COMMENT_PAGES):
            answer = self._ask(
                Stake.READ,
                self._endpoints.search_recent_tweets,
                f"(conversation_id:{remote_id} OR in_reply_to_tweet_id:{remote_id}){ours}",
                max_results=BATCH,
                tweet_fields=[*POST_FIELDS, "author_id"],
                expansions=["author_id"],
                user_fields=["username"],
                next_token=following,
            )
            page, included, following = page_of(answer)
            names = {words(user, "id"): words(user, "username") for user in objects(included, "users")}
            comments += [self._comment(tweet, names) for tweet in page]
            if following is None:
                break
        return sorted(comments, key=lambda comment: comment.created_at)

    def _comment(self, tweet: Mapping[str, Any], names: Mapping[str, str]) -> Comment:
        author = names.get(words(tweet, "author_id"), "")
        return Comment(
            remote_id=str(tweet["id"]),
            reply_to=answered(tweet),
            author=author,
            text=shown_text(tweet),
            created_at=created(tweet),
            permalink=self._permalink(author or "i", str(tweet["id"])),
        )
