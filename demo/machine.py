"""Does at one moment what beat and the workers would do then, by the very functions that they call.

Owns no state: what is due next is read from the rows, as the workers read it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from analytics import collecting, rollups
from campaigns import expiring
from chain import heads, notices, sealing
from networks.registry import adapter_class
from publishing import (
    checking,
    connecting_by_hand,
    dispatching,
    freezing,
    publisher,
    reconciling,
    reminding,
    renewing,
    settling,
    sweeping,
)
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery

A_MOMENT = timedelta(seconds=1)


def next_at() -> datetime | None:
    """When there is something to do next; None while nothing waits."""
    waiting = Delivery.objects.filter(state=DeliveryState.PENDING).values_list("due_at", "not_before")
    looked = Delivery.objects.filter(state__in=sweeping.TO_CHECK, check_after__isnull=False)
    moments = [max(due_at, not_before or due_at) for due_at, not_before in waiting]
    return min([*moments, *looked.values_list("check_after", flat=True)], default=None)  # type: ignore[type-var]


def work() -> int:
    """Send what is due, look up what is unknown, take down what shall go; how many were sent."""
    renew_access()
    ids = dispatching.mark_due()
    for delivery_id in ids:
        publisher.publish(delivery_id)
    for delivery in sweeping.claim_checks():
        is_unknown = delivery.state == DeliveryState.UNCONFIRMED
        (reconciling.reconcile if is_unknown else reconciling.check_processing)(delivery.pk)
    freezing.hold_all()
    for delivery_id in settling.claim_deletions():
        settling.delete(delivery_id)
    reminding.look_after_all()
    return len(ids)


def renew_access() -> None:
    """Some access lasts minutes, and days may pass here between two acts."""
    for credential_id in list(renewing.due().values_list("pk", flat=True)):
        renewing.renew(credential_id)


def collect() -> None:
    renew_access()
    for channel_id in collecting.due_channels():
        collecting.collect(channel_id)


def close_the_day() -> None:
    """What is done hourly or daily: profiles read, signatures expired, acts sealed, mails sent, the day's head kept."""
    for channel in Channel.objects.filter(pk__in=checking.claim_checks()).select_related("organisation"):
        by_hand = connecting_by_hand.is_by_hand(adapter_class(channel.network))
        (connecting_by_hand.ask_to_look if by_hand else checking.check)(channel)
    expiring.expire_ended()
    while notices.mail_waiting():
        pass
    while sealing.seal_batch():
        pass
    heads.keep_heads()


def drop_hints() -> None:
    """The broker need not carry hundreds of messages about mails that went out in the past; beat finds what is left."""
    transaction.get_connection().run_on_commit.clear()


def count_figures() -> None:
    """Rebuild the days from the snapshots: once for all of the past, since they are filed by the day they were told."""
    while rollups.fill_stale():
        pass
