"""A network that tells what the test tells it to, and posts that are out on it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from accounts.models import Organisation, User
from analytics import collecting
from campaigns.models import Campaign
from networks.base import Capability
from networks.errors import NetworkError
from networks.metrics import Metric
from networks.types import AccountMetrics, Cost, PostMetrics, Quota, RateLimit
from publishing.models import Channel
from tests.analytics.published import make_campaign, make_channel


class TellingAdapter:
    """Stands in for a channel's adapter: `told` per remote id, `fails` raised for batches that hold that id."""

    capabilities = frozenset({Capability.POST_METRICS, Capability.ACCOUNT_METRICS})
    metrics_batch = 3
    cost = Cost()
    quotas: tuple[Quota, ...] = ()

    def __init__(self) -> None:
        self.told: dict[str, PostMetrics] = {}
        self.fails: dict[str, Exception] = {}
        self.account: AccountMetrics | NetworkError = AccountMetrics({Metric.FOLLOWERS: 120})
        self.asked: list[list[str]] = []
        self.last_rate_limit: RateLimit | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    def tell(self, remote_id: str, missing: Mapping[Metric, str] | None = None, **values: int | None) -> None:
        figures = {Metric(name): value for name, value in values.items()}
        self.told[remote_id] = PostMetrics(remote_id, values=figures, missing=missing or {})

    def get_post_metrics(self, remote_ids: Sequence[str]) -> Mapping[str, PostMetrics]:
        self.asked.append(list(remote_ids))
        self.meanwhile()
        for remote_id in remote_ids:
            if remote_id in self.fails:
                raise self.fails[remote_id]
        return {remote_id: self.told[remote_id] for remote_id in remote_ids if remote_id in self.told}

    def get_account_metrics(self) -> AccountMetrics:
        if isinstance(self.account, NetworkError):
            raise self.account
        return self.account


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> TellingAdapter:
    adapter = TellingAdapter()
    monkeypatch.setattr("publishing.channels.adapter_for", lambda channel: adapter)
    return adapter


@pytest.fixture
def campaign(rabita: Organisation, carla: User) -> Campaign:
    return make_campaign(rabita, carla)


@pytest.fixture
def channel(rabita: Organisation, carla: User) -> Channel:
    return make_channel(rabita, carla)


@pytest.fixture
def collect() -> Callable[[], Any]:
    """What beat and a worker do: find the channels that are due, ask each."""
    return lambda: [collecting.collect(channel_id) for channel_id in collecting.due_channels()]
