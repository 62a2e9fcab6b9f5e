"""An unconfirmed post is looked up, never guessed: found, absent twice, or given to a person."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from networks.adapters.mastodon import Mastodon
from networks.base import Capability as NetworkCapability
from publishing import publisher, queries, reconciling, sweeping
from publishing.channels import adapter_for
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Delivery
from sandbox.testing import SandboxClient
from tests.deliveries import TEXT, claimed
from tests.people import People

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]


def lose_answer(delivery: Delivery, network: SandboxClient, *, accepted: bool) -> None:
    network.arm_fault("drop_answer", route="publish", accepted=accepted)
    publisher.publish(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.UNCONFIRMED


def look_at(delivery: Delivery, at: datetime) -> None:
    with time_machine.travel(at, tick=True):
        reconciling.reconcile(delivery.pk)
    delivery.refresh_from_db()


def test_what_the_network_has_is_found_and_marked_published_with_its_link(due: Due, network: SandboxClient) -> None:
    delivery = due()
    lose_answer(delivery, network, accepted=True)
    look_at(delivery, timezone.now())
    part = delivery.parts.get()
    assert delivery.state == DeliveryState.PUBLISHED
    assert part.remote_id == str(network.posts("mastodon")[0]["id"])
    assert len(network.posts("mastodon")) == 1


def test_what_is_absent_is_sent_again_only_after_two_complete_looks_far_enough_apart(
    due: Due, network: SandboxClient
) -> None:
    delivery = due()
    lose_answer(delivery, network, accepted=False)
    now = timezone.now()
    look_at(delivery, now)
    assert delivery.state == DeliveryState.UNCONFIRMED
    look_at(delivery, now + timedelta(seconds=60))
    assert delivery.state == DeliveryState.UNCONFIRMED
    look_at(delivery, now + timedelta(seconds=95))
    assert delivery.state == DeliveryState.PENDING
    Delivery.objects.update(not_before=None)
    publisher.publish(delivery.pk)
    assert [post["text"] for post in network.posts("mastodon")] == [TEXT]


def test_two_early_looks_prove_nothing(due: Due, network: SandboxClient) -> None:
    delivery = due()
    lose_answer(delivery, network, accepted=False)
    for seconds in (0, 5, 10):
        look_at(delivery, timezone.now() + timedelta(seconds=seconds))
    assert delivery.state == DeliveryState.UNCONFIRMED


def test_a_look_without_a_full_answer_proves_nothing_and_a_person_is_asked_once(
    due: Due, network: SandboxClient, people: People
) -> None:
    delivery = due()
    lose_answer(delivery, network, accepted=False)
    network.arm_fault("server_error", count=None)
    for minutes in range(7):
        look_at(delivery, timezone.now() + timedelta(minutes=5 + minutes))
    assert delivery.state == DeliveryState.UNCONFIRMED
    assert delivery.look_ups.filter(is_complete=True).count() == 0
    assert people.carla.notices.filter(link=f"/deliveries/{delivery.pk}/").count() == 1


def test_a_lapsed_send_is_looked_up_and_found_without_a_second_post(due: Due, network: SandboxClient) -> None:
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    part = delivery.parts.get()
    adapter = adapter_for(delivery.channel)
    ready = publisher.prepare(adapter, attempt, part)
    assert ready is not None
    assert publisher.enter_send(attempt, part)
    adapter.publish(ready, part.key)  # the process dies here: the answer is never recorded
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweeping.sweep_lapsed()
    look_at(delivery, timezone.now())
    assert delivery.state == DeliveryState.PUBLISHED
    assert len(network.posts("mastodon")) == 1


def test_an_unknown_part_of_a_thread_stops_the_rest_and_the_rest_follows_once_it_is_found(
    due: Due, network: SandboxClient
) -> None:
    delivery = due(texts=("الأول", "الثاني", "الثالث"))
    lose_answer(delivery, network, accepted=True)
    assert len(network.posts("mastodon")) == 1
    look_at(delivery, timezone.now())
    assert delivery.state == DeliveryState.PENDING
    publisher.publish(delivery.pk)
    assert [post["text"] for post in network.posts("mastodon")] == ["الأول", "الثاني", "الثالث"]
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED


def test_two_sweepers_never_ask_for_the_same_delivery_at_once(due: Due, network: SandboxClient) -> None:
    delivery = due()
    lose_answer(delivery, network, accepted=True)
    Delivery.objects.update(check_after=timezone.now())
    assert [d.pk for d in sweeping.claim_checks()] == [delivery.pk]
    assert sweeping.claim_checks() == []


def test_a_settled_delivery_is_left_alone_by_a_late_look(due: Due, network: SandboxClient) -> None:
    delivery = due()
    publisher.publish(delivery.pk)
    reconciling.reconcile(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.PUBLISHED
    assert delivery.parts.get().state == PartState.PUBLISHED


def test_the_same_words_of_another_delivery_are_not_taken_for_this_one(due: Due, network: SandboxClient) -> None:
    publisher.publish(due().pk)
    delivery = due()
    lose_answer(delivery, network, accepted=False)
    look_at(delivery, timezone.now())
    assert delivery.state == DeliveryState.UNCONFIRMED


def test_where_the_network_cannot_be_read_back_a_person_is_asked_at_once_and_no_look_is_promised(
    due: Due, network: SandboxClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mastodon, "capabilities", Mastodon.capabilities - {NetworkCapability.FIND_PUBLISHED})
    delivery = due()
    lose_answer(delivery, network, accepted=True)
    look_at(delivery, timezone.now())
    assert (delivery.state, delivery.check_after) == (DeliveryState.UNCONFIRMED, None)
    assert not delivery.look_ups.exists()
    assert people.carla.notices.filter(link=f"/deliveries/{delivery.pk}/").count() == 1
    with translation.override("en"):
        reason = queries.case_of(delivery).reason
        assert "no answer came" in str(reason.title) or "connection broke" in str(reason.title)
        assert "Open the account and look" in str(reason.next_step)


def test_a_send_that_carries_its_pictures_has_the_time_for_them(due: Due, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mastodon, "upload_seconds", classmethod(lambda cls, post: 120.0))
    delivery = due()
    attempt = claimed(delivery.pk)
    assert attempt is not None
    assert publisher.enter_send(attempt, delivery.parts.get())
    delivery.refresh_from_db()
    assert delivery.lease_until is not None
    assert delivery.lease_until - timezone.now() > timedelta(seconds=120)
