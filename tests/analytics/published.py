"""Posts that are out, for tests of what became of them: on the signed deliveries of tests/deliveries.py."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, User
from campaigns.models import Campaign
from publishing.lifecycle import PartState
from publishing.models import Channel, Delivery
from tests import deliveries

_number = itertools.count(1)


def make_campaign(organisation: Organisation, by: User, **fields: Any) -> Campaign:
    return deliveries.make_campaign(organisation, by, code=f"campaign-{next(_number)}", **fields)


def make_channel(organisation: Organisation, by: User, **fields: Any) -> Channel:
    number = next(_number)
    return deliveries.make_channel(
        organisation, by, remote_id=f"account-{number}", handle=f"@rabita{number}@example.org", **fields
    )


def published_delivery(
    campaign: Campaign,
    channel: Channel,
    by: User,
    *,
    at: datetime | None = None,
    parts: int = 1,
    remote_ids: Sequence[str] = (),
    title: str = "مقال",
) -> Delivery:
    """A delivery that went out at `at` (an hour ago unless given), in so many parts."""
    at = at or timezone.now() - timedelta(hours=1)
    texts = tuple(f"{deliveries.TEXT} {next(_number)}" for _ in range(parts))
    variant = deliveries.make_variant(campaign, channel, by, texts=texts, title=title)
    deliveries.sign(variant, signer("bob"), signer("basma"))
    delivery = deliveries.mark_published(deliveries.make_delivery(variant, by), at=at)
    for part in delivery.parts.all():
        remote_id = remote_ids[part.position] if part.position < len(remote_ids) else f"post-{next(_number)}"
        part.remote_id, part.permalink, part.state = remote_id, f"https://social.test/{remote_id}", PartState.PUBLISHED
        part.save()
    return delivery


def signer(name: str) -> User:
    found, _new = User.objects.get_or_create(email=f"{name}@signers.test", defaults={"name": name})
    return found
