"""A stored file at a public address: for those who have the address, while a signed post needs it, and nothing else."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.signing import Signer
from django.db import connections
from django.test import Client
from django.utils import timezone

from campaigns.media import open_file, open_stored
from campaigns.models import Campaign, MediaFile
from networks.adapters.mastodon import Mastodon
from networks.types import Media
from publishing import channels, look_ahead, preflight, publisher
from publishing.channels import media_of as source_of
from publishing.disclosing import Disclosure
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery
from publishing.offers import StoredMedia
from publishing.preflight import of_delivery
from sandbox.testing import SandboxClient
from tests.campaigns.conftest import make_media
from tests.deliveries import make_delivery, make_variant, sign
from tests.outgoing.loopback import Asked, Manner, Reply, serving
from tests.people import People, actor_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
HOUR = timedelta(hours=1)


def placed(file: MediaFile, alt: str) -> Media:
    return Media(file.sha256, file.mime_type, file.size, file.width, file.height, alt)


@pytest.fixture
def picture(people: People) -> MediaFile:
    return make_media(people.alice)


@pytest.fixture
def delivery(people: People, channel: Channel, campaign: Campaign, picture: MediaFile) -> Delivery:
    """A signed post with the picture, due in a quarter of an hour."""
    shown = (placed(picture, "لوحة خضراء"),)
    variant = make_variant(campaign, channel, people.alice, texts=("الرفق. حملة للرابطة",), media=shown)
    sign(variant, people.bob, people.basma)
    return make_delivery(variant, people.carla, due_at=timezone.now() + HOUR / 4)


@pytest.fixture
def address(channel: Channel, picture: MediaFile) -> str:
    return source_of(channel).address(picture.sha256)


@pytest.fixture
def fetching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel's network is one that fetches pictures itself."""
    monkeypatch.setattr(Mastodon, "fetches_media", True)


def ask(address: str, method: str = "GET", **headers: str) -> Any:
    return Client().generic(method, urlsplit(address).path, headers=headers)


def test_whoever_has_the_address_gets_the_very_bytes_and_no_cookie(
    delivery: Delivery, address: str, picture: MediaFile, settings: Any
) -> None:
    assert address.startswith(f"{settings.PUBLIC_FILES_URL}/files/")
    answer = ask(address, **{"Accept-Encoding": "gzip"})
    assert b"".join(answer.streaming_content) == open_file(picture).read()
    assert (answer["Content-Type"], answer["Content-Length"]) == ("image/png", str(picture.size))
    assert "Content-Encoding" not in answer
    assert not answer.cookies


def test_a_cache_may_keep_it_as_long_as_the_address_holds(delivery: Delivery, address: str, channel: Channel) -> None:
    answer = ask(address, "HEAD")
    kept = answer["Cache-Control"]
    assert kept.startswith("public, max-age=")
    assert 6 * 3600 <= int(kept.split("=")[1].split(",")[0]) <= 7 * 3600
    assert ask(address, **{"If-None-Match": answer["ETag"]}).status_code == 304
    assert source_of(channel).address(answer["ETag"].strip('"')) == address


def test_it_is_handed_out_only_while_a_signed_post_needs_it(delivery: Delivery, address: str) -> None:
    for state, status in (
        (DeliveryState.PREPARING, 200), (DeliveryState.UNCONFIRMED, 200), (DeliveryState.CANCELLED, 404),
        (DeliveryState.HELD, 404), (DeliveryState.PUBLISHED, 404),
    ):  # fmt: skip
        Delivery.objects.filter(pk=delivery.pk).update(state=state)
        assert ask(address).status_code == status, state


def test_a_picture_that_nothing_signed_names_is_not_to_be_had(
    delivery: Delivery, channel: Channel, people: People
) -> None:
    other = make_media(people.alice, "red")
    assert ask(source_of(channel).address(other.sha256)).status_code == 404


def test_an_address_that_was_changed_has_run_out_or_was_never_ours_gives_nothing(
    delivery: Delivery, address: str, settings: Any, picture: MediaFile
) -> None:
    forged = Signer(key="another", salt="publishing.public_files", sep=".").sign_object([1, picture.sha256, 2**40])
    for wrong in (f"{address[:-1]}{'A' if address[-1] != 'A' else 'B'}", f"/files/{forged}", "/files/x", "/files/..."):
        answer = ask(wrong)
        assert (answer.status_code, answer.content) == (404, b"")
    assert ask(address, "POST").status_code == 405
    settings.PUBLIC_FILES_SECONDS = -2 * 3600
    assert ask(source_of(delivery.channel).address(picture.sha256)).status_code == 404


