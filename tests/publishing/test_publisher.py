"""The road of a delivery through a worker, judged by the network's own timeline."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from campaigns.models import Campaign
from chain.actors import system_actor
from chain.engine import advance
from networks.errors import NeedsReconnect, NetworkError, NotSent, Rejected
from networks.types import Post, Published
from publishing import breaking, dispatching, publisher, queries, recording, scheduling, settling, sweeping
from publishing.lifecycle import ChannelState, DeliveryState, HoldReason, PartState
from publishing.models import Breaker, Channel, Delivery
from sandbox.testing import SandboxClient
from tests.deliveries import TEXT, claimed
from tests.people import People, actor_of
from tests.triggers import without_triggers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]


def settled(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def texts(network: SandboxClient) -> list[str]:
    return [post["text"] for post in network.posts("mastodon")]


def test_a_due_delivery_stands_on_the_timeline_once_byte_for_byte(due: Due, network: SandboxClient) -> None:
    delivery = due()
    for pk in dispatching.mark_due():
        publisher.publish(pk)
    publisher.publish(delivery.pk)
    assert texts(network) == [TEXT]
    assert settled(delivery).state == DeliveryState.PUBLISHED
    part = delivery.parts.get()
    assert part.remote_id
    assert part.permalink.startswith("http")


def test_a_marked_delivery_is_not_dispatched_twice_until_the_mark_lapses(due: Due) -> None:
    delivery = due()
    assert dispatching.mark_due() == [delivery.pk]
    assert dispatching.mark_due() == []
    Delivery.objects.update(dispatched_until=timezone.now() - timedelta(seconds=1))
    assert dispatching.mark_due() == [delivery.pk]


def test_what_is_not_due_is_neither_dispatched_nor_claimed(due: Due, network: SandboxClient) -> None:
    delivery = due(due_at=timezone.now() + timedelta(hours=1))
    assert dispatching.mark_due() == []
    publisher.publish(delivery.pk)
    assert texts(network) == []


def test_a_claimed_delivery_cannot_be_claimed_by_another(due: Due) -> None:
    delivery = due()
    assert claimed(delivery.pk) is not None
    assert claimed(delivery.pk) is None


def test_a_thread_goes_out_in_order_each_part_answering_the_one_before(due: Due, network: SandboxClient) -> None:
    delivery = due(texts=("الأول", "الثاني", "الثالث"))
    publisher.publish(delivery.pk)
    assert texts(network) == ["الأول", "الثاني", "الثالث"]
    first, second, _third = network.posts("mastodon")
    assert str(second["in_reply_to"]) == str(first["id"])
    assert settled(delivery).state == DeliveryState.PUBLISHED


def test_a_thread_resumes_at_the_first_part_that_certainly_was_not_sent(due: Due, network: SandboxClient) -> None:
    delivery = due(texts=("الأول", "الثاني"))
    network.arm_fault("rate_limited", route="publish", count=1, seconds=900)
    publisher.publish(delivery.pk)
    Delivery.objects.update(not_before=None)
    Channel.objects.update(not_before=None, quota_left=None)
    publisher.publish(delivery.pk)
    assert texts(network) == ["الأول", "الثاني"]
    assert settled(delivery).state == DeliveryState.PUBLISHED


def test_a_timed_out_send_is_not_sent_again(due: Due, network: SandboxClient) -> None:
    delivery = due()
    network.arm_fault("drop_answer", route="publish")
    publisher.publish(delivery.pk)
    assert settled(delivery).state == DeliveryState.UNCONFIRMED
    publisher.publish(delivery.pk)
    assert texts(network) == [TEXT]


def test_a_429_waits_as_long_as_the_network_says_and_holds_the_whole_channel(due: Due, network: SandboxClient) -> None:
    first, second = due(), due()
    network.arm_fault("rate_limited", route="publish", seconds=900)
    publisher.publish(first.pk)
    publisher.publish(second.pk)
    assert texts(network) == []
    for delivery in (first, second):
        assert settled(delivery).state == DeliveryState.PENDING
        assert delivery.not_before is not None
        assert 850 < (delivery.not_before - timezone.now()).total_seconds() < 910
    assert settled(second).reason == "rate_limited"


def test_a_refused_connection_is_tried_again_later_by_itself(due: Due, network: SandboxClient) -> None:
    delivery = due()
    Channel.objects.update(server_url="http://127.0.0.1:1/mastodon")
    publisher.publish(delivery.pk)
    assert settled(delivery).state == DeliveryState.PENDING
    assert delivery.reason == "connection_refused"
    assert delivery.not_before is not None
    assert delivery.not_before > timezone.now()


def test_an_outage_makes_a_handful_of_failures_then_the_breaker_holds_and_a_probe_lets_go(
    due: Due, network: SandboxClient, channel: Channel
) -> None:
    deliveries = [due() for _ in range(6)]
    network.arm_fault("server_error", route="publish", count=None, accepted=False)
    for delivery in deliveries:
        publisher.publish(delivery.pk)
    states = [settled(d).state for d in deliveries]
    assert states.count(DeliveryState.UNCONFIRMED) == 3
    assert [d.reason for d in deliveries[3:]] == ["breaker_open"] * 3
    network.disarm()
    Breaker.objects.update(probe_after=timezone.now())
    assert [breaking.probe(b) for b in breaking.probe_due()] == [True]
    publisher.publish(deliveries[5].pk)
    assert settled(deliveries[5]).state == DeliveryState.PUBLISHED


def test_a_rejected_post_fails_with_a_reason_and_tells_a_coordinator(
    due: Due, network: SandboxClient, people: People
) -> None:
    delivery = due(texts=("س" * 501,))
    publisher.publish(delivery.pk)
    assert settled(delivery).state == DeliveryState.FAILED
    assert delivery.reason == "post_refused"
    assert people.carla.notices.filter(kind="delivery", link=f"/deliveries/{delivery.pk}/").count() == 1


def test_a_revoked_token_holds_the_channel_and_its_posts_wait(
    due: Due, network: SandboxClient, channel: Channel, people: People
) -> None:
    first, second = due(), due()
    network.arm_fault("revoked_token", route="publish", count=None)
    publisher.publish(first.pk)
    publisher.publish(second.pk)
    channel.refresh_from_db()
    assert channel.state == ChannelState.RECONNECT
    assert [settled(d).hold_reason for d in (first, second)] == [HoldReason.CHANNEL] * 2
    assert people.carla.notices.filter(kind="channel").count() == 1


def test_two_workers_that_learn_of_a_revoked_token_at_once_both_record_that_nothing_was_sent(
    due: Due, network: SandboxClient, channel: Channel, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = due()
    network.arm_fault("revoked_token", route="publish", count=None)
    read = Channel.refresh_from_db

    def read_while_another_moves_it(found: Channel, *args: Any, **kwargs: Any) -> None:
        read(found, *args, **kwargs)
        Channel.objects.filter(pk=found.pk).update(state=ChannelState.RECONNECT)

    monkeypatch.setattr(Channel, "refresh_from_db", read_while_another_moves_it)
    publisher.publish(delivery.pk)
    assert (settled(delivery).state, delivery.hold_reason) == (DeliveryState.HELD, HoldReason.CHANNEL)
    assert delivery.parts.get().state == PartState.WAITING


def test_a_post_that_stops_its_worker_each_time_is_failed_in_the_end_and_told(
    due: Due, network: SandboxClient, people: People, settings: Any
) -> None:
    settings.PUBLISHING_PREPARE_TRIES = 2
    delivery = due()
    for state in (DeliveryState.PENDING, DeliveryState.FAILED):
        assert claimed(delivery.pk) is not None
        Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        sweeping.sweep_lapsed()
        assert settled(delivery).state == state
    assert delivery.reason == "prepare_lapsed"
    assert people.carla.notices.filter(link=f"/deliveries/{delivery.pk}/").count() == 1
    moved = scheduling.move(delivery=delivery, due_at=timezone.now(), actor=actor_of(people.carla))
    publisher.publish(moved.pk)
    assert settled(delivery).state == DeliveryState.PUBLISHED


def test_a_probe_that_finds_the_access_gone_asks_a_person_instead_of_waiting(
    due: Due, network: SandboxClient, channel: Channel, people: People
) -> None:
    delivery = due()
    for _failure in range(3):
        breaking.note_failure(channel, "connection_refused")
    network.arm_fault("revoked_token", route="*", count=None)
    assert breaking.probe(Breaker.objects.get()) is False
    publisher.publish(delivery.pk)
    assert (settled(delivery).state, delivery.hold_reason) == (DeliveryState.HELD, HoldReason.CHANNEL)
    assert people.carla.notices.filter(kind="channel").count() == 1


def test_changed_bytes_do_not_go_out(due: Due, network: SandboxClient) -> None:
    delivery = due()
    without_triggers(
        "campaigns_payload", "UPDATE campaigns_payload SET canonical = replace(canonical, 'الرفق', 'الرَفق')"
    )
    publisher.publish(delivery.pk)
    assert texts(network) == []
    assert settled(delivery).hold_reason == HoldReason.NOT_APPROVED
    assert delivery.reason == "bytes_changed"


def test_a_signature_withdrawn_after_scheduling_stops_the_post(due: Due, network: SandboxClient) -> None:
    from chain.models import Decision

    delivery = due()
    Decision.objects.filter(digest=delivery.payload.digest, gate__code="language").update(revoked_at=timezone.now())
    publisher.publish(delivery.pk)
    assert texts(network) == []
    assert settled(delivery).hold_reason == HoldReason.NOT_APPROVED


def test_the_database_refuses_an_unsigned_delivery_and_an_unsigned_send(
    due: Due, people: People, channel: Channel, campaign: Campaign
) -> None:
    from tests.deliveries import make_delivery, make_variant

    unsigned = make_variant(campaign, channel, people.alice)
    with pytest.raises(DatabaseError), transaction.atomic():
        make_delivery(unsigned, people.carla)
    signed = due()
    signed.payload.variant.payloads.first()
    from chain.models import Decision

    Decision.objects.filter(digest=signed.payload.digest).update(revoked_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.filter(pk=signed.pk).update(state="sending")


@pytest.mark.parametrize(
    ("policy", "state", "reason"),
    [("hold", DeliveryState.HELD, "late"), ("skip", DeliveryState.MISSED, "late_skipped")],
)
def test_a_late_delivery_follows_the_policy_and_says_so(
    due: Due, network: SandboxClient, people: People, policy: str, state: DeliveryState, reason: str
) -> None:
    delivery = due(due_at=timezone.now() - timedelta(hours=3), lateness_policy=policy, lateness_minutes=30)
    publisher.publish(delivery.pk)
    assert settled(delivery).state == state
    assert delivery.reason == reason
    assert texts(network) == []
    assert people.carla.notices.filter(link=f"/deliveries/{delivery.pk}/").exists()


def test_a_late_delivery_goes_out_where_the_campaign_says_publish(due: Due, network: SandboxClient) -> None:
    delivery = due(due_at=timezone.now() - timedelta(hours=3), lateness_policy="publish", lateness_minutes=30)
    publisher.publish(delivery.pk)
    assert texts(network) == [TEXT]


def test_a_worker_dead_while_preparing_gives_its_delivery_back(due: Due, network: SandboxClient) -> None:
    delivery = due()
    claimed(delivery.pk)
    assert sweeping.sweep_lapsed() == 0
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweeping.sweep_lapsed() == 1
    publisher.publish(delivery.pk)
    assert texts(network) == [TEXT]


def test_a_worker_that_wakes_after_its_prepare_lease_does_not_send(due: Due, network: SandboxClient) -> None:
    delivery = due()
    old = claimed(delivery.pk)
    assert old is not None
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweeping.sweep_lapsed()
    publisher.publish(delivery.pk)
    assert publisher.enter_send(old, delivery.parts.get()) is False
    assert texts(network) == [TEXT]


def test_a_late_answer_is_stored_and_settles_an_unconfirmed_delivery(due: Due, network: SandboxClient) -> None:
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    part = delivery.parts.get()
    assert publisher.enter_send(attempt, part)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweeping.sweep_lapsed()
    assert settled(delivery).state == DeliveryState.UNCONFIRMED
    answer = Published(remote_id="7", permalink="https://social.test/@r/7", published_at=timezone.now())
    recording.record_answer(attempt, part, answer)
    assert settled(delivery).state == DeliveryState.PUBLISHED
    attempt.refresh_from_db()
    assert attempt.answer["remote_id"] == "7"


def answered_late(delivery: Delivery, remote_id: str) -> None:
    """The answer of the delivery's first attempt comes only now."""
    link = f"https://social.test/@r/{remote_id}"
    attempt = delivery.attempts.order_by("number").first()
    assert attempt is not None
    part = delivery.parts.order_by("position").first()
    assert part is not None
    recording.record_answer(attempt, part, Published(remote_id, link, timezone.now()))
    attempt.refresh_from_db()
    assert (attempt.outcome, attempt.answer["remote_id"]) == ("published", remote_id)


