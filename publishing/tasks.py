"""Celery's side of publishing: short hands that pass an id on. Celery never retries a publish."""

from celery import shared_task

from chain import heartbeats
from networks.registry import adapter_class
from publishing import (
    breaking,
    bulk,
    checking,
    connecting_by_hand,
    copies,
    correcting,
    dispatching,
    freezing,
    look_ahead,
    recalling,
    reconciling,
    reminding,
    renewing,
    revoking,
    rounds,
    settling,
    sweeping,
    watchdog,
)
from publishing.lifecycle import DeliveryState
from publishing.models import Breaker, Channel


@shared_task(ignore_result=True)
def dispatch() -> None:
    heartbeats.beat(heartbeats.TICK)
    for delivery_ids in dispatching.mark_rounds():
        publish.apply_async(delivery_ids, expires=120)


@shared_task(ignore_result=True)
def publish(*delivery_ids: int) -> None:
    rounds.publish_each(delivery_ids)


@shared_task(ignore_result=True)
def sweep() -> None:
    sweeping.sweep_lapsed()
    for delivery in sweeping.claim_checks():
        (reconcile if delivery.state == DeliveryState.UNCONFIRMED else check_processing).delay(delivery.pk)


@shared_task(ignore_result=True)
def hand_out_bulk() -> None:
    for act_id in bulk.unheld():
        run_bulk.delay(act_id)


@shared_task(ignore_result=True)
def run_bulk(act_id: int) -> None:
    bulk.run(act_id)


@shared_task(ignore_result=True)
def reconcile(delivery_id: int) -> None:
    reconciling.reconcile(delivery_id)


@shared_task(ignore_result=True)
def check_processing(delivery_id: int) -> None:
    reconciling.check_processing(delivery_id)


@shared_task(ignore_result=True)
def probe_stopped() -> None:
    for breaker in breaking.probe_due():
        probe.delay(breaker.channel_id)
    for host_id in breaking.hosts_to_probe():
        probe_host.delay(host_id)


@shared_task(ignore_result=True)
def probe(channel_id: int) -> None:
    breaking.probe(Breaker.objects.select_related("channel").get(channel_id=channel_id))


@shared_task(ignore_result=True)
def probe_host(host_id: int) -> None:
    breaking.probe_host(host_id)


@shared_task(ignore_result=True)
def delete(delivery_id: int) -> None:
    settling.delete(delivery_id)


@shared_task(ignore_result=True)
def check_channels() -> None:
    for channel_id in checking.claim_checks():
        check_channel.delay(channel_id)


@shared_task(ignore_result=True)
def check_channel(channel_id: int) -> None:
    channel = Channel.objects.select_related("organisation").get(pk=channel_id)
    by_hand = connecting_by_hand.is_by_hand(adapter_class(channel.network))
    (connecting_by_hand.ask_to_look if by_hand else checking.check)(channel)


@shared_task(ignore_result=True)
def renew_tokens() -> None:
    renewing.forget_consents()
    renewing.tell_of_ends()
    for credential_id in renewing.due().values_list("pk", flat=True):
        renew_token.delay(credential_id)


@shared_task(ignore_result=True)
def renew_token(credential_id: int) -> None:
    renewing.renew(credential_id)


@shared_task(ignore_result=True)
def revoke_ended() -> None:
    for ended_id in revoking.claim():
        revoke.delay(ended_id)


@shared_task(ignore_result=True)
def revoke(ended_id: int) -> None:
    revoking.revoke(ended_id)


@shared_task(ignore_result=True)
def pulse(queue: str) -> None:
    heartbeats.beat(f"worker:{queue}")


@shared_task(ignore_result=True)
def delete_waiting() -> None:
    recalling.follow_all()
    for copy_id in copies.claim_deletions():
        delete_copy.delay(copy_id)
    for delivery_id in settling.claim_deletions():
        delete.delay(delivery_id)


@shared_task(ignore_result=True)
def delete_copy(copy_id: int) -> None:
    copies.delete(copy_id)


@shared_task(ignore_result=True)
def correct_waiting() -> None:
    for correction_id in correcting.claim():
        correct.delay(correction_id)


@shared_task(ignore_result=True)
def correct(correction_id: int) -> None:
    correcting.carry_out(correction_id)


@shared_task(ignore_result=True)
def look_after_hands() -> None:
    reminding.look_after_all()


@shared_task(ignore_result=True)
def watch_the_watchdog() -> None:
    watchdog.look_at_the_watchdog()


@shared_task(ignore_result=True)
def hold_frozen() -> None:
    freezing.hold_all()


@shared_task(ignore_result=True)
def look_ahead_due() -> None:
    for delivery_id in look_ahead.claim():
        look_ahead_at.delay(delivery_id)


@shared_task(ignore_result=True)
def look_ahead_at(delivery_id: int) -> None:
    look_ahead.look_ahead(delivery_id)
