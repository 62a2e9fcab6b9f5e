"""Posts that a person puts out by hand: handed over, opened, answered, refused; reminded and alerted once each."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from campaigns.models import Campaign
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.models import Event, Notice
from networks.types import Media
from publishing import connecting_by_hand, freezing, posting, publisher, reconciling, reminding, scheduling, settling
from publishing.connecting_by_hand import connect_by_hand
from publishing.disclosing import Disclosure
from publishing.lifecycle import ChannelState, DeliveryState, HoldReason
from publishing.models import Channel, Delivery, Handover
from publishing.tasks import check_channel
from tests.deliveries import make_campaign, make_delivery, make_variant, sign
from tests.people import People, actor_of, make_person, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]

LINK = "https://whatsapp.com/channel/0029VaRabita"
Hand = Callable[..., Delivery]


def connect(house: People, **changes: Any) -> Channel:
    wanted: dict[str, Any] = {
        "network": "whatsapp", "name": "قناة الرابطة", "link": LINK, "people": [house.alice.pk, house.carla.pk],
        "is_disclosed": True, "disclosure": Disclosure.proposed(house.rabita), **changes,
    }  # fmt: skip
    return connect_by_hand(actor=actor_of(house.carla), **wanted)


@pytest.fixture(autouse=True)
def _as_with_the_simulator(settings: Any) -> None:
    """The client of a thread outlives a test: the one made here must serve the tests that come after."""
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = True
    settings.PUBLISHING_CONNECT_TIMEOUT = settings.PUBLISHING_READ_TIMEOUT = 1.0


@pytest.fixture
def channel(people: People) -> Channel:
    return connect(people)


@pytest.fixture
def campaign(people: People) -> Campaign:
    return make_campaign(people.rabita, people.carla)


@pytest.fixture
def hand(people: People, channel: Channel, campaign: Campaign) -> Hand:
    """A signed delivery whose time has come, put into Alice's hands by the same road as any other."""

    def make(media: tuple[Media, ...] = ()) -> Delivery:
        variant = sign(make_variant(campaign, channel, people.alice, media=media), people.bob, people.basma)
        delivery = make_delivery(variant, people.carla)
        publisher.publish(delivery.pk)
        delivery.refresh_from_db()
        return delivery

    return make


def told(user: Any, part_of_title: str = "") -> int:
    return Notice.objects.filter(user=user, kind="by_hand", title__contains=part_of_title).count()


def later(delivery: Delivery, **seconds: int) -> None:
    """Let times of the handover be past."""
    past = {name: timezone.now() - timedelta(seconds=by) for name, by in seconds.items()}
    Handover.objects.filter(part__delivery=delivery).update(**past)


def screenshot() -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (40, 60), "white").save(made, format="PNG")
    made.seek(0)
    return made


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return str(delivery.state)


# Handing over


def test_at_its_time_it_is_put_into_the_first_persons_hands(hand: Hand, people: People) -> None:
    delivery = hand()
    assert (delivery.state, delivery.reason, delivery.check_after) == (DeliveryState.PROCESSING, "by_hand", None)
    notice = Notice.objects.get(user=people.alice, kind="by_hand")
    assert notice.link == f"/hand/{delivery.pk}/"
    assert told(people.carla) == 0
    reconciling.check_processing(delivery.pk)
    assert state_of(delivery) == DeliveryState.PROCESSING


def test_where_nobody_able_is_left_the_coordinators_are_told_at_once(
    hand: Hand, people: People, channel: Channel
) -> None:
    channel.posters.all().delete()
    delivery = hand()
    assert Handover.objects.get(part__delivery=delivery).person is None
    assert told(people.carla) == 1


