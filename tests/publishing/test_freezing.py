"""A freeze covers what its scope says, and a scope that would cover nothing is refused."""

from collections.abc import Callable

import pytest

from chain.errors import NotFound
from chain.models import Hold
from publishing import freezing, publisher
from publishing.lifecycle import DeliveryState, HoldReason
from publishing.models import Delivery
from sandbox.testing import SandboxClient
from tests.people import People, actor_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
Due = Callable[..., Delivery]


@pytest.mark.parametrize("scope", ["campaign", "channel", "network"])
def test_a_freeze_of_a_scope_holds_what_is_in_it(due: Due, network: SandboxClient, people: People, scope: str) -> None:
    delivery = due()
    ids = {"campaign": delivery.campaign_id, "channel": delivery.channel_id, "network": delivery.channel.network}
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
