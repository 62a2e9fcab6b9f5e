"""The periodic work on figures: who is due, one channel at a time, and the days rebuilt from what came."""

from celery import shared_task

from analytics import collecting, rollups


@shared_task(ignore_result=True)
def collect_due() -> None:
    for channel_id in collecting.due_channels():
        collect_channel.apply_async((channel_id,), expires=300)


@shared_task(ignore_result=True)
def collect_channel(channel_id: int) -> None:
    collecting.collect(channel_id)


@shared_task(ignore_result=True)
def roll_up() -> None:
    rollups.fill_stale()
