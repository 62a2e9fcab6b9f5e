"""The Celery application and its beat: every periodic task of the product is named here, once.

Queues are apart so that nothing slow delays a post: `clock` (ticks), `publishing`, `metrics`, `default` (mail, seals).
A tick that was not run in time expires: the next one does the same work.
"""

import os
from typing import Any

from celery import Celery
from django.conf import settings
from kombu import Queue

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
        "take-down": every(settings.PUBLISHING_SWEEP_SECONDS, "publishing.tasks.delete_waiting"),
        "check-channels": every(settings.CHANNEL_CHECK_SECONDS, "publishing.tasks.check_channels"),
        "collect": every(settings.METRICS_TICK_SECONDS, "analytics.tasks.collect_due"),
        "roll-up": every(settings.METRICS_TICK_SECONDS, "analytics.tasks.roll_up"),
        "seal": every(settings.SEAL_INTERVAL_SECONDS, "chain.tasks.seal_events"),
        "mail": every(15.0, "chain.tasks.mail_waiting_notices"),
        "invite": every(15.0, "accounts.tasks.mail_waiting_invitations"),
        **{
            f"pulse-{queue}": every(10.0, "publishing.tasks.pulse", args=[queue], options={"queue": queue})
            for queue in QUEUES
        },
    }


app = Celery("sanad")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.conf.beat_schedule = beat_schedule()
app.autodiscover_tasks()
