"""Slots: plans on the calendar that are never deliveries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.models import Event
from publishing import scheduling, slots
from publishing.lifecycle import SlotState
from publishing.models import Channel, Delivery, Slot
from tests.deliveries import make_campaign, make_channel, make_variant, sign
from tests.people import People, actor_of, api_client, token_client

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
SOON = timezone.now().replace(second=0, microsecond=0) + timedelta(days=3)


@pytest.fixture
def campaign(people: People) -> Campaign:
    return make_campaign(people.rabita, people.carla)


@pytest.fixture
def channel(people: People) -> Channel:
    return make_channel(people.rabita, people.carla)


@pytest.fixture
def slot(people: People, campaign: Campaign, channel: Channel) -> Slot:
    return slots.plan(campaign=campaign, channel=channel, due_at=SOON, title="خاطرة", actor=actor_of(people.carla))


def test_a_slot_is_planned_moved_rewritten_and_removed_with_a_trail(people: People, slot: Slot) -> None:
    carla = actor_of(people.carla)
    slots.move(slot=slot, due_at=SOON + timedelta(hours=2), actor=carla, seen=SOON)
    slots.rewrite(slot=slot, title="خاطرتان", note="بعد المغرب", actor=carla)
    slots.remove(slot=slot, actor=carla, why="تأجلت")
    slot.refresh_from_db()
    assert (slot.state, slot.title, slot.due_at) == (SlotState.REMOVED, "خاطرتان", SOON + timedelta(hours=2))
    verbs = ["slot.created", "slot.moved", "slot.edited", "slot.removed"]
    assert list(Event.objects.filter(verb__startswith="slot.").values_list("verb", flat=True)) == verbs
    with pytest.raises(StaleState):
        slots.move(slot=slot, due_at=SOON, actor=carla)
    assert not Delivery.objects.exists()


def test_releasing_its_text_at_its_time_fulfils_it(people: People, slot: Slot) -> None:
    carla = actor_of(people.carla)
    variant = sign(make_variant(slot.campaign, slot.channel, people.alice), people.bob, people.basma)
    slots.fill(slot=slot, variant=variant, actor=carla)
    delivery = scheduling.schedule(variant=variant, due_at=slot.due_at, actor=carla)
    slot.refresh_from_db()
    assert (slot.state, slot.delivery_id) == (SlotState.FULFILLED, delivery.pk)


def test_releasing_it_at_another_time_leaves_the_plan(people: People, slot: Slot) -> None:
    carla = actor_of(people.carla)
    variant = sign(make_variant(slot.campaign, slot.channel, people.alice), people.bob, people.basma)
    slots.fill(slot=slot, variant=variant, actor=carla)
    scheduling.schedule(variant=variant, due_at=slot.due_at + timedelta(hours=1), actor=carla)
    slot.refresh_from_db()
    assert slot.state == SlotState.FILLED
    slots.empty(slot=slot, actor=carla)
    assert (slot.state, slot.variant_id) == (SlotState.PLANNED, None)


def test_a_text_of_another_channel_does_not_fill_it(people: People, slot: Slot) -> None:
    other = make_channel(people.rabita, people.carla, remote_id="2")
    variant = make_variant(slot.campaign, other, people.alice)
    with pytest.raises(Invalid) as refused:
        slots.fill(slot=slot, variant=variant, actor=actor_of(people.carla))
    assert refused.value.code == "misfit"


def test_past_times_and_empty_titles_are_refused(people: People, campaign: Campaign, channel: Channel) -> None:
    for due_at, title, code in ((timezone.now() - timedelta(days=1), "خاطرة", "past_time"), (SOON, "  ", "no_title")):
        with pytest.raises(Invalid) as refused:
            slots.plan(campaign=campaign, channel=channel, due_at=due_at, title=title, actor=actor_of(people.carla))
        assert refused.value.code == code


def test_who_may_not_plan_is_refused_and_the_outsider_finds_nothing(people: People, slot: Slot) -> None:
    with pytest.raises(NotAllowed):
        slots.move(slot=slot, due_at=SOON, actor=actor_of(people.alice))
    with pytest.raises(NotFound):
        slots.remove(slot=slot, actor=actor_of(people.charlie))


def test_programs_plan_too(people: People, campaign: Campaign, channel: Channel) -> None:
    program = token_client(people.carla, "schedule", "view_deliveries", "view_campaigns", "view_channels")
    wish = {"campaign": campaign.pk, "channel": channel.pk, "due_at": SOON.isoformat(), "title": "خاطرة"}
    made = program.post("/api/v1/slots/", wish, format="json").json()
    assert made["state"] == "planned"
    moved = program.post(
        f"/api/v1/slots/{made['id']}/move/",
        {"due_at": (SOON + timedelta(days=1)).isoformat(), "seen": made["due_at"]}, format="json",
    )  # fmt: skip
    assert moved.status_code == 200
    again = program.post(
        f"/api/v1/slots/{made['id']}/move/", {"due_at": SOON.isoformat(), "seen": made["due_at"]}, format="json"
    )
    assert again.status_code == 409
    assert api_client(people.charlie).post("/api/v1/slots/", wish, format="json").status_code == 404
