"""Figures as they come from the simulated network through the adapter that production uses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from analytics import collecting
from analytics.dashboard import dashboard
from analytics.models import CollectionRun, Snapshot
from analytics.periods import period_from
from campaigns.models import Campaign
from publishing import channels, publisher
from publishing.disclosing import Disclosure
from publishing.lifecycle import DeliveryState
from publishing.models import Part
from sandbox.testing import ManualClock, running_sandbox
from tests.analytics.figures import roll_up
from tests.deliveries import make_delivery, make_variant, sign
from tests.people import People, actor_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]


def test_what_readers_do_arrives_in_the_dashboard_and_a_vanished_post_is_noticed(
    people: People, campaign: Campaign, settings: Any
) -> None:
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS = True
    clock = ManualClock(datetime.now(UTC).timestamp())
    with running_sandbox(clock=clock) as network:
        network.add_account(
            network="mastodon",
            handle="rabita",
            display_name=people.rabita.name,
            bio="",
            token="t-1",
            scopes="read write",
        )
        channel = channels.connect(
            actor=actor_of(people.carla),
            network="mastodon",
            server_url=network.base("mastodon"),
            token="t-1",
            disclosure=Disclosure.proposed(people.rabita),
        )
        deliveries = [
            make_delivery(
                sign(make_variant(campaign, channel, people.alice, texts=(text,)), people.bob, people.basma),
                people.carla,
            )
            for text in ("الأول", "الثاني")
        ]
        for delivery in deliveries:
            publisher.publish(delivery.pk)
        clock.advance(3 * 60 * 60)
        Part.objects.update(published_at=timezone.now() - timedelta(hours=3))
        assert collecting.due_channels() == [channel.pk]
        collecting.collect(channel.pk)
        told = Snapshot.objects.get(part__delivery=deliveries[0])
        assert told.reactions is not None
        assert told.reactions > 0
        assert told.views is None
        roll_up()
        figure = dashboard(campaign, period_from({}, campaign)).interactions
        assert (figure.known, figure.published) == (2, 2)
        assert figure.value is not None
        assert figure.value >= told.reactions
        vanish(channel, deliveries[0])
        collect_again(channel)
        deliveries[0].refresh_from_db()
        assert deliveries[0].state == DeliveryState.GONE


def vanish(channel: Any, delivery: Any) -> None:
    """Somebody deletes the post on the network itself."""
    channels.adapter_for(channel).delete_post(delivery.parts.get().remote_id)


def collect_again(channel: Any) -> None:
    """The next turn, which is an hour away."""
    from analytics.models import CollectionPlan

    run = CollectionRun.objects.latest("slot")
    CollectionRun.objects.filter(pk=run.pk).update(slot=run.slot - timedelta(hours=1))
    CollectionPlan.objects.update(next_at=run.started_at)
    collecting.collect(channel.pk)
