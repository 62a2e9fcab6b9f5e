"""Bluesky, and any server of the AT Protocol (PDS) that an account lives on.

Written from https://docs.bsky.app/docs/about-bluesky-content/posts, /docs/advanced-guides/rate-limits, /entryway and
/intent-links, https://docs.bsky.app/docs/api/ (com-atproto-repo-put-record, -get-record, -delete-record, -upload-blob,
com-atproto-identity-resolve-handle, app-bsky-feed-get-posts, -get-post-thread, app-bsky-actor-get-profile) and the
lexicons app.bsky.feed.post and app.bsky.embed.images (read 2026-11). Why not atproto: docs/decisions/0018.

A post is a record in the account's own repository, under a key of ours: writing is create-only, looking up is reading
that key. Figures and answers come from the network's index, which the account's server asks for us; a server without
an index still publishes. Nothing that is out can be edited.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from networks import facets, xrpc
from networks.answers import created, object_with, objects, section, words
from networks.base import Adapter, Auth, Capability, MediaSource, compose
from networks.calls import Answer, Stake, lost, timestamp
from networks.errors import Code, MissingCode, NeedsReconnect, Rejected
from networks.length import URL, TextUnit
from networks.limits import Limits
from networks.metrics import Metric
from networks.records import (
    FIGURES,
    POST,
    PROFILE,
    RecordAddress,
    account_figures,
    answers_below,
    bare_handle,
    figures,
    image,
    may_be_same_account,
    post_in,
    record_address,
    record_key,
)
from networks.types import (
    AccountMetrics,
    Comment,
    Connection,
    Cost,
    Lookup,
    Media,
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
from networks.uploads import Upload, still_there
from networks.xrpc import XrpcCaller
from outgoing import Client

NOT_OFFERED = {Capability.CHOOSE_ACCOUNT, Capability.CHECK_STATUS, Capability.EDIT_POST, Capability.CONTENT_WARNING}
BATCH, DEPTH = 25, 100
HOUR, DAY = 3600, 86_400
MEDIA_KEPT = timedelta(minutes=50)
"""A server throws an upload away that no record names, after an hour at the earliest."""
UPLOAD_SECONDS = 120.0


class Bluesky(Adapter):
    slug: ClassVar[str] = "bluesky"
    label: ClassVar[str] = "Bluesky"
    labels: ClassVar[Mapping[str, str]] = {"ar": "بلوسكاي"}
    auth: ClassVar[tuple[Auth, ...]] = (Auth.TOKEN,)
    usual_url: ClassVar[str] = "https://bsky.social"
    consent_host: ClassVar[str] = "https://bsky.app"
    names_account: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(
        max_text=300,
        text_unit=TextUnit.GRAPHEMES,
        max_text_bytes=3000,
        max_media=4,
        media_types=("image/jpeg", "image/png", "image/webp"),
        max_media_bytes=2_000_000,
        max_alt_text=2000,  # the application's own; the lexicon has none
    )
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC,)
    metrics: ClassVar[frozenset[Metric]] = frozenset(FIGURES)
    account_metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.FOLLOWERS})
    capabilities: ClassVar[frozenset[Capability]] = frozenset(Capability) - NOT_OFFERED
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = (
        Quota("posts", 1666, HOUR, "channel"),
        Quota("posts", 11_666, DAY, "channel"),
        Quota("calls", 3000, 300, "address"),
        Quota("sessions", 30, 300, "channel"),
        Quota("sessions", 300, DAY, "channel"),
    )
    metrics_batch: ClassVar[int] = BATCH

    def __init__(self, connection: Connection, http: Client, media: MediaSource) -> None:
        super().__init__(connection, http, media)
        self._caller = XrpcCaller(http, connection.base_url, secrets=connection.secrets)
        self._access = {"Authorization": f"Bearer {connection.access_token}"} if connection.access_token else {}

    def _query(self, stake: Stake, method: str, params: Any = None) -> Answer:
        return self._caller.query(stake, method, params=params, headers=self._access)

    def _procedure(self, stake: Stake, method: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
        try:
            return self._caller.procedure(stake, method, headers={**self._access, **(headers or {})}, **more)
        finally:
            self.last_rate_limit = self._caller.last_rate_limit

    @property
    def _handle(self) -> str:
        return bare_handle(self.connection.handle or "")

    @property
    def _repo(self) -> str:
        return self.connection.remote_id or self._handle

    @property
    def consent_url(self) -> str:
        """The network's pages show the posts of every server. One without TLS is in no public network: its own."""
        base_url = self.connection.base_url.rstrip("/")
        return self.consent_host if base_url.startswith("https://") else base_url

    # Connecting

    def sign_in(self) -> Tokens:
        """The access token of the connection is an app password here: a session takes its place."""
        return xrpc.create_session(
            self._caller, bare_handle(self.connection.handle or ""), self.connection.access_token
        )

    def refresh_token(self) -> Tokens:
        if not self.connection.refresh_token:
            raise NeedsReconnect(Code.TOKEN_INVALID)
        return xrpc.refresh_session(self._caller, self.connection.refresh_token)

    def revoke_token(self) -> None:
        if self.connection.refresh_token:
            xrpc.delete_session(self._caller, self.connection.refresh_token)

    def get_profile(self) -> Profile:
        """Read from the account's own server, so that no index is needed for it."""
        session = self._session()
        did, handle = str(session["did"]), words(session, "handle")
        shown = section(self._record(RecordAddress(did, PROFILE, "self")) or {}, "value")
        bio = words(shown, "description")
        written = [link.group() for link in URL.finditer(bio)]
        site = words(shown, "website")
        return Profile(
            remote_id=did,
            handle=f"@{handle}",
            display_name=words(shown, "displayName") or handle,
            bio=bio,
            url=f"{self.consent_url}/profile/{handle}",
            links=tuple(dict.fromkeys([*written, *([site] if site else [])])),
            limits=self.limits,
            avatar_url=self._blob_url(did, section(shown, "avatar")),
        )

    def _session(self) -> Mapping[str, Any]:
        session = object_with(self._query(Stake.READ, "com.atproto.server.getSession"), Stake.READ, "did")
        xrpc.refuse_stopped(session)
        return session

    def _blob_url(self, did: str, blob: Mapping[str, Any]) -> str:
        cid = words(section(blob, "ref"), "$link")
        address = f"{self.connection.base_url.rstrip('/')}/xrpc/com.atproto.sync.getBlob"
        return f"{address}?did={quote(did)}&cid={quote(cid)}" if cid else ""

    def probe(self) -> None:
        self._session()

    # Publishing

    @classmethod
    def needs_preparing(cls, post: Post) -> bool:
        return bool(post.media or post.reply_to or facets.handles_in(compose(post)))

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        """Uploads the pictures, finds out whom the text mentions and what exactly the post answers.

        `saved` = {"media": [{"sha256", "blob", "uploaded_at"}], "accounts": {handle: did or ""}, "reply": {…}}.
        """
        handles = facets.handles_in(self.compose(post))
        known = section(saved, "accounts")
        kept = still_there(saved, post.media, _is_young)
        reply = section(saved, "reply")
        if post.reply_to and section(reply, "parent").get("uri") != str(self._address(post.reply_to)):
            reply = self._references(post.reply_to)
        state = {
            "media": [earlier or self._upload(media) for earlier, media in kept],
            "accounts": {one: known[one] if one in known else self._did_of(one) for one in handles},
            "reply": reply if post.reply_to else {},
        }
        return Ready(post=post, saved={name: found for name, found in state.items() if found})

    def _upload(self, media: Media) -> Upload:
        answer = self._procedure(
            Stake.HIDDEN,
            "com.atproto.repo.uploadBlob",
            data=self.read_media(media),
            headers={"Content-Type": media.mime_type},
            refused=Code.MEDIA_REFUSED,
            total_timeout=UPLOAD_SECONDS,
        )
        blob = section(object_with(answer, Stake.HIDDEN, "blob"), "blob")
        if not blob:
            raise lost(Stake.HIDDEN, Code.ANSWER_UNREADABLE, params={"status": answer.status})
        return {"sha256": media.sha256, "blob": blob, "uploaded_at": datetime.now(UTC).isoformat()}

    def _did_of(self, handle: str) -> str:
        """Whose handle it is; nothing for nobody's, which stays plain words."""
        try:
            answer = self._query(Stake.HIDDEN, "com.atproto.identity.resolveHandle", {"handle": handle})
        except Rejected:
            return ""
        return words(object_with(answer, Stake.HIDDEN, "did"), "did")

    def _references(self, remote_id: str) -> dict[str, Any]:
        """The post that is answered and the first of its thread, each with the hash of its exact content."""
        address = self._address(remote_id)
        try:
            parent = self._record(address, Stake.HIDDEN) if address else None
        except Rejected as error:
            raise Rejected(Code.REPLY_TARGET_GONE, params=error.params, detail=error.detail) from None
        if parent is None:
            raise Rejected(Code.REPLY_TARGET_GONE)
        itself = {name: words(parent, name) for name in ("uri", "cid")}
        root = section(section(section(parent, "value"), "reply"), "root")
        return {"root": {name: words(root, name) for name in ("uri", "cid")} if root else itself, "parent": itself}

    def publish(self, ready: Ready, key: str) -> Published:
        """Writes the record only where none stands under its key: the same key again gives the first one back."""
        record = self._as_record(ready)
        address = RecordAddress(self._repo, POST, record_key(key))
        content = {"repo": address.repo, "collection": POST, "rkey": address.key, "record": record, "swapRecord": None}
        try:
            answer = self._procedure(Stake.VISIBLE, "com.atproto.repo.putRecord", json=content)
        except Rejected as error:
            if error.code != Code.DUPLICATE_REFUSED:
                raise
            return self._standing(address)
        told = object_with(answer, Stake.VISIBLE, "uri")
        return self._published({**told, "value": record}, Stake.VISIBLE)

    def _as_record(self, ready: Ready) -> dict[str, Any]:
        post, saved = ready.post, ready.saved
        text = self.compose(post)
        pictures = zip(saved.get("media", ()), post.media, strict=True)
        images = [image(upload["blob"], media) for upload, media in pictures]
        optional = {
            "langs": [post.language] if post.language else [],
            "facets": facets.facets(text, saved.get("accounts", {})),
            "embed": {"$type": "app.bsky.embed.images", "images": images} if images else {},
            "reply": saved.get("reply"),
        }
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = {"$type": POST, "text": text, "createdAt": moment}
        return record | {name: value for name, value in optional.items() if value}

    def _standing(self, address: RecordAddress) -> Published:
        """What stands under the key already; that it cannot be read now says nothing of the post."""
        try:
            found = self._record(address, Stake.VISIBLE)
        except Rejected as error:
            raise lost(Stake.VISIBLE, Code.UNEXPECTED_STATUS, params=error.params, detail=error.detail) from None
        if found is None:
            raise lost(Stake.VISIBLE, Code.UNEXPECTED_STATUS)
        return self._published(found, Stake.VISIBLE)

    def find_published(self, post: Post, key: str, since: datetime) -> Lookup:
        """Reads the one record that this key can make: whatever the answer, it is complete, and `since` not needed."""
        found = self._record(RecordAddress(self._repo, POST, record_key(key)))
        return Lookup(self._published(found, Stake.READ) if found else None, True, 1 if found else 0)

    def _record(self, address: RecordAddress, stake: Stake = Stake.READ) -> dict[str, Any] | None:
        """A record as its server has it now, with "uri" and "value"; None where the server says that there is none."""
        try:
            answer = self._query(stake, "com.atproto.repo.getRecord", address.as_params())
        except Rejected as error:
            if error.code == Code.NOT_FOUND:
                return None
            if stake is Stake.READ:
                raise lost(stake, Code.UNEXPECTED_STATUS, params=error.params, detail=error.detail) from None
            raise
        told = object_with(answer, stake, "uri")
        object_with(answer, stake, "value")
        return told

    def _published(self, told: Mapping[str, Any], stake: Stake) -> Published:
        address = record_address(words(told, "uri"))
        if address is None:
            raise lost(stake, Code.ANSWER_UNREADABLE)
        return Published(
            remote_id=str(address),
            permalink=self._permalink(address),
            published_at=created(section(told, "value"), "createdAt"),
            raw={"uri": str(address), "cid": words(told, "cid")},
        )

    def _permalink(self, address: RecordAddress) -> str:
        """By the account's lasting id: a handle may change, and the link would lead nowhere."""
        return f"{self.consent_url}/profile/{address.repo}/post/{address.key}"

    def _address(self, remote_id: str) -> RecordAddress | None:
        """None for what is no address of a record. Our own handle is put as our id, which the network answers with."""
        found = record_address(remote_id)
        if (
            found
            and self.connection.remote_id
            and found.repo.lower() == bare_handle(self.connection.handle or "").lower()
        ):
            return RecordAddress(self.connection.remote_id, found.collection, found.key)
        return found

    @classmethod
    def remote_id_in(cls, permalink: str) -> str | None:
        """The record's address: links name the account by its id or by its handle."""
        if record_address(permalink):
            return permalink
        found = post_in(permalink)
        return str(found) if found else None

    @classmethod
    def is_on_account(cls, permalink: str, profile_url: str) -> bool:
        return super().is_on_account(permalink, profile_url) and may_be_same_account(permalink, profile_url)

    def share_link(self, post: Post) -> str:
        return f"{self.consent_url}/intent/compose?text={quote(self.compose(post), safe='')}"

    def delete_post(self, remote_id: str) -> None:
        address = self._address(remote_id)
        if address is None:
            raise Rejected(Code.NOT_FOUND)
        try:
            self._procedure(Stake.VISIBLE, "com.atproto.repo.deleteRecord", json=address.as_params())
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise

    # Measuring

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        read: dict[str, PostMetrics] = {}
        for start in range(0, len(remote_ids), BATCH):
            asked = {one: self._address(one) for one in remote_ids[start : start + BATCH]}
            known = [str(address) for address in asked.values() if address]
            told = self._together(known) if known else {}
            for remote_id, address in asked.items():
                view = told.get(str(address))
                read[remote_id] = figures(remote_id, view) if view else self._unseen(remote_id, address)
        return read

    def _together(self, uris: list[str]) -> dict[str, dict[str, Any]]:
        answer = self._query(Stake.READ, "app.bsky.feed.getPosts", [("uris", one) for one in uris])
        told = object_with(answer, Stake.READ, "posts")
        return {words(view, "uri"): view for view in objects(told, "posts")}

    def _unseen(self, remote_id: str, address: RecordAddress | None) -> PostMetrics:
        """The index does not show it: gone where the account's own server has it no more, else not reported (yet)."""
        if address is None or self._record(address) is None:
            return PostMetrics(remote_id, gone=True)
        return PostMetrics(remote_id, dict.fromkeys(FIGURES), dict.fromkeys(FIGURES, MissingCode.NOT_REPORTED))

    def get_account_metrics(self) -> AccountMetrics:
        answer = self._query(Stake.READ, "app.bsky.actor.getProfile", {"actor": self._repo})
        return account_figures(object_with(answer, Stake.READ, "did"))

    def get_comments(self, remote_id: str) -> Sequence[Comment]:
        """Other people's answers and the answers to those."""
        address = self._address(remote_id)
        if address is None:
            raise Rejected(Code.NOT_FOUND)
        asked = {"uri": str(address), "depth": str(DEPTH), "parentHeight": "0"}
        answer = self._query(Stake.READ, "app.bsky.feed.getPostThread", asked)
        thread = section(object_with(answer, Stake.READ, "thread"), "thread")
        found = answers_below(thread, but_of=self.connection.remote_id)
        return sorted((self._comment(view) for view in found), key=lambda one: one.created_at)

    def _comment(self, view: Mapping[str, Any]) -> Comment:
        record, address = section(view, "record"), record_address(words(view, "uri"))
        return Comment(
            remote_id=words(view, "uri"),
            reply_to=words(section(section(record, "reply"), "parent"), "uri") or None,
            author=words(section(view, "author"), "handle"),
            text=words(record, "text"),
            created_at=timestamp(record.get("createdAt")) or created(view, "indexedAt"),
            permalink=self._permalink(address) if address else "",
        )


def _is_young(upload: Upload) -> bool:
    uploaded_at = timestamp(upload["uploaded_at"])
    return uploaded_at is not None and uploaded_at > datetime.now(UTC) - MEDIA_KEPT