def test_the_package_is_the_signed_text_and_only_for_those_who_are_named(
    hand: Hand, people: People, campaign: Campaign, client: Client
) -> None:
    delivery = hand()
    package = posting.open_package(delivery=delivery, actor=actor_of(people.alice))
    assert package.text == "الرفق في القول أبلغ من الغلظة فيه."
    assert package.share_link.startswith("https://wa.me/?text=")
    assert [user.pk for user in package.others] == [people.carla.pk]
    page = sign_in(client, people.alice).get(f"/hand/{delivery.pk}/").content.decode()
    assert f'data-text="{package.text}"' in page
    assert posting.open_package(delivery=delivery, actor=actor_of(people.carla)).is_waiting
    stranger = make_person("omar", ["author"], people.rabita)
    with pytest.raises(NotAllowed):
        posting.open_package(delivery=delivery, actor=actor_of(stranger))
    with pytest.raises(NotFound):
        posting.open_package(delivery=delivery, actor=actor_of(people.charlie))
    assert sign_in(Client(), stranger).get(f"/hand/{delivery.pk}/").status_code == 403


# Answers


def test_it_is_confirmed_by_its_link_once(hand: Hand, people: People) -> None:
    delivery, alice = hand(), actor_of(people.alice)
    posting.confirm_posted(delivery=delivery, actor=alice, permalink=f"{LINK}/131")
    part = delivery.parts.get()
    assert (state_of(delivery), part.remote_id, part.permalink) == (
        DeliveryState.PUBLISHED, "0029VaRabita/131", f"{LINK}/131",
    )  # fmt: skip
    said = Event.objects.get(verb="delivery.published", subject_id=str(delivery.pk))
    assert (said.user, said.why) == (people.alice, "posted_by_hand")
    for again in (f"{LINK}/131", f"{LINK}/132"):
        with pytest.raises(StaleState):
            posting.confirm_posted(delivery=delivery, actor=alice, permalink=again)


@pytest.mark.parametrize(
    "permalink", ["", LINK, "https://whatsapp.com/channel/0029VaOther/5", "https://example.org/channel/0029VaRabita/5"]
)
def test_a_wrong_link_is_refused_and_nothing_changes(hand: Hand, people: People, permalink: str) -> None:
    delivery = hand()
    with pytest.raises(Invalid):
        posting.confirm_posted(delivery=delivery, actor=actor_of(people.alice), permalink=permalink)
    assert state_of(delivery) == DeliveryState.PROCESSING


def test_a_link_that_another_delivery_has_is_refused(hand: Hand, people: People) -> None:
    first, second = hand(), hand()
    posting.confirm_posted(delivery=first, actor=actor_of(people.alice), permalink=f"{LINK}/7")
    with pytest.raises(Invalid):
        posting.confirm_posted(delivery=second, actor=actor_of(people.alice), permalink=f"{LINK}/7")


