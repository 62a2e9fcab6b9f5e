"""Pre-flight: what would keep a post from going out is said beforehand, in one way, to those who can mend it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign, Variant
from chain.models import Notice
from networks.types import Media
from publishing import freezing, look_ahead, scheduling, tasks
from publishing.lifecycle import ChannelState
from publishing.models import Channel, Credential, Delivery
from publishing.preflight import of_delivery, of_variant
from sandbox.testing import SandboxClient
from tests.deliveries import make_delivery, make_variant, sign
from tests.people import People, actor_of, api_client, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
TOLD = "الرفق في القول. حملة للرابطة"
SOON, LATER = timedelta(minutes=20), timedelta(hours=3)
Make = Callable[..., Delivery]


@pytest.fixture
def flight(people: People, channel: Channel, campaign: Campaign) -> Make:
    """A signed delivery that says who speaks, due in three hours."""

    def make(text: str = TOLD, *, ahead: timedelta = LATER, media: tuple[Media, ...] = ()) -> Delivery:
        variant = make_variant(campaign, channel, people.alice, texts=(text,), media=media)
        sign(variant, people.bob, people.basma)
        return make_delivery(variant, people.carla, due_at=timezone.now() + ahead)

    return make


def codes(delivery: Delivery) -> list[str]:
    found = Delivery.objects.select_related("channel", "payload", "variant__content__claim", "campaign").get(
        pk=delivery.pk
    )
    return [finding.code for finding in of_delivery(found).blocks]


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind="preflight").order_by("user__name")
    return [(notice.user.name, notice.body) for notice in rows]


def test_what_is_sound_says_so_and_shows_exactly_what_will_be_sent(flight: Make, people: People) -> None:
    delivery = flight()
    found = of_delivery(delivery)
    assert (found.mend, found.texts) == ([], [TOLD])
    assert {"access", "length", "quota", "disclosure", "signed"} <= {finding.code for finding in found.sound}
    page = sign_in(Client(), people.carla).get(f"/deliveries/{delivery.pk}/").content.decode()
    assert delivery.payload.digest[:8] in page
    assert 'id="preflight"' in page


def test_each_thing_that_would_stop_it_is_named(flight: Make, channel: Channel, people: People) -> None:
    missing = Media("0" * 64, "image/png", 10, 10, 10, "صورة")
    assert codes(flight("x" * 501 + " حملة للرابطة")) == ["text_too_long"]
    assert codes(flight("بلا إفصاح")) == ["disclosure_missing"]
    assert codes(flight(media=(missing,))) == ["media_missing"]
    delivery = flight()
    Credential.objects.update(expires_at=delivery.due_at - SOON, renew_at=None)
    assert codes(delivery) == ["access_ends"]
    Channel.objects.update(state=ChannelState.RECONNECT, state_reason="token_invalid")
    assert codes(delivery) == ["token_invalid"]
    Channel.objects.update(state=ChannelState.HELD, state_reason="undisclosed")
    assert codes(delivery) == ["access_ends", "undisclosed"]
    Channel.objects.update(state=ChannelState.CONNECTED, state_reason="")
    Credential.objects.all().delete()
    assert codes(delivery) == ["channel_not_connected"]


def test_a_freeze_and_a_lost_signature_are_named_and_a_full_quota_is_said(
    flight: Make, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from networks.adapters.mastodon import Mastodon
    from networks.types import Quota

    delivery = flight()
    flight()
    monkeypatch.setattr(Mastodon, "quotas", (Quota("posts", 1, 86_400, "channel"),))
    Delivery.objects.update(due_at=delivery.due_at)
    assert [finding.code for finding in of_delivery(Delivery.objects.get(pk=delivery.pk)).mend] == ["quota"]
    Variant.objects.filter(pk=delivery.variant_id).update(state=VariantState.REVOKED)
    assert codes(delivery) == ["approval_void"]
    freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="حادث")
    assert codes(delivery) == ["incident", "approval_void"]


def test_the_same_look_stands_in_the_editor_at_review_at_the_release_and_in_the_api(
    flight: Make, people: People
) -> None:
    delivery = flight("بلا إفصاح")
    [blocked] = of_variant(delivery.variant).blocks
    sentence = str(blocked.what)
    content, variant = delivery.variant.content_id, delivery.variant_id
    for person, address in (
        (people.alice, f"/contents/{content}/"),
        (people.bob, f"/review/{variant}/"),
        (people.carla, f"/release/{variant}/"),
        (people.carla, f"/deliveries/{delivery.pk}/"),
    ):
        assert sentence in sign_in(Client(), person).get(address).content.decode(), address
    for address in (f"/api/v1/deliveries/{delivery.pk}/preflight/", f"/api/v1/variants/{variant}/preflight/"):
        assert api_client(people.alice).get(address).json()["mend"][0]["code"] == "disclosure_missing"
        assert api_client(people.charlie).get(address).status_code == 404


def test_half_an_hour_ahead_the_network_is_asked_and_who_can_mend_it_is_told_once(
    flight: Make, channel: Channel, people: People, network: SandboxClient
) -> None:
    delivery = flight(ahead=SOON)
    Channel.objects.update(checked_at=timezone.now() - LATER)
    network.arm_fault("revoked_token", account="rabita")
    assert look_ahead.claim() == [delivery.pk]
    assert look_ahead.claim() == []
    look_ahead.look_ahead(delivery.pk)
    look_ahead.look_ahead(delivery.pk)
    assert Channel.objects.get().state == ChannelState.RECONNECT
    assert [name for name, _body in told()] == ["Adil", "Carla", "Mounir"]


def test_a_silent_network_is_said_and_a_sound_post_alerts_nobody(
    flight: Make, people: People, network: SandboxClient
) -> None:
    sound = flight(ahead=SOON)
    Channel.objects.update(checked_at=timezone.now() - LATER)
    look_ahead.look_ahead(sound.pk)
    assert told() == []
    Channel.objects.update(checked_at=timezone.now() - LATER)
    network.arm_fault("drop_answer", route="profile", accepted=False)
    found = look_ahead.look_ahead(sound.pk)
    assert [finding.code for finding in found] == ["silent"]
    assert [name for name, _body in told()] == ["Adil", "Carla", "Mounir"]


def test_a_post_that_gets_another_time_is_looked_at_again(
    flight: Make, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.look_ahead_at, "delay", asked.append)
    delivery, far = flight("بلا إفصاح", ahead=SOON), flight()
    tasks.look_ahead_due()
    tasks.look_ahead_due()
    assert asked == [delivery.pk]
    look_ahead.look_ahead(delivery.pk)
    assert {name for name, _body in told()} == {"Carla", "Mounir"}
    delivery.refresh_from_db()
    scheduling.move(delivery=delivery, due_at=timezone.now() + SOON / 2, actor=actor_of(people.carla))
    tasks.look_ahead_due()
    assert asked == [delivery.pk, delivery.pk]
    assert far.pk not in asked


def test_the_queries_of_a_look_do_not_grow_with_the_posts_of_the_channel(
    flight: Make, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    delivery = [flight() for _ in range(6)][0]
    with django_assert_max_num_queries(20):
        of_delivery(Delivery.objects.get(pk=delivery.pk))


def test_a_brief_that_is_not_signed_is_said_before_anybody_tries_to_release(
    people: People, channel: Channel, campaign: Campaign
) -> None:
    variant = make_variant(campaign, channel, people.alice, texts=(TOLD,))
    sign(variant, people.bob, people.basma)
    assert "brief_not_signed" not in [finding.code for finding in of_variant(variant).blocks]
    Campaign.objects.update(state=CampaignState.DRAFT)
    variant = Variant.objects.select_related("content__campaign", "channel", "payload").get(pk=variant.pk)
    assert [finding.code for finding in of_variant(variant).blocks] == ["brief_not_signed"]
    assert of_variant(variant, beside_checks=True).blocks == []