@pytest.mark.parametrize("ended", ["deleted", "gone"])
def test_a_late_answer_that_names_another_post_than_the_one_taken_away_is_shown_as_live(
    due: Due, network: SandboxClient, people: People, ended: str
) -> None:
    delivery = due()
    publisher.publish(delivery.pk)
    first = delivery.parts.get()
    if ended == "gone":
        recording.mark_gone(first, system_actor("test", delivery.organisation_id))
    else:
        settling.take_down(delivery=settled(delivery), actor=actor_of(people.carla), why="تصويب")
        settling.delete(delivery.pk)
    answered_late(delivery, first.remote_id)
    assert settled(delivery).state == ended
    answered_late(delivery, "8")
    assert (settled(delivery).state, delivery.reason) == (DeliveryState.PUBLISHED, "live_after_all")
    assert delivery.parts.get().permalink.endswith("/8")
    assert people.carla.notices.filter(link__contains=f"/{delivery.pk}/", kind="delivery").exists()
    assert [group.slug for group in queries.needs_me(actor_of(people.carla))] == ["live"]
    settling.put_aside(delivery=delivery, actor=actor_of(people.carla))
    assert queries.needs_me(actor_of(people.carla)) == []


def test_another_copy_that_is_told_of_while_the_first_is_being_deleted_is_deleted_too(
    due: Due, network: SandboxClient, people: People
) -> None:
    delivery = due()
    publisher.publish(delivery.pk)
    settling.take_down(delivery=settled(delivery), actor=actor_of(people.carla), why="تصويب")
    part = delivery.parts.get()
    advance(part, PartState.DELETED, actor=system_actor("publisher", delivery.organisation_id))
    answered_late(delivery, "8")
    assert settled(delivery).state == DeliveryState.DELETING
    settling.end_deletion(delivery.pk, system_actor("publisher", delivery.organisation_id))
    assert settled(delivery).state == DeliveryState.DELETING
    settling.delete(delivery.pk)
    assert settled(delivery).state == DeliveryState.DELETED


