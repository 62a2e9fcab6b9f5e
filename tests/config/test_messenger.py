"""Messages to the workers go out again after the broker was away."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from config.celery import Messenger
from ops.services import own_redis


@pytest.fixture
def app() -> Iterator[Messenger]:
    with ExitStack() as stack:
        app = Messenger("of a test", broker=own_redis(stack), set_as_current=False)
        yield app
        app.forget_connections()


def waiting(app: Messenger) -> int:
    with app.connection_for_read() as connection:
        return int(connection.default_channel.client.llen("celery"))  # type: ignore[attr-defined]


def break_the_kept_producer(app: Messenger) -> None:
    """As the broker's going away at a bad moment leaves it: back in its pool, its channel without a connection."""
    with app.producer_or_acquire() as producer:
        channel = producer.channel
        channel.connection.close_channel(channel)
        channel.__dict__.pop("client", None)
        channel.pool.disconnect() if channel._pool else None
        channel._pool = None


def test_a_producer_that_is_broken_for_good_is_replaced(app: Messenger) -> None:
    app.send_task("first")
    break_the_kept_producer(app)
    app.send_task("second")
    app.send_task("third")
    assert waiting(app) == 3
