"""A channel's profile is looked at weekly; one in trouble sooner, then ever later."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.celery import beat_schedule
from publishing import checking
from publishing.lifecycle import ChannelState
from publishing.models import Channel
from sandbox.testing import SandboxClient
from tests.people import People
from tests.publishing.conftest import HANDLE, TOKEN

pytestmark = pytest.mark.django_db(transaction=True)


def wait(channel: Channel) -> timedelta:
    channel.refresh_from_db()
    assert channel.check_after is not None
    return channel.check_after - timezone.now()


def about(hours: float) -> object:
    return pytest.approx(hours * 3600, abs=60)


def test_a_healthy_channel_is_due_once_a_week_for_one_worker(channel: Channel) -> None:
    assert "publishing.tasks.check_channels" in {entry["task"] for entry in beat_schedule().values()}
    assert checking.claim_checks() == []
    assert wait(channel).total_seconds() == about(24 * 7)
    Channel.objects.update(check_after=timezone.now())
    assert (checking.claim_checks(), checking.claim_checks()) == ([channel.pk], [])
    checking.check(channel)
    assert wait(channel).total_seconds() == about(24 * 7)


def test_a_channel_in_trouble_is_looked_at_after_one_hour_then_two_then_four(
    channel: Channel, network: SandboxClient, people: People
) -> None:
    show = {"network": "mastodon", "handle": HANDLE, "bio": "", "token": TOKEN, "scopes": "read write"}
    network.add_account(**show, display_name="Just a friend")
    for hours in (1, 2, 4):
        checking.check(channel)
        assert wait(channel).total_seconds() == about(hours)
    assert channel.state == ChannelState.HELD
    network.arm_fault("server_error", route="*", status=500)
    checking.check(channel)
    assert wait(channel).total_seconds() == about(8)
    network.disarm()
    network.add_account(**show, display_name=people.rabita.name)
    checking.check(channel)
    assert wait(channel).total_seconds() == about(24 * 7)
    assert (channel.state, channel.checks_failed) == (ChannelState.CONNECTED, 0)
