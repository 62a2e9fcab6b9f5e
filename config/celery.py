"""The Celery application and its beat: every periodic task of the product is named here, once.

Queues are apart so that nothing slow delays a post: `clock` (ticks), `publishing`, `metrics`, `default` (mail, seals).
A tick that was not run in time expires: the next one does the same work.
"""

import logging
import os
from typing import Any

from celery import Celery
from celery.fixups.django import DjangoFixup, DjangoWorkerFixup  # type: ignore[attr-defined]
from celery.signals import (
    before_task_publish,
    setup_logging,
    task_postrun,
    task_prerun,
    task_received,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from django.conf import settings
from django.db import close_old_connections, connection
from kombu import Queue, pools

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

QUEUES = ("clock", "publishing", "metrics", "default")


def every(seconds: float, task: str, **more: Any) -> dict[str, Any]:
    return {
        "task": task,
        "schedule": seconds,
        "options": {"expires": max(seconds, 1.0), **more.pop("options", {})},
        **more,
    }


def beat_schedule() -> dict[str, dict[str, Any]]:
    return {
        "dispatch": every(settings.PUBLISHING_TICK_SECONDS, "publishing.tasks.dispatch"),
        "sweep": every(settings.PUBLISHING_SWEEP_SECONDS, "publishing.tasks.sweep"),
        "look-ahead": every(settings.PUBLISHING_SWEEP_SECONDS, "publishing.tasks.look_ahead_due"),
        "hold-frozen": every(settings.PUBLISHING_SWEEP_SECONDS, "publishing.tasks.hold_frozen"),
        "probe": every(settings.PUBLISHING_SWEEP_SECONDS, "publishing.tasks.probe_stopped"),
        "bulk": every(1.0, "publishing.tasks.hand_out_bulk"),
        "take-down": every(settings.PUBLISHING_SWEEP_SECONDS, "publishing.tasks.delete_waiting"),
        "correct": every(settings.PUBLISHING_SWEEP_SECONDS, "publishing.tasks.correct_waiting"),
        "remind": every(settings.PUBLISHING_SWEEP_SECONDS, "publishing.tasks.look_after_hands"),
        "check-channels": every(settings.CHANNEL_TICK_SECONDS, "publishing.tasks.check_channels"),
        "renew-tokens": every(settings.CHANNEL_TICK_SECONDS, "publishing.tasks.renew_tokens"),
        "revoke": every(settings.CHANNEL_TICK_SECONDS, "publishing.tasks.revoke_ended"),
        "collect": every(settings.METRICS_TICK_SECONDS, "analytics.tasks.collect_due"),
        "roll-up": every(settings.METRICS_TICK_SECONDS, "analytics.tasks.roll_up"),
        "seal": every(settings.SEAL_INTERVAL_SECONDS, "chain.tasks.seal_events"),
        "day-heads": every(600.0, "portal.tasks.keep_heads"),
        "watch-the-watchdog": every(settings.WATCHDOG_INTERVAL_SECONDS, "publishing.tasks.watch_the_watchdog"),
        "mail": every(15.0, "chain.tasks.mail_waiting_notices"),
        "expire": every(settings.EXPIRY_CHECK_SECONDS, "campaigns.tasks.expire_ended"),
        "invite": every(15.0, "accounts.tasks.mail_waiting_invitations"),
        "forget-answers": every(3600.0, "accounts.tasks.forget_kept_answers"),
        **{
            f"pulse-{queue}": every(10.0, "publishing.tasks.pulse", args=[queue], options={"queue": queue})
            for queue in QUEUES
        },
    }


class Messenger(Celery):
    """The application whose messages go out again after the broker was away, whatever became of its connections."""

    def send_task(self, *args: Any, **options: Any) -> Any:
        """As Celery does; once more over new connections where a kept one is broken for good.

        kombu 5.7 may put a producer back into its pool whose channel has lost its connection when the broker went away
        at a bad moment. Each later use of it fails with this error and puts it back: nothing would ever be sent again.
        """
        try:
            return super().send_task(*args, **options)
        except AttributeError:
            self.forget_connections()
            return super().send_task(*args, **{**options, "producer": None, "connection": None})

    def forget_connections(self) -> None:
        """Other threads finish with the ones that they hold; nobody is handed them again."""
        pools.producers.clear()
        pools.connections.clear()
        self._pool = None
        self.amqp._producer_pool = None  # type: ignore[attr-defined]


class KeptConnections(DjangoWorkerFixup):  # type: ignore[misc]
    """Each thread of a worker keeps its connection to the database from task to task, as a web thread does.

    Celery closes it before and after every task: half of what publishing a post costs. A broken or old one is replaced.
    """

    def _close_database(self) -> None:
        close_old_connections()


app = Messenger("sanad")
for fixup in app._fixups:  # type: ignore[attr-defined]
    if isinstance(fixup, DjangoFixup):
        fixup.worker_fixup = KeptConnections(app)  # type: ignore[misc]
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.conf.beat_schedule = beat_schedule()
app.autodiscover_tasks()


pulses: list[Any] = []
"""Of this process: one while it is a worker."""
ears: list[Any] = []
"""Of this process: one while it is a worker."""


@worker_ready.connect
def first_beat(sender: Any, **_: object) -> None:
    """A worker shows life when it is up, not only at the first pulse that beat sends: /readyz need not wait for it.

    Sent again each time that the broker was found anew.
    """
    from chain import heartbeats
    from config import listening
    from publishing import health

    queues = [queue.name for queue in sender.task_consumer.queues]
    for queue in queues:
        heartbeats.beat(f"worker:{queue}")
    connection.close()
    if not pulses:
        pulses.append(heartbeats.Pulse(f"process:{queue}:{sender.hostname}" for queue in queues))
        pulses[0].start()
    if not ears:
        ears.append(listening.Listening(queues, health.depths))
        ears[0].start()


@worker_shutdown.connect
def last_word(**_: object) -> None:
    """Told to end, and drained: no alarm shall miss this process."""
    while pulses:
        pulses.pop().stop()
    hush()


@worker_shutting_down.connect
def hush(**_: object) -> None:
    """While it drains it takes no more, whatever waits."""
    while ears:
        ears.pop().stop()


@worker_shutting_down.connect
def finish_what_is_in_hand(**_: object) -> None:
    """What its rounds did not come to is for other workers."""
    from publishing import rounds

    rounds.ending.set()


@task_received.connect
def hear(**_: object) -> None:
    for ear in ears:
        ear.hear()


# Log lines: Django's own set-up stands; each names the task, what it is about, and the request that asked for it


@setup_logging.connect
def keep_the_log_as_it_is(**_: object) -> None:
    """Connected, Celery sets nothing up itself. What Python warns of is a line like any other."""
    logging.captureWarnings(True)


@before_task_publish.connect
def pass_on_the_request(headers: dict[str, Any] | None = None, **_: object) -> None:
    from chain.following import followed

    if headers is not None and "request" in followed():
        headers["sanad_request"] = followed()["request"]


@task_prerun.connect
def begin_following(task: Any, task_id: str, args: Any = (), **_: object) -> None:
    from chain.following import follow

    names = [name.removesuffix("_id") for name in task.run.__code__.co_varnames[: task.run.__code__.co_argcount]]
    about = {name: value for name, value in zip(names, args, strict=False) if isinstance(value, int)}
    asked = (task.request.headers or {}).get("sanad_request") or task.request.get("sanad_request")
    task.request.followed = follow(task=task.name, **about, **({"request": asked} if asked else {}))


@task_postrun.connect
def end_following(task: Any, **_: object) -> None:
    from chain.following import leave

    if token := getattr(task.request, "followed", None):
        leave(token)
