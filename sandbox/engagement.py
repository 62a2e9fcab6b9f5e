"""Owns how simulated readers react to a post as it ages: deterministic per post, never falling, plausible in shape.

The same post at the same age always has the same figures, so that two readings agree and a test can foresee them.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

HOUR = 3600.0

COMMENTS: tuple[tuple[str, str, str], ...] = (
    ("ar", "سلمى", "جزاكم الله خيرا على هذا التوضيح."),
    ("fr", "Karim", "Merci pour cette mise au point, claire et sourcée."),
    ("ar", "يونس", "هل من مرجع للاستزادة في هذا الموضوع؟"),
    ("ar", "هند", "شرح مبسط ونافع، شاركته مع تلاميذي."),
    ("fr", "Nadia", "Peut-on avoir la suite sous forme de vidéo courte ?"),
    ("ar", "عبد الإله", "بارك الله فيكم، ننتظر الحلقة القادمة."),
    ("ar", "مريم", "كنت أبحث عن جواب واضح لهذا السؤال، شكرا لكم."),
    ("fr", "Hamza", "Je partage avec mon association, merci."),
    ("ar", "زينب", "حبذا لو أضفتم نسخة بالأمازيغية."),
    ("ar", "أنس", "أحسنتم، لغة قريبة من الشباب."),
    ("fr", "Imane", "Très utile pour mes élèves de terminale."),
    ("ar", "خديجة", "كلام موزون، ونسأل الله أن ينفع به."),
)  # fmt: skip


@dataclass(frozen=True)
class Reply:
    """The n-th simulated reply; `after` is in seconds of the post's real age."""

    position: int
    language: str
    name: str
    text: str
    after: float


@dataclass(frozen=True)
class Counts:
    favourites: int
    reblogs: int
    replies: int


@dataclass(frozen=True)
class Audience:
    """Those who only read: how often it was seen, by how many, and how many clicked on it."""

    views: int
    readers: int
    clicks: int


@dataclass(frozen=True)
class Crowd:
    """The readers of one post, drawn from its id."""

    favourites: int
    reblogs: int
    replies: int
    views: int
    readers: int
    clicks: int
    half_life: float
    offset: int

    def counts(self, age: float, speed: float) -> Counts:
        """Figures at `age` real seconds, when one real second counts as `speed` seconds of the network's life."""
        share = _share(age * speed, self.half_life)
        return Counts(*(math.floor(total * share) for total in (self.favourites, self.reblogs, self.replies)))

    def audience(self, age: float, speed: float) -> Audience:
        share = _share(age * speed, self.half_life)
        return Audience(*(math.floor(total * share) for total in (self.views, self.readers, self.clicks)))

    def replies_by(self, age: float, speed: float) -> list[Reply]:
        return [self._reply(position, speed) for position in range(self.counts(age, speed).replies)]

    def _reply(self, position: int, speed: float) -> Reply:
        language, name, text = COMMENTS[(self.offset + position) % len(COMMENTS)]
        return Reply(position, language, name, text, self._reached(position + 1) / speed)

    def _reached(self, replies: int) -> float:
        """Age, in the network's seconds, at which this many replies are there."""
        low, high = 0.0, 90 * 24 * HOUR
        while high - low > 0.5:
            middle = (low + high) / 2
            low, high = (low, middle) if self.replies * _share(middle, self.half_life) >= replies else (middle, high)
        return high


def _share(age: float, half_life: float) -> float:
    """Part of its final audience that a post has after `age` seconds: most on the first day, a thin tail after it."""
    if age <= 0:
        return 0.0
    first_day = 1 - math.exp(-age * math.log(2) / half_life)
    tail = 1 - math.exp(-age / (20 * 24 * HOUR))
    return 0.85 * first_day + 0.15 * tail


def crowd_of(post_id: str) -> Crowd:
    draw = hashlib.sha256(f"crowd:{post_id}".encode()).digest()
    favourites = 24 + int.from_bytes(draw[0:2], "big") % 160
    readers = favourites * (9 + draw[6] % 12)
    return Crowd(
        views=readers * (110 + draw[7] % 60) // 100,
        readers=readers,
        clicks=readers * (2 + draw[8] % 6) // 100,
        favourites=favourites,
        reblogs=4 + favourites * (15 + draw[2] % 20) // 100,
        replies=3 + draw[3] % 8,
        half_life=HOUR * (2 + draw[4] % 7),
        offset=draw[5] % len(COMMENTS),
    )


def followers_of(account_key: str, age: float, speed: float) -> int:
    """Followers of an account `age` real seconds after it was opened here: a base and a slow growth."""
    draw = hashlib.sha256(f"followers:{account_key}".encode()).digest()
    days = max(0.0, age * speed) / (24 * HOUR)
    return 1200 + int.from_bytes(draw[0:2], "big") % 4000 + math.floor(days * (3 + draw[2] % 9))