def test_a_picture_of_the_screen_is_kept_as_evidence_and_stays_in_the_house(
    hand: Hand, people: People, client: Client, tmp_path: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    delivery = hand()
    file = SimpleUploadedFile("شاشة.png", screenshot().getvalue(), content_type="image/png")
    answer = sign_in(client, people.alice).post(f"/hand/{delivery.pk}/posted/", {"permalink": "", "picture": file})
    assert answer.status_code == 302
    evidence = Handover.objects.get(part__delivery=delivery).evidence
    assert evidence is not None
    assert state_of(delivery) == DeliveryState.PUBLISHED
    assert Event.objects.get(verb="delivery.evidence").data == {"sha256": evidence.sha256}
    assert client.get(f"/media/{evidence.pk}/").status_code == 200
    assert client.get(f"/hand/{delivery.pk}/").status_code == 200
    assert sign_in(Client(), people.charlie).get(f"/media/{evidence.pk}/").status_code == 404


def test_what_is_no_picture_is_refused(hand: Hand, people: People, client: Client) -> None:
    delivery = hand()
    file = SimpleUploadedFile("x.png", b"<script>alert(1)</script>", content_type="image/png")
    answer = sign_in(client, people.alice).post(f"/hand/{delivery.pk}/posted/", {"picture": file})
    assert answer.status_code == 422
    assert state_of(delivery) == DeliveryState.PROCESSING


def test_nobody_else_may_answer(hand: Hand, people: People, client: Client) -> None:
    delivery = hand()
    stranger = make_person("omar", ["author"], people.rabita)
    for user, status in ((stranger, 403), (people.charlie, 404), (people.nadia, 403)):
        for act in ("posted", "could-not", "pass-on", "later"):
            answer = sign_in(client, user).post(f"/hand/{delivery.pk}/{act}/", {"permalink": f"{LINK}/1", "why": "x"})
            assert answer.status_code == status, act
    assert state_of(delivery) == DeliveryState.PROCESSING


def test_given_back_it_certainly_is_not_out_and_can_be_handed_over_again(hand: Hand, people: People) -> None:
    delivery, alice = hand(), actor_of(people.alice)
    with pytest.raises(Invalid):
        posting.could_not(delivery=delivery, actor=alice, why=" ")
    posting.could_not(delivery=delivery, actor=alice, why="هاتفي معطل")
    assert (state_of(delivery), delivery.reason) == (DeliveryState.FAILED, "by_hand_could_not")
    assert Notice.objects.filter(user=people.carla, link=f"/deliveries/{delivery.pk}/").exists()
    with pytest.raises(StaleState):
        posting.confirm_posted(delivery=delivery, actor=alice, permalink=f"{LINK}/1")
    scheduling.move(delivery=delivery, due_at=timezone.now(), actor=actor_of(people.carla))
    publisher.publish(delivery.pk)
    assert state_of(delivery) == DeliveryState.PROCESSING
    posting.confirm_posted(delivery=delivery, actor=alice, permalink=f"{LINK}/1")
    assert state_of(delivery) == DeliveryState.PUBLISHED


def test_what_was_cancelled_takes_no_answer(hand: Hand, people: People) -> None:
    delivery = hand()
    posting.could_not(delivery=delivery, actor=actor_of(people.alice), why="x")
    delivery.refresh_from_db()
    scheduling.cancel(delivery=delivery, actor=actor_of(people.carla))
    with pytest.raises(StaleState):
        posting.confirm_posted(delivery=delivery, actor=actor_of(people.alice), permalink=f"{LINK}/1")


def test_it_can_be_passed_on_and_put_off_within_a_day(hand: Hand, people: People, settings: Any) -> None:
    delivery, alice = hand(), actor_of(people.alice)
    before = Handover.objects.get().until
    posting.put_off(delivery=delivery, actor=alice)
    posting.pass_on(delivery=delivery, to=people.carla.pk, actor=alice)
    handover = Handover.objects.get()
    assert before is not None
    assert handover.until == before + timedelta(seconds=settings.PUBLISHING_HAND_LATER_SECONDS)
    assert handover.person == people.carla
    assert told(people.carla) == 1
    with pytest.raises(Invalid):
        posting.pass_on(delivery=delivery, to=people.bob.pk, actor=alice)
    settings.PUBLISHING_HAND_LATER_SECONDS = 86400
    with pytest.raises(Invalid):
        posting.put_off(delivery=delivery, actor=alice)


# What comes in the way


def test_a_freeze_closes_the_package_and_what_is_out_may_still_be_said(hand: Hand, people: People) -> None:
    delivery, alice = hand(), actor_of(people.alice)
    frozen = freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="خطأ")
    assert [row["delivery"] for row in frozen.already_in] == [delivery.pk]
    package = posting.open_package(delivery=delivery, actor=alice)
    assert (package.text, package.share_link, package.pictures) == ("", "", [])
    assert package.closed is not None
    for _ in range(2):
        reminding.look_after_all()
    assert Notice.objects.filter(user=people.alice, once__contains="closed:incident").count() == 1
    posting.confirm_posted(delivery=delivery, actor=alice, permalink=f"{LINK}/9")
    assert state_of(delivery) == DeliveryState.PUBLISHED


def test_a_changed_text_closes_it_and_given_back_it_is_held(hand: Hand, people: People) -> None:
    delivery = hand()
    delivery.variant.payload = None
    delivery.variant.save(update_fields=["payload"])
    with transaction.atomic():
        scheduling.void_deliveries(delivery.variant, actor_of(people.alice), "edited")
    reminding.look_after_all()
    assert told(people.alice) == 2
    posting.could_not(delivery=delivery, actor=actor_of(people.alice), why="لم أنشره")
    assert (state_of(delivery), delivery.hold_reason) == (DeliveryState.HELD, HoldReason.APPROVAL_VOID)


