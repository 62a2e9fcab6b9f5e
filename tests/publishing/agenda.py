"""Campaigns full of deliveries for the calendar's tests, written quickly: what they say does not matter there."""

from datetime import datetime

from accounts.models import User
from campaigns.models import Campaign
from publishing.models import Channel, Delivery
from tests.deliveries import make_delivery, make_variant, sign
from tests.people import People


def make_post(
    people: People,
    campaign: Campaign,
    channel: Channel,
    due_at: datetime,
    *,
    title: str = "الرفق أولًا",
    **fields: object,
) -> Delivery:
    """A signed delivery at that time."""
    author: User = people.alice
    variant = sign(make_variant(campaign, channel, author, title=title), people.bob, people.basma)
    return make_delivery(variant, people.carla, due_at=due_at, **fields)
