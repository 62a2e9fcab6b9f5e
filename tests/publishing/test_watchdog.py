"""The watchdog tells coordinators once, in the app and by mail, when the clock of publishing itself fails."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from chain import heartbeats
from chain.models import Heartbeat, Notice
from publishing import tasks, watchdog
from publishing.health import QUEUES
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, sign
from tests.people import People, sign_in

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


@pytest.fixture(autouse=True)
def _has_watched(request: pytest.FixtureRequest) -> None:
    """The watchdog was there before."""
    if "transactional_db" not in request.fixturenames:
        request.getfixturevalue("db")
    long_watched()


def long_watched() -> None:
    heartbeats.beat("watchdog", {"since": (timezone.now() - STALE).isoformat()})


def told(kind: str) -> list[User]:
    return [notice.user for notice in Notice.objects.filter(kind=kind).select_related("user").order_by("id")]


def silence(name: str) -> None:
    heartbeats.beat(name)
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - STALE)


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


def test_that_no_post_is_overdue_any_more_is_told_once(people: People, schedule: Schedule) -> None:
    schedule(LATE)
    watchdog.look()
    Delivery.objects.update(state=DeliveryState.PUBLISHED)
    assert watchdog.look() == []
    assert watchdog.look() == []
    assert told("overdue_over") == [people.carla]
    assert [letter.to for letter in mail.outbox] == [[people.carla.email]] * 2


def test_a_channel_that_stood_and_ran_and_stands_again_is_told_again(people: People, schedule: Schedule) -> None:
    delivery = schedule(LATE)
    watchdog.look()
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() + LATE)
    watchdog.look()
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() - LATE)
    assert watchdog.look() == ["overdue"]
    assert told("overdue") == [people.carla, people.carla]


def test_an_outage_over_many_posts_is_one_notice_that_counts_them(people: People, schedule: Schedule) -> None:
    people.carla.language = "en"
    people.carla.save()
    for _ in range(7):
        schedule(LATE)
    watchdog.look()
    schedule(LATE)
    watchdog.look()
    notice = Notice.objects.get(kind="overdue", user=people.carla)
    assert (notice.title, notice.link) == ("7 posts are overdue and have not gone out", "/deliveries/")
    assert len(mail.outbox) == 1


def test_what_a_worker_left_behind_and_nobody_swept_up_is_told(people: People, schedule: Schedule) -> None:
    delivery = schedule(timedelta(seconds=5))
    lapsed = timezone.now() - STALE
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENDING, lease_until=lapsed)
    assert watchdog.look() == ["overdue"]


def test_an_overdue_post_and_a_dead_worker_are_told_within_two_minutes() -> None:
    """The longest that each may go unseen: its own age, one pulse that was missed, one round of the watchdog."""
    assert settings.PUBLISHING_OVERDUE_ALERT_SECONDS + settings.WATCHDOG_INTERVAL_SECONDS <= 120
    pulse = heartbeats.PULSE_SECONDS
    assert settings.HEARTBEAT_STALE_SECONDS + pulse + settings.WATCHDOG_INTERVAL_SECONDS <= 120


def test_a_post_a_little_late_or_asked_to_wait_raises_no_alarm(people: People, schedule: Schedule) -> None:
    schedule(timedelta(seconds=5))
    waiting = schedule(LATE)
    Delivery.objects.filter(pk=waiting.pk).update(not_before=timezone.now() + timedelta(minutes=15))
    assert watchdog.look() == []
    assert mail.outbox == []


@pytest.mark.parametrize("queue", QUEUES)
def test_a_silent_worker_is_told_once_for_each_silence(people: People, queue: str) -> None:
    silence(f"worker:{queue}")
    assert watchdog.look() == [f"worker:{queue}"]
    assert watchdog.look() == []
    assert people.carla in told("silence")
    assert people.alice not in told("silence")
    before = len(told("silence"))
    heartbeats.beat(f"worker:{queue}")
    watchdog.look()
    silence(f"worker:{queue}")
    assert watchdog.look() == [f"worker:{queue}"]
    assert len(told("silence")) == 2 * before


def test_a_watchdog_that_comes_up_with_everything_else_gives_the_rest_a_minute(people: People) -> None:
    """As after a night in which the machine was off."""
    silence("worker:publishing")
    silence("watchdog")
    assert watchdog.look() == []
    assert watchdog.look() == []
    assert told("silence") == []
    row = Heartbeat.objects.get(name="watchdog")
    heartbeats.beat("watchdog", {"since": (datetime.fromisoformat(row.detail["since"]) - STALE).isoformat()})
    assert watchdog.look() == ["worker:publishing"]


def test_that_a_silent_worker_lives_again_is_told_once(people: People) -> None:
    silence("worker:publishing")
    watchdog.look()
    heartbeats.beat("worker:publishing")
    assert watchdog.look() == []
    assert watchdog.look() == []
    assert told("silence_over").count(people.carla) == 1


def test_a_machine_that_died_is_one_notice_that_names_what_is_silent(people: People) -> None:
    people.carla.language = "en"
    people.carla.save()
    for name in ("tick", *(f"worker:{queue}" for queue in QUEUES), *(f"process:{q}:{q}@one" for q in QUEUES)):
        silence(name)
    assert watchdog.look() == [f"worker:{queue}" for queue in QUEUES]
    notice = Notice.objects.get(kind="silence", user=people.carla)
    assert "the workers that publish" in notice.body
    assert "manage.py doctor" in notice.body


def test_a_clock_that_stands_is_not_taken_for_workers_that_died(people: People) -> None:
    """Without beat nothing is due, and no pulse reaches the workers, which live all the same."""
    for queue in QUEUES:
        silence(f"worker:{queue}")
        heartbeats.beat(f"process:{queue}:{queue}@one")
    silence("tick")
    assert watchdog.look() == ["tick"]


def test_workers_of_the_clock_that_come_back_a_moment_before_they_tick_are_one_story(people: People) -> None:
    for name in ("tick", "worker:clock", "process:clock:clock@one"):
        silence(name)
    assert watchdog.look() == ["worker:clock"]
    heartbeats.beat("process:clock:clock@one")
    heartbeats.beat("worker:clock")
    assert watchdog.look() == []
    assert told("silence_over") == []
    heartbeats.beat("tick")
    assert watchdog.look() == []
    assert (told("silence").count(people.carla), told("silence_over").count(people.carla)) == (1, 1)


def test_a_clock_whose_workers_die_after_it_is_not_said_to_run_again(people: People) -> None:
    silence("tick")
    for queue in QUEUES:
        heartbeats.beat(f"worker:{queue}")
    watchdog.look()
    silence("worker:clock")
    assert watchdog.look() == ["worker:clock"]
    assert told("silence_over") == []


def test_one_of_several_workers_that_died_is_told_while_the_others_work(people: People) -> None:
    heartbeats.beat("worker:publishing")
    heartbeats.beat("process:publishing:publishing@one")
    silence("process:publishing:publishing@two")
    assert watchdog.look() == ["process:publishing:publishing@two"]
    assert "publishing@two" in Notice.objects.get(kind="silence", user=people.carla).body


def test_a_worker_that_was_told_to_end_is_not_missed(people: People) -> None:
    heartbeats.beat("worker:publishing")
    silence("process:publishing:publishing@two")
    watchdog.look()
    heartbeats.forget(["process:publishing:publishing@two"])
    assert watchdog.look() == []
    assert told("silence_over") == []


def test_a_machine_that_was_taken_away_is_forgotten_after_a_day(people: People) -> None:
    heartbeats.beat("process:publishing:publishing@two")
    Heartbeat.objects.update(at=timezone.now() - heartbeats.FORGOTTEN_AFTER - STALE)
    assert watchdog.look() == []
    assert not Heartbeat.objects.filter(name__startswith="process:").exists()


def test_a_worker_tells_when_the_watchdog_itself_is_silent(people: People) -> None:
    tasks.watch_the_watchdog()
    assert told("silence") == []
    silence("watchdog")
    tasks.watch_the_watchdog()
    tasks.watch_the_watchdog()
    assert told("silence").count(people.carla) == 1
    watchdog.look()
    tasks.watch_the_watchdog()
    assert told("silence_over").count(people.carla) == 1


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
    silence("worker:default")
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


def test_each_silent_part_stands_on_a_line_of_its_own_in_the_app(people: People, client: Client) -> None:
    silence("worker:publishing")
    silence("worker:clock")
    watchdog.look()
    sign_in(client, people.carla)
    said = client.get("/notices/").content.decode()
    first, rest = Notice.objects.get(kind="silence", user=people.carla).body.split("\n")[:2]
    assert f"{first}<br>{rest}<br>" in said
