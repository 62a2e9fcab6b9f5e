"""A video that an author uploaded goes through a worker, try by try, and stands on the network's own timeline once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns import videos
from campaigns.models import Campaign, MediaFile
from networks.types import Media
from publishing import channels, publisher
from publishing.disclosing import Disclosure
from publishing.lifecycle import DeliveryState
from publishing.models import Attempt, Channel, Delivery
from sandbox.testing import SandboxClient
from tests.deliveries import TEXT, make_delivery, make_variant, sign
from tests.films import film, needs_ffmpeg
from tests.people import People, actor_of

pytestmark = [pytest.mark.django_db(transaction=True), needs_ffmpeg]
LOST = {
    "mastodon": ("POST /api/v2/media",),
    "x": tuple(f"POST /2/media/upload/{step}" for step in ("initialize", "*/append", "*/finalize")),
}


@pytest.fixture
def connected(people: People, network: SandboxClient, settings: Any) -> Callable[[str], Channel]:
    settings.NETWORK_URLS = {slug: network.base(slug) for slug in LOST}

    def connect(slug: str) -> Channel:
        network.add_account(
            network=slug, handle="rabita", display_name=people.rabita.name, bio="حساب رسمي", token=f"token-{slug}",
            scopes="tweet.read tweet.write users.read media.write offline.access" if slug == "x" else "read write",
        )  # fmt: skip
        return channels.connect(
            actor=actor_of(people.carla),
            network=slug,
            server_url=network.base(slug),
            token=f"token-{slug}",
            disclosure=Disclosure.proposed(people.rabita),
        )

    return connect


@pytest.fixture
def uploaded(people: People) -> MediaFile:
    given = SimpleUploadedFile("مقطع.mp4", film(size="640x360"))
    return videos.upload(organisation=people.rabita, file=given, name=given.name or "", actor=actor_of(people.alice))


def signed(file: MediaFile, alt_text: str) -> Media:
    told: dict[str, Any] = {"duration_ms": file.duration_ms, "frame_rate": file.frame_rate, "bit_rate": file.bit_rate}
    told |= {"video_codec": file.video_codec, "audio_codec": file.audio_codec}
    poster = file.poster.sha256 if file.poster else ""
    return Media(file.sha256, file.mime_type, file.size, file.width, file.height, alt_text, poster=poster, **told)


def worked_off(delivery: Delivery) -> list[str]:
    """Try by try, each as soon as it may be; the codes of those that did not end it."""
    for _try in range(20):
        Delivery.objects.filter(pk=delivery.pk).update(not_before=None, dispatched_until=None)
        publisher.publish(delivery.pk)
        delivery.refresh_from_db()
        if delivery.state == DeliveryState.PUBLISHED:
            break
    return list(Attempt.objects.filter(delivery=delivery).order_by("number").values_list("code", flat=True))[:-1]


@pytest.mark.parametrize("slug", ["mastodon", "x"])
def test_a_video_whose_answers_are_lost_stands_there_once(
    people: People,
    network: SandboxClient,
    campaign: Campaign,
    connected: Callable[[str], Channel],
    uploaded: MediaFile,
    slug: str,
) -> None:
    channel = connected(slug)
    media = (signed(uploaded, "شيخ يتكلم" if slug == "mastodon" else ""),)
    variant = sign(make_variant(campaign, channel, people.alice, media=media), people.bob, people.basma)
    delivery = make_delivery(variant, people.carla)
    for route in LOST[slug]:
        network.arm_fault("drop_answer", network=slug, route=route)
    tries = worked_off(delivery)
    assert delivery.state == DeliveryState.PUBLISHED, tries
    assert network.faults() == []
    assert [post["text"] for post in network.posts(slug)] == [TEXT]
    assert len(tries) >= len(LOST[slug])
