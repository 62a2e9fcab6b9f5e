"""WhatsApp Channels, which have no interface for programs: a named person posts what was made ready, and says so.

Written from https://faq.whatsapp.com/5913398998672934 (links that open the application with words in it) and
https://faq.whatsapp.com/794517045178057 (channels: what an update may hold, what followers do with it), read 2026-11.
The help pages name no length: the limits are those that WhatsApp states for one message, one picture and one video at
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/ (text-messages, image-messages,
video-messages), read 2026-11. What a person may read off a post is what its administrators see in the application:
views, reactions, forwards.
"""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote, urlsplit

from networks.base import Adapter, Auth, Capability
from networks.errors import Code, Rejected
from networks.length import TextUnit
from networks.limits import Limits, VideoLimits
from networks.metrics import Metric
from networks.types import Cost, Post, Processing, Profile, Quota, Ready, Visibility

HOME = "https://wa.me"
PAGES = "https://whatsapp.com"


class WhatsApp(Adapter):
    slug: ClassVar[str] = "whatsapp"
    label: ClassVar[str] = "WhatsApp Channels"
    labels: ClassVar[Mapping[str, str]] = {"ar": "قنوات واتساب", "fr": "Chaînes WhatsApp"}
    auth: ClassVar[tuple[Auth, ...]] = (Auth.ASSISTED,)
    default_url: ClassVar[str] = HOME
    consent_host: ClassVar[str] = PAGES
    names_account: ClassVar[bool] = True
    limits: ClassVar[Limits] = Limits(
        max_text=4096,
        text_unit=TextUnit.CODE_POINTS,
        max_text_with_media=1024,
        max_media=1,
        media_types=("image/jpeg", "image/png"),
        max_media_bytes=5 * 1024 * 1024,
        video=VideoLimits(types=("video/mp4",), max_bytes=16 * 1024 * 1024, codecs=("h264",), audio_codecs=("aac",)),
    )
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC,)
    metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.VIEWS, Metric.REACTIONS, Metric.SHARES})
    """What an administrator can read off a post in the application; nothing here can be asked for."""
    account_metrics: ClassVar[frozenset[Metric]] = frozenset({Metric.FOLLOWERS})
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = ()

    def get_profile(self) -> Profile:
        """What the channel's public link says, `Connection.handle`: its id and nothing else. Asks nobody."""
        link = (self.connection.handle or "").strip().rstrip("/")
        channel = channel_in(link)
        if channel is None or not self.is_on_account(f"{link}/1", f"{self.consent_url}/channel/{channel}"):
            raise Rejected(Code.NOT_FOUND, params={"link": link})
        return Profile(
            remote_id=channel,
            handle=channel,
            display_name="",
            bio="",
            url=f"{self.consent_url}/channel/{channel}",
            links=(),
            limits=self.limits,
            avatar_url="",
        )

    def probe(self) -> None:
        """There is no server of theirs between us and the person."""

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready:
        """The files are read once, so that a person is never handed others than the signed ones."""
        for media in post.media:
            with self.open_media(media):
                continue
        return Ready(post=post, saved={})

    def publish(self, ready: Ready, key: str) -> Processing:
        """Nothing reaches the network from here: from now on it is in a person's hands."""
        return Processing(ref=key, check_after=None)

    @classmethod
    def remote_id_in(cls, permalink: str) -> str | None:
        """…/channel/<channel>/<number> → "<channel>/<number>": numbers begin anew in each channel."""
        try:
            before, _slash, number = urlsplit(permalink).path.rstrip("/").rpartition("/")
        except ValueError:
            return None
        channel = channel_in(before)
        return f"{channel}/{number}" if channel and number.isascii() and number.isdigit() else None

    @classmethod
    def is_on_account(cls, permalink: str, profile_url: str) -> bool:
        """Every channel lives on one host: the link must begin with the channel's own address."""
        try:
            link, home = urlsplit(permalink), urlsplit(profile_url)
        except ValueError:
            return False
        is_same_host = link.netloc.removeprefix("www.") == home.netloc.removeprefix("www.")
        return link.scheme == home.scheme and is_same_host and link.path.startswith(f"{home.path.rstrip('/')}/")

    def share_link(self, post: Post) -> str:
        return f"{self.connection.base_url.rstrip('/')}/?text={quote(self.compose(post), safe='')}"


def channel_in(link: str) -> str | None:
    """The channel's id at the end of its public link: …/channel/<id>."""
    try:
        parts = urlsplit(link).path.rstrip("/").split("/")
    except ValueError:
        return None
    is_id = len(parts) > 1 and parts[-2] == "channel" and parts[-1].isascii() and parts[-1].isalnum()
    return parts[-1] if is_id else None
