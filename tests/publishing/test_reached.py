"""What preparing reached of a part: kept for the next try, sealed, begun anew where it is of no more use."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from campaigns.models import LatenessPolicy
from networks.adapters.mastodon import Mastodon
from networks.errors import Code, NotSent, Rejected
from networks.types import Post, Processing, Ready, Waiting
from publishing import publisher, reconciling, scheduling
from publishing.lifecycle import DeliveryState
from publishing.models import Attempt, Delivery
from sandbox.testing import SandboxClient
from tests.people import People, actor_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]


def settled(delivery: Delivery) -> Delivery:
    delivery.refresh_from_db()
    return delivery


def test_what_a_failed_preparation_reached_is_where_the_next_one_goes_on(
    due: Due, network: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, given = Mastodon.prepare, []

    def fails_once(self: Mastodon, post: Post, saved: Mapping[str, object]) -> Any:
        given.append(dict(saved))
        if len(given) == 1:
            error = NotSent("server_error", retry_after=0.0)
            error.saved = {"failures": 3}
            raise error
        return prepare(self, post, {})

    monkeypatch.setattr(Mastodon, "prepare", fails_once)
    monkeypatch.setattr(Mastodon, "needs_preparing", lambda post: True)
    delivery = due()
    publisher.publish(delivery.pk)
    publisher.publish(delivery.pk)
    assert given == [{}, {"failures": 3}]
    assert settled(delivery).state == DeliveryState.PUBLISHED


def test_a_video_that_the_network_is_at_work_on_for_ever_has_failed_and_is_begun_anew_by_a_person(
    due: Due, network: SandboxClient, people: People, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    given = []

    def waits(self: Mastodon, post: Post, saved: Mapping[str, object]) -> Any:
        given.append(dict(saved))
        return Waiting({"video": "1"}, 0.0)

    monkeypatch.setattr(Mastodon, "prepare", waits)
    monkeypatch.setattr(Mastodon, "needs_preparing", lambda post: True)
    delivery = due()
    delivery.campaign.lateness_policy = LatenessPolicy.PUBLISH
    delivery.campaign.save(update_fields=["lateness_policy"])
    publisher.publish(delivery.pk)
    publisher.publish(delivery.pk)
    assert settled(delivery).state == DeliveryState.PENDING
    settings.PUBLISHING_READY_DEADLINE_SECONDS = 0.0
    publisher.publish(delivery.pk)
    assert (settled(delivery).state, delivery.reason) == (DeliveryState.FAILED, Code.MEDIA_NOT_READY)
    scheduling.move(delivery=delivery, due_at=timezone.now(), actor=actor_of(people.carla))
    publisher.publish(delivery.pk)
    assert (settled(delivery).state, given) == (DeliveryState.PENDING, [{}, {"video": "1"}, {"video": "1"}, {}])


def test_what_the_network_took_and_could_not_use_is_brought_anew_by_whoever_tries_again(
    due: Due, network: SandboxClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []

    def uploads(self: Mastodon, post: Post, saved: Mapping[str, object]) -> Any:
        given.append(dict(saved))
        return Ready(post, {"handle": "2"})

    def refuses(self: Mastodon, ref: str) -> Any:
        raise Rejected(Code.MEDIA_REFUSED)

    monkeypatch.setattr(Mastodon, "prepare", uploads)
    monkeypatch.setattr(Mastodon, "needs_preparing", lambda post: True)
    monkeypatch.setattr(Mastodon, "publish", lambda self, ready, key: Processing("v1", 5.0))
    monkeypatch.setattr(Mastodon, "check_status", refuses)
    delivery = due()
    publisher.publish(delivery.pk)
    reconciling.check_processing(delivery.pk)
    assert (settled(delivery).state, delivery.reason) == (DeliveryState.FAILED, Code.MEDIA_REFUSED)
    scheduling.move(delivery=delivery, due_at=timezone.now(), actor=actor_of(people.carla))
    publisher.publish(delivery.pk)
    assert given == [{}, {}]


def test_what_preparing_reached_is_kept_sealed_and_begun_anew_where_no_key_opens_it(
    due: Due, network: SandboxClient, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    given = []

    def waits(self: Mastodon, post: Post, saved: Mapping[str, object]) -> Any:
        given.append(dict(saved))
        return Waiting({"upload_url": "https://uploads.test/?signature=abc"}, 0.0)

    monkeypatch.setattr(Mastodon, "prepare", waits)
    monkeypatch.setattr(Mastodon, "needs_preparing", lambda post: True)
    delivery = due()
    publisher.publish(delivery.pk)
    assert "signature" not in str(Attempt.objects.values_list("saved", flat=True).get())
    publisher.publish(delivery.pk)
    settings.CREDENTIALS_KEY = Fernet.generate_key().decode()
    monkeypatch.setattr(publisher, "adapter_for", lambda channel: object.__new__(Mastodon))
    publisher.publish(delivery.pk)
    assert given == [{}, {"upload_url": "https://uploads.test/?signature=abc"}, {}]


def test_what_a_send_found_of_no_more_use_is_prepared_anew(
    due: Due, network: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, send, given = Mastodon.prepare, Mastodon.publish, []

    def kept(self: Mastodon, post: Post, saved: Mapping[str, object]) -> Any:
        given.append(dict(saved))
        return Ready(post, {**prepare(self, post, {}).saved, "session": "old"})

    def fails_once(self: Mastodon, ready: Ready, key: str) -> Any:
        if len(given) > 1:
            return send(self, ready, key)
        error = NotSent("media_not_ready", retry_after=0.0)
        error.saved = {}
        raise error

    monkeypatch.setattr(Mastodon, "prepare", kept)
    monkeypatch.setattr(Mastodon, "publish", fails_once)
    monkeypatch.setattr(Mastodon, "needs_preparing", lambda post: True)
    delivery = due()
    publisher.publish(delivery.pk)
    publisher.publish(delivery.pk)
    assert given == [{}, {}]
    assert settled(delivery).state == DeliveryState.PUBLISHED
