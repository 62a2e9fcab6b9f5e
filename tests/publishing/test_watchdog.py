"""The watchdog tells coordinators once, in the app and by mail, when the clock of publishing itself fails."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from chain import heartbeats
from chain.models import Heartbeat, Notice
from publishing import watchdog
from publishing.health import QUEUES
from publishing.models import Channel, Delivery
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, sign
from tests.people import People

pytestmark = pytest.mark.django_db
LATE = timedelta(seconds=settings.PUBLISHING_OVERDUE_ALERT_SECONDS + 30)
STALE = timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS + 1)
Schedule = Callable[[timedelta], Delivery]


@pytest.fixture
def schedule(people: People) -> Schedule:
    """A signed delivery that was due so long ago."""
    channel = make_channel(people.rabita, people.carla)
    campaign = make_campaign(people.rabita, people.carla)

    def make(ago: timedelta) -> Delivery:
        variant = sign(make_variant(campaign, channel, people.alice), people.bob, people.basma)
        return make_delivery(variant, people.carla, due_at=timezone.now() - ago)

    return make


def told(kind: str) -> list[User]:
    return [notice.user for notice in Notice.objects.filter(kind=kind).select_related("user").order_by("id")]


def silence(queue: str) -> None:
    heartbeats.beat(f"worker:{queue}")
    Heartbeat.objects.filter(name=f"worker:{queue}").update(at=timezone.now() - STALE)


def test_an_overdue_post_is_told_once_to_those_who_can_settle_it_by_notice_and_mail(
    people: People, schedule: Schedule
) -> None:
    delivery = schedule(LATE)
    assert watchdog.look() == ["overdue"]
    assert watchdog.look() == []
    assert told("overdue") == [people.carla]
    notice = Notice.objects.get(kind="overdue")
    assert notice.link == f"/deliveries/{delivery.pk}/"
    (letter,) = mail.outbox
    assert letter.to == [people.carla.email]
    assert f"{settings.BASE_URL}/deliveries/{delivery.pk}/" in letter.body


def test_a_post_overdue_at_another_time_is_told_again(people: People, schedule: Schedule) -> None:
    delivery = schedule(LATE)
    watchdog.look()
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() - LATE)
    assert watchdog.look() == ["overdue"]
    assert told("overdue") == [people.carla, people.carla]


def test_a_post_a_little_late_or_asked_to_wait_raises_no_alarm(people: People, schedule: Schedule) -> None:
    schedule(timedelta(seconds=5))
    waiting = schedule(LATE)
    Delivery.objects.filter(pk=waiting.pk).update(not_before=timezone.now() + timedelta(minutes=15))
    assert watchdog.look() == []
    assert mail.outbox == []


@pytest.mark.parametrize("queue", QUEUES)
def test_a_silent_worker_is_told_once_for_each_silence(people: People, queue: str) -> None:
    silence(queue)
    assert watchdog.look() == [f"worker:{queue}"]
    assert watchdog.look() == []
    assert people.carla in told("silence")
    assert people.alice not in told("silence")
    before = len(told("silence"))
    silence(queue)
    assert watchdog.look() == [f"worker:{queue}"]
    assert len(told("silence")) == 2 * before


def test_a_new_installation_raises_no_alarm(people: People) -> None:
    assert watchdog.look() == []
    assert told("silence") == []


@pytest.mark.django_db(transaction=True)
def test_the_watchdog_has_a_heartbeat_of_its_own() -> None:
    before = timezone.now()
    call_command("watchdog", "--once")
    assert (heartbeats.last_beat("watchdog") or before - STALE) >= before


def test_the_watchdog_mails_what_no_worker_mailed(people: People, schedule: Schedule) -> None:
    """Its own alarm must not wait for the worker whose silence it tells of."""
    schedule(LATE)
    silence("default")
    watchdog.look()
    assert {letter.to[0] for letter in mail.outbox} == {notice.user.email for notice in Notice.objects.all()}
    assert people.carla.email in {letter.to[0] for letter in mail.outbox}
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_an_alarm_stays_in_its_own_institution(people: People, schedule: Schedule) -> None:
    schedule(LATE)
    watchdog.look()
    assert people.charlie not in told("overdue")
    assert Channel.objects.get().organisation == people.rabita


def test_a_post_made_to_wait_by_an_outage_is_told_too(people: People, schedule: Schedule) -> None:
    delivery = schedule(LATE + timedelta(seconds=settings.PUBLISHING_RETRY_MAX_SECONDS))
    Delivery.objects.filter(pk=delivery.pk).update(
        reason="breaker_open", not_before=timezone.now() + timedelta(seconds=30)
    )
    assert watchdog.look() == ["overdue"]
    assert told("overdue") == [people.carla]


def test_one_pause_after_a_refusal_is_no_alarm(people: People, schedule: Schedule) -> None:
    delivery = schedule(LATE)
    Delivery.objects.filter(pk=delivery.pk).update(not_before=timezone.now() + timedelta(seconds=30))
    assert watchdog.look() == []