# Reminding


def test_the_person_is_reminded_and_the_stand_in_asked_then_coordinators_alerted_once_each(
    hand: Hand, people: People
) -> None:
    delivery = hand()
    reminding.look_after_all()
    assert told(people.alice) == 1
    later(delivery, remind_at=1)
    for _ in range(2):
        reminding.look_after_all()
    assert (told(people.alice), told(people.carla)) == (2, 1)
    later(delivery, alert_at=1)
    for _ in range(2):
        reminding.look_after_all()
    assert (told(people.alice), told(people.carla)) == (2, 2)
    assert state_of(delivery) == DeliveryState.PROCESSING


def test_past_its_deadline_nobody_knows_and_a_person_settles_it(hand: Hand, people: People) -> None:
    delivery, other = hand(), hand()
    for one in (delivery, other):
        later(one, until=1)
    assert reminding.look_after_all() == 2
    assert (state_of(delivery), delivery.check_after) == (DeliveryState.UNCONFIRMED, None)
    assert Notice.objects.filter(user=people.carla, link=f"/deliveries/{delivery.pk}/").count() == 1
    settling.confirm_live(delivery=delivery, permalink=f"{LINK}/3", actor=actor_of(people.carla))
    posting.confirm_posted(delivery=other, actor=actor_of(people.alice), permalink=f"{LINK}/4")
    assert state_of(delivery) == state_of(other) == DeliveryState.PUBLISHED


# The channel


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"link": "https://example.org/channel/1"}, "link"),
        ({"network": "mastodon"}, "network"),
        ({"name": " "}, "name"),
        ({"people": []}, "people"),
        ({"is_disclosed": False}, "is_disclosed"),
    ],
)
def test_a_channel_is_refused_without_what_it_needs(people: People, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        connect(people, **changes)
    assert caught.value.field == field
    assert not Channel.objects.exists()


def test_only_those_who_may_post_can_be_named(people: People) -> None:
    for user in (people.nadia, people.charlie):
        with pytest.raises(Invalid):
            connect(people, people=[user.pk])


def test_it_is_connected_on_its_page_and_again_without_a_second_row(people: People, client: Client) -> None:
    wanted = {
        "network": "whatsapp", "name": "قناة الرابطة", "link": LINK, "first": people.alice.pk, "stand_in": "",
        "language": "ar", "is_disclosed": "on", "owner": "الرابطة", "sender": "الرابطة", "funder": "الرابطة",
    }  # fmt: skip
    sign_in(client, people.carla)
    assert client.post("/channels/by-hand/", {**wanted, "link": "x"}).status_code == 422
    for _ in range(2):
        assert client.post("/channels/by-hand/", wanted)["Location"] == "/channels/"
    channel = Channel.objects.get()
    assert [poster.user for poster in channel.posters.all()] == [people.alice]
    assert channel.display_name in client.get("/channels/").content.decode()


def test_its_people_are_asked_every_week_and_unanswered_it_is_held(people: People, channel: Channel) -> None:
    check_channel(channel.pk)
    assert not Notice.objects.exists()
    for days, state in ((7, ChannelState.CONNECTED), (8, ChannelState.HELD)):
        channel.checked_at = timezone.now() - timedelta(days=days)
        channel.save(update_fields=["checked_at"])
        check_channel(channel.pk)
        channel.refresh_from_db()
        assert channel.state == state
    assert Notice.objects.filter(user=people.alice, kind="channel").exists()
    connecting_by_hand.confirm_disclosure(channel=channel, actor=actor_of(people.alice))
    channel.refresh_from_db()
    assert (channel.state, channel.checked_by) == (ChannelState.CONNECTED, people.alice)
    stranger = make_person("omar", ["author"], people.rabita)
    for user, refusal in ((stranger, NotAllowed), (people.charlie, NotFound)):
        with pytest.raises(refusal):
            connecting_by_hand.confirm_disclosure(channel=channel, actor=actor_of(user))
