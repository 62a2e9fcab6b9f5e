"""A freeze covers what its scope says, and a scope that would cover nothing is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, Content
from chain.errors import Invalid, NotFound, StaleState
from chain.models import Event, Hold
from publishing import freezing, publisher, scheduling, tasks
from publishing.aftermath import after
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient
from tests.deliveries import claimed, make_variant, sign
from tests.people import People, actor_of, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]
LATER = timezone.now() + timedelta(hours=3)


@pytest.mark.parametrize("scope", ["campaign", "channel", "network", "concept", "language", "tag"])
def test_a_freeze_of_a_scope_holds_what_is_in_it(due: Due, network: SandboxClient, people: People, scope: str) -> None:
    delivery = due(texts=("قول لين #الرفق",))
    ids = {
        "campaign": delivery.campaign_id,
        "channel": delivery.channel_id,
        "network": delivery.channel.network,
        "concept": delivery.variant.content.claim.concept_id,
        "language": "ar",
        "tag": "#الرِّفق",
    }
    freezing.freeze(actor=actor_of(people.carla), scope=scope, scope_id=str(ids[scope]), reason="حادث")
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.hold_reason) == (DeliveryState.HELD, HoldReason.INCIDENT)
    assert network.posts("mastodon") == []


@pytest.mark.parametrize("written", ["0{}", " {}", "{}.0", "²", "٧"])
@pytest.mark.parametrize("scope", ["campaign", "channel"])
def test_a_scope_written_so_that_it_would_stop_nothing_is_refused(
    due: Due, people: People, scope: str, written: str
) -> None:
    delivery = due()
    scope_id = written.format(delivery.campaign_id if scope == "campaign" else delivery.channel_id)
    with pytest.raises(NotFound):
        freezing.freeze(actor=actor_of(people.carla), scope=scope, scope_id=scope_id, reason="حادث")
    assert not Hold.objects.exists()


def test_a_network_on_which_the_institution_has_no_channel_is_not_frozen(due: Due, people: People) -> None:
    due()
    with pytest.raises(NotFound):
        freezing.freeze(actor=actor_of(people.carla), scope="network", scope_id="mastodom", reason="حادث")
    with pytest.raises(NotFound):
        freezing.freeze(actor=actor_of(people.charlie), scope="network", scope_id="mastodon", reason="حادث")


@pytest.mark.parametrize(
    ("scope", "scope_id"),
    [("concept", "999999"), ("language", "fr"), ("tag", "الشدة"), ("tag", "#"), ("colour", "red")],
)
def test_a_scope_that_the_institution_does_not_have_is_refused(
    due: Due, people: People, scope: str, scope_id: str
) -> None:
    due(texts=("قول لين #الرفق",))
    with pytest.raises((NotFound, Invalid)):
        freezing.freeze(actor=actor_of(people.carla), scope=scope, scope_id=scope_id, reason="حادث")
    assert not Hold.objects.exists()


def test_language_and_tag_follow_the_signed_payload_and_not_what_the_content_says_now(due: Due, people: People) -> None:
    signed_in_arabic = due(texts=("قول لين #الرفق",), due_at=LATER)
    other = due(texts=("قول آخر",), due_at=LATER)
    Content.objects.filter(pk=other.variant.content_id).update(language="fr")
    freezing.freeze(actor=actor_of(people.carla), scope="tag", scope_id="الرفق", reason="حادث")
    assert states(signed_in_arabic, other) == [DeliveryState.HELD, DeliveryState.PENDING]
    freezing.freeze(actor=actor_of(people.carla), scope="language", scope_id="fr", reason="حادث")
    assert states(other) == [DeliveryState.PENDING]
    freezing.freeze(actor=actor_of(people.carla), scope="language", scope_id="ar", reason="حادث")
    assert states(other) == [DeliveryState.HELD]


def test_what_is_being_prepared_at_the_click_never_enters_the_send(
    due: Due, network: SandboxClient, people: People
) -> None:
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="حادث")
    assert states(delivery) == [DeliveryState.HELD]
    assert not publisher.enter_send(attempt, delivery.parts.get())
    assert network.posts("mastodon") == []


def test_what_is_released_during_a_freeze_is_held_from_the_start_and_outside_it_is_not(
    people: People, campaign: Campaign, channel: Channel
) -> None:
    def released() -> Delivery:
        variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
        return scheduling.schedule(variant=variant, due_at=LATER, actor=actor_of(people.carla))

    before = released()
    hold = freezing.freeze(actor=actor_of(people.carla), scope="campaign", scope_id=str(campaign.pk), reason="حادث")
    during = released()
    assert states(before, during) == [DeliveryState.HELD, DeliveryState.HELD]
    with pytest.raises(StaleState) as refused:
        scheduling.move(delivery=during, due_at=LATER, actor=actor_of(people.carla))
    assert refused.value.code == "frozen"
    lift(hold, people)
    assert states(before, during) == [DeliveryState.HELD, DeliveryState.HELD]
    assert released().state == DeliveryState.PENDING


def test_what_comes_back_into_the_queue_during_a_freeze_is_held_when_it_is_lifted(due: Due, people: People) -> None:
    delivery = due()
    hold = freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="حادث")
    Delivery.objects.update(state=DeliveryState.PENDING, hold_reason="", reason="")
    lift(hold, people)
    assert states(delivery) == [DeliveryState.HELD]
    held = Event.objects.filter(verb="delivery.held", subject_id=str(delivery.pk), data__hold=hold.pk)
    assert held.count() == 2


def test_beat_holds_what_came_into_a_scope_and_a_second_beat_finds_nothing_more(due: Due, people: People) -> None:
    delivery = due()
    freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="حادث")
    Delivery.objects.update(state=DeliveryState.PENDING, hold_reason="", reason="")
    tasks.hold_frozen()
    tasks.hold_frozen()
    assert states(delivery) == [DeliveryState.HELD]
    assert Event.objects.filter(verb="delivery.held").count() == 2


def test_the_timeline_names_who_stopped_what_was_held_what_was_moved_and_who_lifted(due: Due, people: People) -> None:
    delivery = due(due_at=LATER)
    hold = freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="خبر عاجل")
    lift(hold, people)
    delivery.refresh_from_db()
    scheduling.move(delivery=delivery, due_at=LATER, actor=actor_of(people.carla))
    found = after(hold)
    assert (found.held, found.moved, found.still_held, found.last_out_after) == (1, 1, 0, None)
    assert [moment.who for moment in found.moments] == ["Carla", "سند", "Carla", "Mounir", "Carla"]
    carla = sign_in(Client(), people.carla)
    told = carla.get(f"/api/v1/freezes/{hold.pk}/aftermath/").json()
    lines = b"".join(carla.get(f"/freeze/{hold.pk}/timeline.csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1 + len(found.moments)
    assert "خبر عاجل" in lines[1]
    assert len(told["moments"]) == len(lines) - 1
    assert told["moments"][0]["what"] in lines[1]
    assert sign_in(Client(), people.charlie).get(f"/api/v1/freezes/{hold.pk}/aftermath/").status_code == 404


def test_the_act_that_stops_publishing_stands_on_every_page_for_those_who_may(people: People) -> None:
    for person, offered in ((people.carla, True), (people.mounir, True), (people.alice, False)):
        page = sign_in(Client(), person).get("/me/").content.decode()
        assert ('href="/freeze/"' in page) is offered


def test_a_tag_is_typed_on_the_page_and_one_that_nobody_wrote_is_said_to_be_none(due: Due, people: People) -> None:
    delivery = due(texts=("قول لين #الرفق",), due_at=LATER)
    carla = sign_in(Client(), people.carla)
    typed = {"scope": "everything", "reason": "حادث", "tag": "#الشدة"}
    assert carla.post("/freeze/", typed).status_code == 422
    assert not Hold.objects.exists()
    assert carla.post("/freeze/", {**typed, "tag": "الرِّفق"}).status_code == 302
    assert states(delivery) == [DeliveryState.HELD]


def lift(hold: Hold, people: People) -> None:
    freezing.propose_resume(hold=hold, actor=actor_of(people.carla))
    freezing.confirm_resume(hold=hold, actor=actor_of(people.mounir))


def states(*deliveries: Delivery) -> list[str]:
    return [Delivery.objects.get(pk=delivery.pk).state for delivery in deliveries]
