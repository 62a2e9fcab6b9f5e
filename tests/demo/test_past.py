"""A short past, played as the long one is: by people and workers at their own times, against the simulated networks."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from analytics.models import CampaignDay, Snapshot, Source
from campaigns.models import Campaign
from chain import sealing
from chain.models import DayHead, Event
from demo import story
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Channel, Delivery, LookUp, Outcome
from sandbox.testing import SandboxClient

pytestmark = pytest.mark.django_db
DAYS = 7


class Stopped(Exception):
    """The play is interrupted."""


def posted(networks: SandboxClient) -> int:
    return len([post for post in networks.posts() if post["deleted_at"] is None])


def test_a_past_is_played_once_by_people_and_workers_and_leaves_every_clock_right(
    lay: Callable[..., None], networks: SandboxClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.NETWORK_URLS = {slug: networks.base(slug) for slug in ("mastodon", "bluesky", "whatsapp")}
    pace, began = settings.METRICS_CADENCE_SPEED, time.time()

    with monkeypatch.context() as broken:
        broken.setattr(story, "present", lambda *_: (_ for _ in ()).throw(Stopped))
        with pytest.raises(Stopped):
            lay(past_days=3)
    assert not Campaign.objects.exists()
    assert posted(networks) > 0

    lay(past_days=DAYS)
    assert time.time() - began < 600
    assert pace == settings.METRICS_CADENCE_SPEED
    assert networks.faults() == []

    out = Delivery.objects.filter(state=DeliveryState.PUBLISHED)
    assert out.count() == posted(networks) > 3
    assert {state for (state,) in Channel.objects.values_list("state")} == {ChannelState.CONNECTED}
    assert not Delivery.objects.exclude(state__in=[DeliveryState.PUBLISHED, DeliveryState.PENDING]).exists()
    assert not Delivery.objects.filter(state=DeliveryState.PENDING, due_at__lt=timezone.now()).exists()
    assert all(
        delivery.published_at - delivery.due_at < timedelta(hours=1) for delivery in out if delivery.published_at
    )

    lost = Delivery.objects.filter(attempts__outcome=Outcome.UNKNOWN).get()
    assert lost.state == DeliveryState.PUBLISHED
    assert LookUp.objects.exclude(found_remote_id="").count() == 1
    waited = Delivery.objects.filter(attempts__code="rate_limited").get()
    assert waited.attempts_made == 2

    told = Snapshot.objects.filter(source=Source.API).order_by("captured_at")
    assert told.filter(reactions__gt=0).exists()
    assert Snapshot.objects.filter(source=Source.MANUAL, views__gt=0).exists()
    assert CampaignDay.objects.filter(reactions__gt=0).count() >= DAYS - 3

    days = {event.at.date() for event in Event.objects.all()}
    assert len(days) >= DAYS - 1
    assert DayHead.objects.count() >= DAYS - 2
    while sealing.seal_batch():
        pass
    assert sealing.verify().breaks == []

    before = Event.objects.count(), posted(networks)
    lay(past_days=DAYS)
    assert (Event.objects.count(), posted(networks)) == before