def test_another_institutions_file_of_the_same_hash_stays_its_own(
    delivery: Delivery, people: People, picture: MediaFile
) -> None:
    elsewhere = StoredMedia(people.charlie.memberships.get().organisation_id)
    assert ask(elsewhere.address(picture.sha256)).status_code == 404


@pytest.mark.parametrize(
    ("address", "private", "codes"),
    [
        ("https://sanad.example", False, []),
        ("http://sanad.example", False, ["files_not_public"]),
        ("https://10.0.0.7", False, ["files_not_public"]),
        ("https://sanad", False, ["files_not_public"]),
        ("http://127.0.0.1:8000", True, []),
    ],
)
def test_before_it_is_needed_an_address_that_no_network_can_reach_is_named(
    address: str, private: bool, codes: list[str], delivery: Delivery, fetching: None, settings: Any
) -> None:
    settings.PUBLIC_FILES_URL, settings.NETWORKS_ALLOW_PRIVATE_HOSTS = address, private
    assert [finding.code for finding in of_delivery(delivery).blocks] == codes


def test_a_network_that_takes_files_from_us_needs_no_address(delivery: Delivery, settings: Any) -> None:
    settings.PUBLIC_FILES_URL, settings.NETWORKS_ALLOW_PRIVATE_HOSTS = "http://127.0.0.1:9", False
    assert of_delivery(delivery).blocks == []


def test_half_an_hour_ahead_the_file_is_asked_for_as_the_network_will(
    delivery: Delivery, fetching: None, settings: Any, picture: MediaFile
) -> None:
    with serving(Reply()).running() as outside:
        settings.PUBLIC_FILES_URL = outside.url
        assert look_ahead.look_ahead(delivery.pk) == []
        assert outside.asked[0].method == "HEAD"
        assert outside.asked[0].path == urlsplit(source_of(delivery.channel).address(picture.sha256)).path
    for elsewhere in (serving(Reply(status=404)), serving(Reply(manner=Manner.DROPPED))):
        with elsewhere.running():
            settings.PUBLIC_FILES_URL = elsewhere.url
            assert [finding.code for finding in look_ahead.look_ahead(delivery.pk)] == ["files_not_fetched"]


def test_large_files_are_read_while_nobody_waits_for_the_row(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def noted(organisation_id: int, sha256: str) -> Any:
        opened.append(connections["default"].in_atomic_block)
        return open_stored(organisation_id, sha256)

    monkeypatch.setattr(preflight, "open_stored", noted)
    assert look_ahead.look_ahead(delivery.pk) == []
    assert opened == [False]


def as_we_serve_it(asked: Asked) -> Reply:
    """What our own pages answer, asked in a thread of the server that a network fetches from."""
    try:
        answer: Any = Client().get(asked.path)
        return Reply(answer.getvalue(), answer.status_code, {"Content-Type": answer.headers["Content-Type"]})
    finally:
        connections.close_all()


def test_a_network_fetches_the_signed_picture_from_us_and_publishes_it(
    people: People, campaign: Campaign, network: SandboxClient, settings: Any
) -> None:
    settings.NETWORK_URLS = {"instagram": network.base("instagram")}
    network.add_account(
        network="instagram", handle="rabita_g", display_name=people.rabita.name, bio="حساب رسمي", token="EAAofthetests"
    )
    channel = channels.connect(
        actor=actor_of(people.carla), network="instagram", token="EAAofthetests",
        disclosure=Disclosure.proposed(people.rabita),
    )  # fmt: skip
    shown = tuple(placed(make_media(people.alice, colour, "JPEG", (640, 480)), "لوحة") for colour in ("green", "red"))
    variant = make_variant(campaign, channel, people.alice, texts=("الرفق. حملة للرابطة",), media=shown)
    sign(variant, people.bob, people.basma)
    delivery = make_delivery(variant, people.carla)
    with serving(as_we_serve_it).running() as outside:
        settings.PUBLIC_FILES_URL = outside.url
        publisher.publish(delivery.pk)
        assert [asked.path.startswith("/files/") for asked in outside.asked] == [True, True]
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED
    [post] = network.posts("instagram")
    assert post["text"] == "الرفق. حملة للرابطة"
    channel.refresh_from_db()
    assert channel.quota_of is not None
    assert channel.quota_left == channel.quota_of - 1
