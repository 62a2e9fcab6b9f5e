"""What crosses the border between publishing, analytics and the networks: frozen values, no bare dicts.

Owns the canonical JSON of a post, in which the text keeps its exact bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from networks.limits import Limits
from networks.metrics import Metric


class Visibility(StrEnum):
    """Messages to single persons are not offered: Sanad publishes, it does not approach people."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"


def canonical_json(value: Any) -> bytes:
    """One value, one byte string: sorted keys, no spaces, text as itself in UTF-8 and never normalised."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


@dataclass(frozen=True)
class Captions:
    """A stored file of a video's spoken words with their times: text/vtt or application/x-subrip."""

    sha256: str
    mime_type: str
    size: int
    language: str

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Captions":
        return cls(**_only_known(cls, value))


@dataclass(frozen=True)
class Media:
    """A stored final file, named by its hash: what was signed is what is uploaded.

    What follows the alt text is a video's: `frame_rate` in frames per 1000 seconds, `bit_rate` in bits per second,
    codecs by ffmpeg's names ("" where there is none), sides as they are seen, and `poster`, the hash of the stored
    JPEG that stands for it while it does not play.
    """

    sha256: str
    mime_type: str
    size: int
    width: int
    height: int
    alt_text: str
    duration_ms: int = 0
    video_codec: str = ""
    audio_codec: str = ""
    frame_rate: int = 0
    bit_rate: int = 0
    poster: str = ""
    captions: Captions | None = None

    @property
    def is_video(self) -> bool:
        return self.mime_type.startswith("video/")

    @property
    def files(self) -> tuple[str, ...]:
        """The hashes of all stored files that it names."""
        captions = self.captions.sha256 if self.captions else ""
        return tuple(sha256 for sha256 in (self.sha256, self.poster, captions) if sha256)

    def to_json(self) -> dict[str, Any]:
        """What is as usual is left out, so that what was signed before a name was added keeps its bytes."""
        usual = {item.name: item.default for item in fields(self) if item.default is not MISSING}
        return {name: value for name, value in asdict(self).items() if name not in usual or value != usual[name]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Media":
        given = _only_known(cls, value)
        captions = given.get("captions")
        return cls(**{**given, "captions": Captions.from_json(captions) if captions else None})


@dataclass(frozen=True)
class Post:
    """The arguments of one part. `reply_to` is the remote id of the post it answers, known only at send time.

    `options` are what its network lets one choose (Adapter.options), as far as it differs from the default; where there
    are none the canonical JSON does not name them, so that what was signed before there were any keeps its bytes.
    """

    text: str
    media: tuple[Media, ...] = ()
    link: str | None = None
    tags: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    language: str = ""
    content_warning: str = ""
    reply_to: str | None = None
    options: Mapping[str, str] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        said = {
            **asdict(self),
            "media": [media.to_json() for media in self.media],
            "tags": list(self.tags),
            "visibility": str(self.visibility),
            "options": dict(self.options),
        }
        return said if self.options else {name: value for name, value in said.items() if name != "options"}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Post":
        """An unknown name is an error (ValueError): nothing that was signed may be left out in silence."""
        given = _only_known(cls, value)
        return cls(
            **{
                **given,
                "media": tuple(Media.from_json(media) for media in given.get("media", ())),
                "tags": tuple(given.get("tags", ())),
                "visibility": Visibility(given.get("visibility", Visibility.PUBLIC)),
                "options": dict(given.get("options", {})),
            }
        )


def _only_known(cls: type[Captions] | type[Media] | type[Post], value: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(value) - {item.name for item in fields(cls)})
    if unknown:
        raise ValueError(f"{cls.__name__} has no {', '.join(unknown)}")
    return dict(value)


@dataclass(frozen=True)
class AppCredentials:
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Connection:
    """All that an adapter knows of one channel. Secrets stay out of its repr."""

    base_url: str
    access_token: str = field(default="", repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    app_credentials: AppCredentials | None = None
    remote_id: str | None = None
    handle: str | None = None
    limits: Limits | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Whatever must never stand in an error, a log or a stored answer."""
        app_secret = self.app_credentials.client_secret if self.app_credentials else ""
        return tuple(secret for secret in (self.access_token, self.refresh_token or "", app_secret) if secret)


@dataclass(frozen=True)
class Tokens:
    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """One of several accounts that a person's consent opens, with the tokens that speak for it alone."""

    remote_id: str
    handle: str
    display_name: str
    tokens: Tokens


@dataclass(frozen=True)
class Profile:
    """The account as the network shows it; `bio` is plain text, `links` the addresses on the profile."""

    remote_id: str
    handle: str
    display_name: str
    bio: str
    url: str
    links: tuple[str, ...]
    limits: Limits
    avatar_url: str


@dataclass(frozen=True)
class Ready:
    """All is in place: one short request makes `post` visible. `saved` goes on the attempt, and stays out of the repr:
    it may have addresses that open themselves."""

    post: Post
    saved: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Waiting:
    """The network is still at work: call prepare again with `saved` after `check_after` seconds."""

    saved: Mapping[str, Any] = field(repr=False)
    check_after: float


@dataclass(frozen=True)
class Published:
    remote_id: str
    permalink: str
    published_at: datetime
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Processing:
    """Accepted but not yet visible: ask `check_status(ref)` after `check_after` seconds.

    None where nobody can be asked: a person has it in hand, posts it, and says so.
    """

    ref: str
    check_after: float | None


@dataclass(frozen=True)
class Lookup:
    """`found` is the oldest match, `others` further ones. Absence means something only where `complete` is True."""

    found: Published | None
    complete: bool
    looked_at_count: int
    others: tuple[Published, ...] = ()


@dataclass(frozen=True)
class PostMetrics:
    """`values` has every core metric that the adapter declares; None has its reason in `missing`.

    `gone` says that the post itself is no longer there; then there are no figures at all.
    """

    remote_id: str
    values: Mapping[Metric, int | None] = field(default_factory=dict)
    missing: Mapping[Metric, str] = field(default_factory=dict)
    extra: Mapping[str, int] = field(default_factory=dict)
    gone: bool = False


@dataclass(frozen=True)
class AccountMetrics:
    values: Mapping[Metric, int | None]
    missing: Mapping[Metric, str] = field(default_factory=dict)
    extra: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Comment:
    """A public answer to a post of ours, as plain text."""

    remote_id: str
    reply_to: str | None
    author: str
    text: str
    created_at: datetime
    permalink: str


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True)
class Problem:
    """One finding of `validate`: a code with its figures, on one field of the post ('text', 'media.0.alt_text'…)."""

    code: str
    params: Mapping[str, str | int]
    severity: Severity
    field: str


@dataclass(frozen=True)
class RateLimit:
    """What a network says is left. `of_application`: for all channels of our application together, not for one."""

    remaining: int | None
    limit: int | None
    resets_at: datetime | None
    of_application: bool = False


@dataclass(frozen=True)
class Quota:
    """At most `limit` calls in `seconds`, per 'channel', 'application' or 'address'; `of` says of what."""

    of: str
    limit: int
    seconds: int
    scope: str


@dataclass(frozen=True)
class Cost:
    """In US cents; 0 is free. `per_post_with_link` where a link in the text changes the price."""

    per_post: float = 0
    per_post_with_link: float | None = None
    per_read: float = 0
