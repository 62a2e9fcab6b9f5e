"""What a network keeps in its own application until a person finishes it there: handed over, opened, confirmed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chain.models import Notice
from publishing import posting, reconciling
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Attempt, Channel, Delivery, Handover
from tests.deliveries import TEXT, make_campaign, make_channel, make_delivery, make_variant, sign
from tests.networks.replaying import Replay
from tests.outgoing.loopback import Reply
from tests.people import People, actor_of, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]

STATUS = ("POST", "/v2/post/publish/status/fetch/")
POST = "7572100000000000001"


@pytest.fixture
def network(settings: Any) -> Iterator[Replay]:
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = True
    settings.PUBLISHING_CONNECT_TIMEOUT = settings.PUBLISHING_READ_TIMEOUT = 1.0
    replay = Replay("tiktok")
    with replay.running():
        yield replay


@pytest.fixture
def channel(people: People, network: Replay) -> Channel:
    return make_channel(people.rabita, people.carla, network="tiktok", server_url=network.url)


@pytest.fixture
def delivery(people: People, channel: Channel) -> Delivery:
    """Sent to the account's inbox a moment ago; the network is still at work."""
    campaign = make_campaign(people.rabita, people.carla)
    variant = make_variant(campaign, channel, people.alice, options={"audience": "on_the_phone"})
    made = make_delivery(sign(variant, people.bob, people.basma), people.carla)
    now = timezone.now()
    Attempt.objects.create(
        delivery=made, number=1, worker="w", started_at=now, send_started_at=now, answer={"ref": "v_1#on_the_phone"}
    )
    made.parts.update(state=PartState.PROCESSING)
    Delivery.objects.filter(pk=made.pk).update(state=DeliveryState.PROCESSING, check_after=now, attempts_made=1)
    made.refresh_from_db()
    return made


def told_as(network: Replay, state: str) -> None:
    network.only(STATUS, Reply({"data": {"status": state}, "error": {"code": "ok"}}))


def check(delivery: Delivery) -> Delivery:
    reconciling.check_processing(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_while_the_network_is_at_work_it_is_asked_again(delivery: Delivery, network: Replay) -> None:
    told_as(network, "PROCESSING_UPLOAD")
    assert check(delivery).check_after is not None
    assert not Handover.objects.exists()


def test_once_it_lies_there_it_is_put_into_a_persons_hands_and_nobody_is_asked_any_more(
    delivery: Delivery, network: Replay, people: People
) -> None:
    told_as(network, "SEND_TO_USER_INBOX")
    checked = check(delivery)
    assert (checked.state, checked.reason, checked.check_after) == (DeliveryState.PROCESSING, "by_hand", None)
    assert Handover.objects.get(part__delivery=delivery).until is not None
    assert Notice.objects.filter(user=people.carla, kind="by_hand").count() == 1


def test_the_person_is_told_where_it_lies_and_has_the_signed_words(
    delivery: Delivery, network: Replay, people: People, client: Client
) -> None:
    told_as(network, "SEND_TO_USER_INBOX")
    check(delivery)
    package = posting.open_package(delivery=delivery, actor=actor_of(people.carla))
    assert (package.text, package.is_in_application) == (TEXT, True)
    people.carla.language = "en"
    people.carla.save()
    page = sign_in(client, people.carla).get(f"/hand/{delivery.pk}/").content.decode()
    assert "open the inbox of" in page
    assert "data-share" not in page


def test_where_nobody_is_named_the_page_asks_whoever_may_post_it(
    delivery: Delivery, network: Replay, people: People, client: Client
) -> None:
    told_as(network, "SEND_TO_USER_INBOX")
    check(delivery)
    people.carla.language = "en"
    people.carla.save()
    page = sign_in(client, people.carla).get(f"/deliveries/{delivery.pk}/").content.decode()
    assert "Open the package and post it yourself" in page
    assert "Nothing to do" not in page


def test_it_is_published_when_the_person_says_so(delivery: Delivery, network: Replay, people: People) -> None:
    told_as(network, "SEND_TO_USER_INBOX")
    check(delivery)
    link = f"{network.url}/@rabita_demo/video/{POST}"
    posting.confirm_posted(delivery=delivery, actor=actor_of(people.carla), permalink=link)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED
    assert delivery.parts.get().remote_id == POST
