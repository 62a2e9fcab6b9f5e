"""Who walks over /api/v1/, what a sound request is, and how signed work comes about in the institution walked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, User
from campaigns.models import Variant
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery
from tests.deliveries import make_campaign, make_delivery, make_variant, sign

Ids = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Sound:
    """What a person could sensibly ask: a body, a query, and the objects in the address where not any would do."""

    body: Any = None
    path: Mapping[str, int] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Walked:
    """`own` and `foreign` are ids by kind; `sound` is by method and path of the description."""

    walker: User
    own: Ids
    foreign: Ids
    sound: Mapping[str, Sound]


@dataclass(frozen=True)
class Cast:
    house: Organisation
    walker: User
    writer: User
    first: User
    second: User


class Work:
    """Makes signed variants and deliveries on the two channels."""

    def __init__(self, cast: Cast, channel: Channel, by_hand: Channel) -> None:
        self.cast, self.channel, self.by_hand = cast, channel, by_hand
        self.campaign = make_campaign(cast.house, cast.writer, code="signed")
        self.later = timezone.now() + timedelta(days=2)

    def variant(self, number: int, channel: Channel | None = None, signers: tuple[User, ...] = ()) -> Variant:
        made = make_variant(self.campaign, channel or self.channel, self.cast.writer, texts=(f"نص {number}",))
        return sign(made, *(signers or (self.cast.first, self.cast.second)))

    def delivery(self, number: int, channel: Channel | None = None, *, part: str = "", **fields: Any) -> Delivery:
        due_at = fields.pop("due_at", self.later)
        made = make_delivery(self.variant(number, channel), self.cast.writer, due_at=due_at)
        if part:
            made.parts.update(state=part)
        Delivery.objects.filter(pk=made.pk).update(**fields or {"state": DeliveryState.PENDING})
        made.refresh_from_db()
        return made
