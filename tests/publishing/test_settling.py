"""What people decide: times, holds, "it is live", "send again", taking down, freezing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign
from chain.errors import Invalid, NotAllowed, NotFound, SecondFactorNeeded, StaleState
from chain.models import Event
from publishing import freezing, publisher, scheduling, settling, tasks
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient
from tests.deliveries import claimed, make_variant, sign
from tests.people import People, actor_of, token_actor_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]
SOON = timedelta(minutes=5)


def unconfirmed(due: Due, network: SandboxClient) -> Delivery:
    delivery = due()
    network.arm_fault("drop_answer", route="publish", accepted=False)
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def void(delivery: Delivery, people: People) -> None:
    """As campaigns does in the transaction of an edit."""
    with transaction.atomic():
        scheduling.void_deliveries(delivery.variant, actor_of(people.alice), "edited")


def test_a_coordinator_releases_a_signed_variant(people: People, campaign: Campaign, channel: Channel) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    made = scheduling.schedule(variant=variant, due_at=timezone.now() + SOON, actor=actor_of(people.carla))
    assert made.state == DeliveryState.PENDING
    assert made.parts.count() == 1
    event = Event.objects.get(verb="delivery.created")
    assert event.user == people.carla
    assert event.data["digest"] == made.payload.digest


def test_an_unsigned_variant_cannot_be_scheduled(people: People, campaign: Campaign, channel: Channel) -> None:
    variant = make_variant(campaign, channel, people.alice)
    with pytest.raises(Invalid) as refused:
        scheduling.schedule(variant=variant, due_at=timezone.now() + SOON, actor=actor_of(people.carla))
    assert refused.value.code == "not_approved"
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("state", [VariantState.DRAFT, VariantState.IN_REVIEW, VariantState.REVOKED])
def test_a_variant_that_is_not_approved_cannot_be_scheduled(
    people: People, campaign: Campaign, channel: Channel, state: VariantState
) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    type(variant).objects.update(state=state)
    with pytest.raises(Invalid):
        scheduling.schedule(variant=variant, due_at=timezone.now() + SOON, actor=actor_of(people.carla))


def test_nothing_is_scheduled_for_a_brief_that_is_not_signed(
    people: People, campaign: Campaign, channel: Channel
) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    Campaign.objects.update(state=CampaignState.DRAFT)
    with pytest.raises(Invalid) as refused:
        scheduling.schedule(variant=variant, due_at=timezone.now() + SOON, actor=actor_of(people.carla))
    assert refused.value.code == "brief_not_signed"


def test_a_past_time_is_refused_in_a_sentence(people: People, campaign: Campaign, channel: Channel) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    past = timezone.now() - timedelta(hours=1)
    with pytest.raises(Invalid) as refused:
        scheduling.schedule(variant=variant, due_at=past, actor=actor_of(people.carla))
    assert refused.value.field == "due_at"


def test_the_same_version_is_not_scheduled_twice(people: People, campaign: Campaign, channel: Channel) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    carla = actor_of(people.carla)
    scheduling.schedule(variant=variant, due_at=timezone.now() + SOON, actor=carla)
    with pytest.raises(StaleState):
        scheduling.schedule(variant=variant, due_at=timezone.now() + SOON, actor=carla)
    assert Delivery.objects.count() == 1


def test_releasing_is_refused_to_the_outsider_the_author_a_token_and_a_stale_second_factor(
    people: People, campaign: Campaign, channel: Channel
) -> None:
    variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
    refusals = [
        (actor_of(people.charlie), NotFound),
        (actor_of(people.alice), NotAllowed),
        (token_actor_of(people.carla, "release", "schedule", "view_deliveries"), NotAllowed),
        (actor_of(people.carla, second_factor=False), SecondFactorNeeded),
    ]
    for actor, error in refusals:
        with pytest.raises(error):
            scheduling.schedule(variant=variant, due_at=timezone.now() + SOON, actor=actor)


def test_a_voided_approval_holds_what_waits_and_labels_what_went_out(due: Due, people: People) -> None:
    waiting = due(due_at=timezone.now() + SOON)
    void(waiting, people)
    waiting.refresh_from_db()
    assert waiting.hold_reason == HoldReason.APPROVAL_VOID
    assert people.carla.notices.filter(link=f"/deliveries/{waiting.pk}/").count() == 1
    out = due()
    publisher.publish(out.pk)
    void(out, people)
    out.refresh_from_db()
    assert out.state == DeliveryState.PUBLISHED
    assert out.superseded


def test_a_held_delivery_whose_text_changed_cannot_be_put_back(due: Due, people: People) -> None:
    delivery = due(due_at=timezone.now() + SOON)
    type(delivery.variant).objects.update(state=VariantState.DRAFT)
    void(delivery, people)
    delivery.refresh_from_db()
    delivery.variant.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        scheduling.move(delivery=delivery, due_at=timezone.now() + SOON, actor=actor_of(people.carla))
    assert refused.value.code == "void"


def test_moving_holding_and_cancelling_stand_in_the_trail(due: Due, people: People, network: SandboxClient) -> None:
    delivery, carla = due(due_at=timezone.now() + SOON), actor_of(people.carla)
    scheduling.move(delivery=delivery, due_at=timezone.now() + 2 * SOON, actor=carla)
    scheduling.hold(delivery=delivery, actor=carla, why="حداد وطني")
    scheduling.cancel(delivery=delivery, actor=carla)
    publisher.publish(delivery.pk)
    verbs = list(Event.objects.filter(subject_type="publishing.delivery").order_by("id").values_list("verb", flat=True))
    assert verbs == ["delivery.moved", "delivery.held", "delivery.cancelled"]
    assert network.posts("mastodon") == []


def test_what_is_published_can_no_longer_be_moved_held_or_cancelled(due: Due, people: People) -> None:
    delivery, carla = due(), actor_of(people.carla)
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    acts: list[Callable[[], Delivery]] = [
        lambda: scheduling.move(delivery=delivery, due_at=timezone.now() + SOON, actor=carla),
        lambda: scheduling.hold(delivery=delivery, actor=carla, why=""),
        lambda: scheduling.cancel(delivery=delivery, actor=carla),
    ]
    for act in acts:
        with pytest.raises(StaleState):
            act()


def test_a_person_gives_the_link_of_a_live_post(due: Due, network: SandboxClient, people: People) -> None:
    delivery = unconfirmed(due, network)
    link = f"{network.base('mastodon')}/@rabita/4242"
    settling.confirm_live(delivery=delivery, permalink=link, actor=actor_of(people.carla))
    delivery.refresh_from_db()
    part = delivery.parts.get()
    assert (delivery.state, part.remote_id, part.permalink) == (DeliveryState.PUBLISHED, "4242", link)


def test_a_link_of_another_server_is_refused(due: Due, network: SandboxClient, people: People) -> None:
    delivery = unconfirmed(due, network)
    for link in ("https://elsewhere.example/@x/1", "javascript:alert(1)", "nonsense"):
        with pytest.raises(Invalid):
            settling.confirm_live(delivery=delivery, permalink=link, actor=actor_of(people.carla))


@pytest.mark.parametrize("page", ["/@rabita", "/", "/@rabita/4242 or so", "/@rabita/٤"])
def test_a_link_that_is_no_post_s_is_refused(due: Due, network: SandboxClient, people: People, page: str) -> None:
    delivery = unconfirmed(due, network)
    for link in (f"{network.base('mastodon')}{page}", "http://[::1/@rabita/1"):
        with pytest.raises(Invalid) as refused:
            settling.confirm_live(delivery=delivery, permalink=link, actor=actor_of(people.carla))
        assert refused.value.code == "foreign_link"
    assert delivery.parts.get().remote_id == ""


def test_a_person_who_looked_sends_again_and_it_stands_once(due: Due, network: SandboxClient, people: People) -> None:
    delivery = unconfirmed(due, network)
    settling.send_again(delivery=delivery, actor=actor_of(people.carla))
    publisher.publish(delivery.pk)
    assert len(network.posts("mastodon")) == 1


def test_settling_is_refused_to_outsider_author_and_manager(due: Due, network: SandboxClient, people: People) -> None:
    delivery = unconfirmed(due, network)
    link = f"{network.base('mastodon')}/@rabita/4242"
    for person, error in ((people.charlie, NotFound), (people.alice, NotAllowed), (people.mounir, NotAllowed)):
        with pytest.raises(error):
            settling.confirm_live(delivery=delivery, permalink=link, actor=actor_of(person))
        with pytest.raises(error):
            settling.send_again(delivery=delivery, actor=actor_of(person))
        with pytest.raises(error):
            settling.take_down(delivery=delivery, actor=actor_of(person), why="خطأ")


def test_taking_down_deletes_on_the_network_and_keeps_the_row(due: Due, network: SandboxClient, people: People) -> None:
    delivery = due()
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    settling.take_down(delivery=delivery, actor=actor_of(people.carla), why="تصويب")
    settling.delete(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DELETED
    assert network.posts("mastodon")[0]["deleted_at"] is not None


def test_after_the_freeze_nothing_new_enters_the_send(due: Due, network: SandboxClient, people: People) -> None:
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="حادث")
    assert publisher.enter_send(attempt, delivery.parts.get()) is False
    delivery.refresh_from_db()
    assert delivery.hold_reason == HoldReason.INCIDENT
    assert network.posts("mastodon") == []


def test_a_freeze_lists_by_name_what_was_already_in(due: Due, people: People) -> None:
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    assert publisher.enter_send(attempt, delivery.parts.get())
    hold = freezing.freeze(actor=actor_of(people.mounir), scope="everything", reason="حادث")
    assert [row["delivery"] for row in hold.already_in] == [delivery.pk]


def test_a_frozen_campaign_leaves_the_others_alone(
    due: Due, network: SandboxClient, people: People, campaign: Campaign
) -> None:
    delivery = due()
    other = Campaign.objects.create(
        organisation=people.rabita, code="other", title="أخرى", created_by=people.carla, created_at=timezone.now()
    )
    freezing.freeze(actor=actor_of(people.carla), scope="campaign", scope_id=str(other.pk), reason="حادث")
    publisher.publish(delivery.pk)
    assert len(network.posts("mastodon")) == 1


def test_lifting_takes_two_people_and_nothing_goes_out_by_itself(
    due: Due, network: SandboxClient, people: People
) -> None:
    delivery = due()
    hold = freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="حادث")
    publisher.publish(delivery.pk)
    with pytest.raises(StaleState):
        freezing.confirm_resume(hold=hold, actor=actor_of(people.mounir))
    freezing.propose_resume(hold=hold, actor=actor_of(people.carla))
    with pytest.raises(StaleState):
        freezing.propose_resume(hold=hold, actor=actor_of(people.mounir))
    with pytest.raises(NotAllowed):
        freezing.confirm_resume(hold=hold, actor=actor_of(people.carla))
    freezing.confirm_resume(hold=hold, actor=actor_of(people.mounir))
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.HELD
    assert network.posts("mastodon") == []


def test_freezing_is_refused_to_outsider_and_author_and_needs_a_reason_and_an_own_scope(
    due: Due, people: People, campaign: Campaign
) -> None:
    due()
    with pytest.raises(NotAllowed):
        freezing.freeze(actor=actor_of(people.alice), scope="everything", reason="x")
    with pytest.raises(Invalid):
        freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="  ")
    with pytest.raises(NotFound):
        freezing.freeze(actor=actor_of(people.charlie), scope="campaign", scope_id=str(campaign.pk), reason="x")
    hold = freezing.freeze(actor=actor_of(people.carla), scope="everything", reason="حادث")
    for act in (freezing.propose_resume, freezing.confirm_resume):
        with pytest.raises(NotFound):
            act(hold=hold, actor=actor_of(people.charlie))
        with pytest.raises(NotAllowed):
            act(hold=hold, actor=actor_of(people.bob))
        with pytest.raises(SecondFactorNeeded):
            act(hold=hold, actor=actor_of(people.carla, second_factor=False))


def test_a_post_is_taken_down_by_one_worker_at_a_time_and_by_another_when_that_one_died(
    due: Due, network: SandboxClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.delete, "delay", asked.append)
    delivery = due()
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    settling.take_down(delivery=delivery, actor=actor_of(people.carla), why="خطأ في النقل")
    tasks.delete_waiting()
    tasks.delete_waiting()
    assert asked == [delivery.pk]
    Delivery.objects.update(dispatched_until=timezone.now() - timedelta(seconds=1))
    tasks.delete_waiting()
    assert asked == [delivery.pk] * 2
    settling.delete(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.dispatched_until) == (DeliveryState.DELETED, None)
