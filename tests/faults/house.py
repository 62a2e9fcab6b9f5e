"""An institution for the drills: people, a signed campaign, a channel that the simulator knows, deliveries on demand.

Unlike the fixtures of tests/people.py its rows are committed, because real processes must see them.
"""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any

from django.utils import timezone
from PIL import Image

from accounts.capabilities import Role
from accounts.models import User
from campaigns import media
from campaigns.models import Campaign
from networks.types import Media
from publishing import channels
from publishing.disclosing import Disclosure
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient
from tests.deliveries import make_campaign, make_delivery, make_variant, sign
from tests.people import actor_of, make_institution, make_person

numbers = count(1)


@dataclass(frozen=True)
class House:
    """`alice` writes, `bob` and `basma` sign, `carla` releases."""

    alice: User
    bob: User
    basma: User
    carla: User
    campaign: Campaign
    channel: Channel

    def deliver(self, *, after: float = 0.0, with_picture: bool = False, **fields: Any) -> Delivery:
        """A signed delivery with a text of its own, due `after` seconds from now."""
        text = f"تجربة العطل رقم {next(numbers)}"
        pictures = (self.picture(),) if with_picture else ()
        variant = make_variant(self.campaign, self.channel, self.alice, texts=(text,), media=pictures)
        sign(variant, self.bob, self.basma)
        return make_delivery(variant, self.carla, due_at=timezone.now() + timedelta(seconds=after), **fields)

    def disconnect(self) -> None:
        channels.disconnect(channel=self.channel, actor=actor_of(self.carla), why="تجربة")

    def picture(self) -> Media:
        made = BytesIO()
        Image.new("RGB", (40, 30), "green").save(made, format="PNG")
        made.seek(0)
        house = self.campaign.organisation
        stored = media.upload(organisation=house, file=made, name="لوحة.png", actor=actor_of(self.alice))
        return Media(stored.sha256, stored.mime_type, stored.size, stored.width, stored.height, "لوحة خضراء")


TOKENS = {"mastodon": "token-of-{slug}", "telegram": "1234567890:token-of-{slug}"}


def open_house(slug: str, network: SandboxClient, slug_of_network: str = "mastodon") -> House:
    house = make_institution(slug, f"رابطة {slug}")
    author, coordinator = make_person("Alice", [Role.AUTHOR], house), make_person("Carla", [Role.COORDINATOR], house)
    bob, basma = (make_person(name, [Role.REVIEWER], house) for name in ("Bob", "Basma"))
    token = TOKENS[slug_of_network].format(slug=slug)
    network.add_account(network=slug_of_network, handle=slug, display_name=house.name, token=token, scopes="read write")
    channel = channels.connect(
        actor=actor_of(coordinator),
        network=slug_of_network,
        server_url=network.base(slug_of_network),
        token=token,
        account=f"@{slug}",
        disclosure=Disclosure.proposed(house),
    )
    return House(author, bob, basma, coordinator, make_campaign(house, coordinator, code=slug), channel)