def test_a_cancelled_delivery_whose_late_answer_says_that_it_is_live_is_live_and_told(
    due: Due, network: SandboxClient, people: People
) -> None:
    delivery = due(texts=("الأول", "الثاني"))
    attempt = claimed(delivery.pk)
    assert attempt is not None
    part = delivery.parts.order_by("position").first()
    assert part is not None
    assert publisher.enter_send(attempt, part)
    recording.record_not_sent(attempt, part, NotSent("connection_refused"))
    scheduling.cancel(delivery=settled(delivery), actor=actor_of(people.carla))
    answered_late(delivery, "7")
    assert (settled(delivery).state, delivery.reason) == (DeliveryState.PUBLISHED, "live_after_all")


@pytest.mark.parametrize(("asked", "hours"), [(float(10**12), 24), (-5.0, 0), (float("nan"), 0)])
def test_no_network_makes_a_post_wait_longer_than_the_set_bound(
    due: Due, network: SandboxClient, people: People, asked: float, hours: int
) -> None:
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    part = delivery.parts.get()
    assert publisher.enter_send(attempt, part)
    recording.record_not_sent(attempt, part, NotSent("rate_limited", retry_after=asked))
    assert settled(delivery).not_before is not None
    wait = (delivery.not_before - timezone.now()).total_seconds()  # type: ignore[operator]
    assert wait == pytest.approx(hours * 3600, abs=60)
    assert delivery.reason == ("wait_shortened" if hours else "rate_limited")
    assert people.carla.notices.filter(kind="delivery").exists() is bool(hours)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotSent("server_error"), DeliveryState.PENDING),
        (Rejected("media_refused"), DeliveryState.FAILED),
        (NeedsReconnect("token_invalid"), DeliveryState.HELD),
    ],
)
def test_a_second_part_that_cannot_be_prepared_is_settled_at_once(
    due: Due, network: SandboxClient, monkeypatch: pytest.MonkeyPatch, error: NetworkError, state: str
) -> None:
    from networks.adapters.mastodon import Mastodon

    prepare = Mastodon.prepare

    def second_fails(self: Mastodon, post: Post, saved: Mapping[str, object]) -> Any:
        if post.text == "الثاني":
            raise error
        return prepare(self, post, saved)

    monkeypatch.setattr(Mastodon, "prepare", second_fails)
    delivery = due(texts=("الأول", "الثاني"))
    publisher.publish(delivery.pk)
    assert texts(network) == ["الأول"]
    assert settled(delivery).state == state
    assert delivery.attempts.get().answer["remote_id"]
    assert [part.state for part in delivery.parts.all()] == [PartState.PUBLISHED, PartState.WAITING]


