"""Celery's side of publishing: short hands that pass an id on. Celery never retries a publish."""

from celery import shared_task

from chain import heartbeats
from publishing import breaking, channels, dispatching, publisher, reconciling, settling, sweeping
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Breaker, Channel


@shared_task(ignore_result=True)
def dispatch() -> None:
    for delivery_id in dispatching.mark_due():
        publish.apply_async((delivery_id,), expires=120)


@shared_task(ignore_result=True)
def publish(delivery_id: int) -> None:
    publisher.publish(delivery_id)


@shared_task(ignore_result=True)
def sweep() -> None:
    sweeping.sweep_lapsed()
    for delivery in sweeping.claim_checks():
        (reconcile if delivery.state == DeliveryState.UNCONFIRMED else check_processing).delay(delivery.pk)
    for breaker in breaking.probe_due():
        probe.delay(breaker.channel_id)


@shared_task(ignore_result=True)
def reconcile(delivery_id: int) -> None:
    reconciling.reconcile(delivery_id)


@shared_task(ignore_result=True)
def check_processing(delivery_id: int) -> None:
    reconciling.check_processing(delivery_id)


@shared_task(ignore_result=True)
def probe(channel_id: int) -> None:
    breaking.probe(Breaker.objects.select_related("channel").get(channel_id=channel_id))


@shared_task(ignore_result=True)
def delete(delivery_id: int) -> None:
    settling.delete(delivery_id)


@shared_task(ignore_result=True)
def check_channels() -> None:
    for channel in Channel.objects.filter(state__in=(ChannelState.CONNECTED, ChannelState.HELD)).values_list(
        "pk", flat=True
    ):
        check_channel.delay(channel)


@shared_task(ignore_result=True)
def check_channel(channel_id: int) -> None:
    channels.check(Channel.objects.select_related("organisation").get(pk=channel_id))


@shared_task(ignore_result=True)
def pulse(queue: str) -> None:
    heartbeats.beat(f"worker:{queue}")


@shared_task(ignore_result=True)
def delete_waiting() -> None:
    for delivery_id in settling.claim_deletions():
        delete.delay(delivery_id)
