"""How the drills judge: by the network's own timeline, and by where each delivery has come to rest."""

from typing import Any

from publishing.frozen import posts_of
from publishing.lifecycle import DeliveryState
from publishing.models import Attempt, Delivery
from sandbox.testing import SandboxClient
from tests.faults.crew import wait_until


def seen(network: SandboxClient, delivery: Delivery) -> list[dict[str, Any]]:
    """The posts on the timeline with the text of this delivery."""
    text = posts_of(delivery.payload)[0].text
    return [post for post in network.posts(delivery.channel.network) if post["text"] == text]


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def wait_published(*deliveries: Delivery) -> None:
    for delivery in deliveries:
        wait_until(lambda d=delivery: state_of(d) == DeliveryState.PUBLISHED, f"published, not {delivery.state}")  # type: ignore[misc]


def is_in_request(delivery: Delivery) -> bool:
    return Attempt.objects.filter(delivery=delivery, send_started_at__isnull=False).exists()