def test_two_different_answers_raise_the_duplicate_alarm_with_both_links(
    due: Due, network: SandboxClient, people: People
) -> None:
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    part = delivery.parts.get()
    publisher.enter_send(attempt, part)
    for remote_id in ("7", "8"):
        link = f"https://social.test/@r/{remote_id}"
        recording.record_answer(attempt, part, Published(remote_id, link, timezone.now()))
    assert settled(delivery).is_duplicate_alarm
    told = people.carla.notices.get(kind="duplicate")
    assert "/@r/7" in told.body
    assert "/@r/8" in told.body


def test_a_bug_in_the_send_is_unconfirmed_and_never_sent_again(
    due: Due, network: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from networks.adapters.mastodon import Mastodon

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    delivery = due()
    monkeypatch.setattr(Mastodon, "publish", broken)
    publisher.publish(delivery.pk)
    assert settled(delivery).state == DeliveryState.UNCONFIRMED
    assert delivery.parts.get().state == PartState.UNKNOWN


def test_a_bug_before_the_send_leaves_a_claim_that_lapses_and_counts(
    due: Due, network: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("networks.adapters.mastodon.Mastodon.prepare", broken)
    delivery = due()
    with pytest.raises(ValueError, match="a bug"):
        publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts_made) == (DeliveryState.PREPARING, 1)
    assert not texts(network)


def test_an_advance_that_lost_the_race_changes_nothing(due: Due) -> None:
    from chain.errors import StaleState

    delivery = due()
    mine = Delivery.objects.get(pk=delivery.pk)
    actor = system_actor("test", delivery.organisation_id)
    advance(delivery, DeliveryState.HELD, actor=actor)
    with pytest.raises(StaleState):
        advance(mine, DeliveryState.PREPARING, actor=actor)
    assert settled(delivery).state == DeliveryState.HELD
