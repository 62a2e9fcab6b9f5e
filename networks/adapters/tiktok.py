"""TikTok, by its Content Posting API, Login Kit and Display API.

Written from, under https://developers.tiktok.com/doc/, content-posting-api-get-started, -reference-direct-post,
-reference-photo-post, -reference-query-creator-info, -reference-get-video-status, -media-transfer-guide,
content-sharing-guidelines, tiktok-api-v2-get-user-info, tiktok-api-v2-video-list and -video-query (read 2026-11).

Which request do readers see? A video is posted by TikTok as soon as its last byte has arrived: a posting is begun
(`publish_id`, and an address that lives for an hour) and every chunk but the last is sent in `prepare`, for without the
last one it never becomes a post; `publish` sends the last chunk and nothing else. So the name of the posting is known
and kept before anything can be seen, and an answer that is lost there leaves nothing open: `publish` gives the
reference, and `check_status` asks what became of it. A try that goes on from an earlier one asks the same question
first, and begins another posting only where TikTok says that the earlier one failed or never got all its bytes.
Pictures are different: TikTok fetches them from our address, so that the one request that names them publishes them,
and its lost answer has no name to ask for: that outcome is unknown, and is looked for among the account's posts.

A post that goes to the account's inbox becomes one only when a person finishes it there: then that person has it in
hand, with the signed words, and says what became of it.

A post for everyone is checked by TikTok before it stands on the account, mostly within a minute, sometimes for hours,
and has its id only then; the pages promise no time, and name no end of a posting's life. Nothing that is out can be
changed or deleted by an application, and comments cannot be read.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from networks import tiktok_calls, tiktok_posts, tiktok_uploads, tiktok_videos
from networks.answers import only, section, words
from networks.base import Adapter, Auth, Capability, MediaSource
from networks.calls import Answer, Stake, lost
from networks.errors import Code, NeedsReconnect, NetworkError, NotSent, Rejected
from networks.length import URL, TextUnit
from networks.limits import Limits, VideoLimits
from networks.metrics import Metric
from networks.tiktok_calls import TikTokCaller, data_of
from networks.tiktok_uploads import Sender, Upload
from networks.tiktok_videos import BATCH, created_at, videos_in
from networks.types import (
    AccountMetrics,
    Connection,
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
    Waiting,
)
from outgoing import Client, MaybeSent, NeverSent

API = "https://open.tiktokapis.com"
CREATOR = "/v2/post/publish/creator_info/query/"
BEGIN, BEGIN_FOR_INBOX = "/v2/post/publish/video/init/", "/v2/post/publish/inbox/video/init/"
PICTURES = "/v2/post/publish/content/init/"
STATUS = "/v2/post/publish/status/fetch/"
USER, LIST, QUERY = "/v2/user/info/", "/v2/video/list/", "/v2/video/query/"
PAGES, MINUTE, DAY = 25, 60, 86_400
LOOK_AGAIN_SECONDS = 15.0


class TikTok(Adapter):
    slug: ClassVar[str] = "tiktok"
    label: ClassVar[str] = "TikTok"
    labels: ClassVar[Mapping[str, str]] = {"ar": "تيك توك"}
    auth: ClassVar[tuple[Auth, ...]] = (Auth.OAUTH2,)
    """A token cannot be made by hand there, and would end within hours without its refresh token."""
    scopes: ClassVar[tuple[str, ...]] = (
        "user.info.basic",
        "user.info.profile",
        "user.info.stats",
        "video.publish",
        "video.upload",
        "video.list",
    )
    default_url: ClassVar[str] = API
    consent_host: ClassVar[str] = "https://www.tiktok.com"
    fetches_media: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(
        max_text=2_200,
        text_unit=TextUnit.UTF16_UNITS,
        needs_media=True,
        max_media=35,
        media_types=("image/jpeg", "image/webp"),
        max_media_bytes=20_000_000,
        max_pixels=1_080 * 1_920,
        video=VideoLimits(
            types=("video/mp4", "video/quicktime", "video/webm"),
            max_bytes=4_000_000_000,
            max_duration_ms=10 * 60_000,
            codecs=("h264", "hevc", "vp8", "vp9"),
            min_side=360,
            max_side=4_096,
            min_frame_rate=23_000,
            max_frame_rate=60_000,
        ),
    )
    """Under pictures there is room for 4,000 units; the smaller number holds for both. How long a video may be differs
    by account, and is asked before each post. Of pictures the page says only "1080p"."""
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC,)
    """Who sees a post is an option here, which a person must choose: see tiktok_posts."""
    options: ClassVar = tiktok_posts.OPTIONS
    metrics: ClassVar[frozenset[Metric]] = frozenset(tiktok_videos.FIGURES)
    account_metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.FOLLOWERS})
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {
            Capability.REFRESH_TOKEN,
            Capability.REVOKE_TOKEN,
            Capability.FIND_PUBLISHED,
            Capability.CHECK_STATUS,
            Capability.POST_METRICS,
            Capability.ACCOUNT_METRICS,
        }
    )
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = (
        Quota("posts", 6, MINUTE, "channel"),
        Quota("posts", 15, DAY, "channel"),
    )
    """The day's number differs by account; the guidelines name 15 as usual."""
    metrics_batch: ClassVar[int] = BATCH

    def __init__(self, connection: Connection, http: Client, media: MediaSource) -> None:
        super().__init__(connection, http, media)
        bearer = {"Authorization": f"Bearer {connection.access_token}"} if connection.access_token else {}
        self._caller = TikTokCaller(
            http, connection.base_url, secrets=connection.secrets, headers=bearer, scopes=self.scopes
        )

    def _ask(self, stake: Stake, path: str, content: Mapping[str, Any] | None = None, **asked: str) -> Answer:
        method = "GET" if content is None else "POST"
        given: dict[str, Any] = {} if content is None else {"json": dict(content)}
        try:
            return self._caller.call(stake, method, path, params=asked or None, **given)
        finally:
            self.last_rate_limit = self._caller.last_rate_limit

    def validate(self, post: Post) -> list[Problem]:
        return [*super().validate(post), *tiktok_posts.problems_of(post)]

    # Connecting

    def authorization_url(self, redirect_uri: str, state: str, code_challenge: str | None = None) -> str:
        return tiktok_calls.authorization_url(
            f"{self.consent_url}{tiktok_calls.CONSENT}",
            self.application("authorization_url"),
            redirect_uri=redirect_uri,
            scopes=self.scopes,
            state=state,
            challenge=code_challenge,
        )

    def exchange_code(self, code: str, redirect_uri: str, code_verifier: str | None = None) -> Tokens:
        return tiktok_calls.exchange_code(
            self._caller,
            self.application("exchange_code"),
            code,
            redirect_uri=redirect_uri,
            code_verifier=code_verifier,
        )

    def refresh_token(self) -> Tokens:
        app = self.application("refresh_token")
        if not self.connection.refresh_token:
            raise NeedsReconnect(Code.TOKEN_INVALID)
        return tiktok_calls.refresh_token(self._caller, app, self.connection.refresh_token)

    def revoke_token(self) -> None:
        """The refresh token ends with the access."""
        app = self.application("revoke_token")
        if self.connection.access_token:
            tiktok_calls.revoke_token(self._caller, app, self.connection.access_token)

    def get_profile(self) -> Profile:
        told = self._user(tiktok_videos.PROFILE_FIELDS)
        bio, name = words(told, "bio_description"), words(told, "username")
        return Profile(
            remote_id=words(told, "open_id"),
            handle=f"@{name}",
            display_name=words(told, "display_name") or name,
            bio=bio,
            url=f"{self.consent_url}/@{name}",
            links=tuple(dict.fromkeys(link.group() for link in URL.finditer(bio))),
            limits=self.limits,
            avatar_url=words(told, "avatar_url"),
        )

    def _user(self, fields: str) -> Mapping[str, Any]:
        user = section(data_of(self._ask(Stake.READ, USER, fields=fields), Stake.READ, "user"), "user")
        if not user.get("open_id"):
            raise lost(Stake.READ, Code.ANSWER_UNREADABLE)
        return user

    def probe(self) -> None:
        self._user("open_id")

    # Publishing

    @classmethod
    def is_finished_by_hand(cls, post: Post) -> bool:
        return tiktok_posts.goes_to_inbox(post)

    @classmethod
    def fetches(cls, post: Post) -> bool:
        """Pictures alone: a video is sent."""
        return super().fetches(post) and not tiktok_posts.is_video(post)

    @classmethod
    def upload_seconds(cls, post: Post) -> float:
        return tiktok_uploads.seconds(post) if tiktok_posts.is_video(post) else 0.0

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        """Asks what the account may post today; of a video sends all but the last chunk. `saved` is an Upload, or says
        what of a post of pictures the account itself has turned off."""
        if not post.media or (tiktok_posts.is_video(post) and len(post.media) > 1):
            raise Rejected(Code.POST_REFUSED)
        if tiktok_posts.is_video(post):
            return self._prepare_video(post, saved)
        for media in post.media:
            with self.open_media(media):
                pass
        return Ready(post, {"closed": self._closed(post)})

    def _closed(self, post: Post) -> list[str]:
        """What the account itself has turned off. Raises Rejected, or NotSent, where it may not post this now."""
        if tiktok_posts.goes_to_inbox(post):
            return []
        creator = data_of(self._ask(Stake.HIDDEN, CREATOR, {}), Stake.HIDDEN, "privacy_level_options")
        tiktok_posts.refuse_unfit(post, creator)
        return tiktok_posts.closed_in(creator)

    def _prepare_video(self, post: Post, saved: Mapping[str, object]) -> Ready:
        media = post.media[0]
        with self.open_media(media) as file:
            upload = self._earlier(post, saved) or self._begun(post)
            upload = Sender(self.http, media, file).all_but_the_last(upload)
        return Ready(post, upload.to_json())

    def _earlier(self, post: Post, saved: Mapping[str, object]) -> Upload | None:
        """How far an earlier try came, by TikTok's own word; None where another posting must be begun."""
        upload = tiktok_uploads.earlier(saved, post)
        if upload is None:
            return None
        try:
            told = self._status(Stake.HIDDEN, upload.publish_id)
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise
            return None
        return upload.as_told(told, post.media[0].size)

    def _begun(self, post: Post) -> Upload:
        path, content = BEGIN_FOR_INBOX, {"source_info": tiktok_uploads.source(post.media[0].size)}
        if not tiktok_posts.goes_to_inbox(post):
            info = tiktok_posts.video_info(post, self.compose(post), self._closed(post))
            path, content = BEGIN, {"post_info": info, **content}
        told = data_of(self._ask(Stake.HIDDEN, path, content), Stake.HIDDEN, "publish_id")
        address = words(told, "upload_url")
        if urlsplit(address).scheme != urlsplit(self.connection.base_url).scheme:
            raise lost(Stake.HIDDEN, Code.ANSWER_UNREADABLE)
        return tiktok_uploads.begun(post, words(told, "publish_id"), address)

    def _status(self, stake: Stake, publish_id: str) -> Mapping[str, Any]:
        return data_of(self._ask(stake, STATUS, {"publish_id": publish_id}), stake, "status")

    def publish(self, ready: Ready, key: str) -> Processing:
        """The one request: a video's last chunk, or the addresses of pictures. It is posted some time afterwards."""
        post = ready.post
        if tiktok_posts.is_video(post):
            return self._send_last(ready)
        closed = list(ready.saved.get("closed", ()))
        content = tiktok_posts.photo_request(post, self.compose(post), closed, self.media.address)
        told = data_of(self._ask(Stake.VISIBLE, PICTURES, content), Stake.VISIBLE, "publish_id")
        return Processing(tiktok_posts.reference(words(told, "publish_id"), post), LOOK_AGAIN_SECONDS)

    def _send_last(self, ready: Ready) -> Processing:
        """Whatever the answer, what became of the posting is asked for by its name; only a refusal to take the bytes,
        or a request that never left, is certainly no post. All bytes sent by an earlier try: nothing is sent again."""
        post, upload = ready.post, tiktok_uploads.earlier(ready.saved, ready.post)
        if upload is None:
            raise NotSent(Code.MEDIA_NOT_READY)
        media = post.media[0]
        outcome = Processing(tiktok_posts.reference(upload.publish_id, post), LOOK_AGAIN_SECONDS)
        if upload.sent >= media.size:
            return outcome
        start, length = tiktok_uploads.chunks(media.size)[-1]
        try:
            with self.open_media(media) as file:
                status = Sender(self.http, media, file).put(upload, start, length)
        except NeverSent as error:
            failure = NotSent(Code(error.reason.value))
        except MaybeSent:
            return outcome
        else:
            if not 400 <= status < 500 or status in (408, 425):
                return outcome
            failure = NotSent(Code.MEDIA_NOT_READY, retry_after=LOOK_AGAIN_SECONDS, params={"status": status})
        raise failure

    def check_status(self, ref: str) -> Published | Processing:
        """FAILED is an end; a refusal to tell is none. In the inbox it waits for a person, whom nobody here can ask."""
        publish_id, audience = tiktok_posts.read_reference(ref)
        try:
            told = self._status(Stake.READ, publish_id)
        except Rejected:
            return Processing(ref, LOOK_AGAIN_SECONDS)
        state = words(told, "status")
        if state == tiktok_uploads.FAILED:
            raise tiktok_posts.failure(words(told, "fail_reason"))
        if post_id := tiktok_posts.public_id(told):
            return self._standing(post_id)
        if state in (tiktok_uploads.IN_INBOX, tiktok_uploads.COMPLETE):
            return tiktok_posts.over_there(ref, publish_id, audience)
        return Processing(ref, LOOK_AGAIN_SECONDS)

    def _standing(self, post_id: str) -> Published:
        """It is out, whatever becomes of the look for its link."""
        try:
            told = next(iter(self._videos([post_id], tiktok_videos.FIELDS)), {})
        except NetworkError:
            told = {}
        return self._published({**told, "id": post_id})

    def _published(self, told: Mapping[str, Any]) -> Published:
        link = words(told, "share_url").partition("?")[0]
        name = (self.connection.handle or "").removeprefix("@")
        return Published(
            remote_id=words(told, "id"),
            permalink=link or f"{self.consent_url}/@{name}/video/{words(told, 'id')}",
            published_at=created_at(told) or datetime.now(UTC),
            raw=only(told, ("id", "create_time", "share_url")),
        )

    def find_published(self, post: Post, key: str, since: datetime) -> Lookup:
        """Only what everyone sees is listed, and only once TikTok has checked it: absence proves nothing, ever."""
        wanted, found, looked_at = self.fingerprint(self.compose(post)), list[Published](), 0
        for page, starts_at in self._own_videos(since):
            recent = [told for told in page if (created_at(told) or starts_at) >= starts_at]
            looked_at += len(recent)
            found += [self._published(told) for told in recent if tiktok_videos.has_words(told, wanted)]
            if len(recent) < len(page):
                break
        found.sort(key=lambda one: one.published_at)
        return Lookup(found[0] if found else None, False, looked_at, tuple(found[1:]))

    def _own_videos(self, since: datetime) -> Iterator[tuple[list[dict[str, Any]], datetime]]:
        """Newest first: a page, and `since` by a clock that may run behind ours."""
        given: dict[str, Any] = {"max_count": BATCH}
        for _ in range(PAGES):
            answer = self._ask(Stake.READ, LIST, given, fields=tiktok_videos.FIELDS)
            told = data_of(answer, Stake.READ, "videos")
            yield videos_in(told), since + timedelta(seconds=min(answer.server_ahead(), 0) - 2)
            if told.get("has_more") is not True or not (cursor := told.get("cursor")):
                return
            given = {**given, "cursor": cursor}

    @classmethod
    def remote_id_in(cls, permalink: str) -> str | None:
        """…/@name/video/NUMBER or …/@name/photo/NUMBER."""
        try:
            parts = [part for part in urlsplit(permalink).path.split("/") if part]
        except ValueError:
            return None
        is_post = len(parts) >= 3 and parts[-2] in ("video", "photo") and parts[-3].startswith("@")
        return parts[-1] if is_post and parts[-1].isascii() and parts[-1].isdigit() else None

    @classmethod
    def is_on_account(cls, permalink: str, profile_url: str) -> bool:
        """Every account lives on one host: the link must begin with the account's own address."""
        if not super().is_on_account(permalink, profile_url):
            return False
        own = urlsplit(profile_url).path.rstrip("/").lower()
        return urlsplit(permalink).path.lower().startswith(f"{own}/")

    # Measuring

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        asked = [one for one in remote_ids if tiktok_videos.has_public_id(one)]
        told: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(asked), BATCH):
            found = self._videos(asked[start : start + BATCH], tiktok_videos.FIGURE_FIELDS)
            told |= {words(one, "id"): one for one in found}
        return {one: tiktok_videos.figures(one, told.get(one)) for one in remote_ids}

    def _videos(self, ids: Sequence[str], fields: str) -> list[dict[str, Any]]:
        answer = self._ask(Stake.READ, QUERY, {"filters": {"video_ids": list(ids)}}, fields=fields)
        return videos_in(data_of(answer, Stake.READ, "videos"))

    def get_account_metrics(self) -> AccountMetrics:
        return tiktok_videos.account_figures(self._user(tiktok_videos.ACCOUNT_FIELDS))
