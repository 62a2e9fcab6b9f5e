"""The circuit breaker of a channel: after a few refusals or unknowns in a row nothing is sent until a probe answers.

So an outage makes a handful of unknown outcomes, not hundreds; waiting rows stay pending and say why.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from chain.actors import system_actor
from networks.errors import NeedsReconnect, NetworkError
from publishing.channels import adapter_for, needs_reconnect
from publishing.lifecycle import DeliveryState
from publishing.models import Breaker, Channel, Delivery


def note_failure(channel: Channel, code: str) -> None:
    """Count one refusal or unknown; opens the breaker at the limit."""
    breaker, _ = Breaker.objects.get_or_create(channel=channel)
    Breaker.objects.filter(pk=breaker.pk).update(failures=F("failures") + 1, code=code)
    now = timezone.now()
    probe_after = now + timedelta(seconds=settings.PUBLISHING_BREAKER_PROBE_SECONDS)
    Breaker.objects.filter(pk=breaker.pk, opened_at=None, failures__gte=settings.PUBLISHING_BREAKER_LIMIT).update(
        opened_at=now, probe_after=probe_after
    )


def note_success(channel: Channel) -> None:
    Breaker.objects.filter(channel=channel).update(failures=0, opened_at=None, probe_after=None, code="")


def probe_due() -> list[Breaker]:
    """The open breakers to probe now, each claimed for this process by moving its next probe on."""
    now = timezone.now()
    later = now + timedelta(seconds=settings.PUBLISHING_BREAKER_PROBE_SECONDS)
    ripe = Breaker.objects.filter(opened_at__isnull=False, probe_after__lte=now).select_related("channel")
    return [b for b in ripe if Breaker.objects.filter(pk=b.pk, probe_after=b.probe_after).update(probe_after=later)]


def probe(breaker: Breaker) -> bool:
    """One cheap GET. An answer closes the breaker and lets the waiting rows go at once.

    An access that is gone is no outage: the channel waits for a person, and its due rows are held with that reason.
    """
    try:
        adapter_for(breaker.channel).probe()
    except NeedsReconnect as error:
        Breaker.objects.filter(pk=breaker.pk).update(code=error.code)
        actor = system_actor("publisher", breaker.channel.organisation_id)
        needs_reconnect(breaker.channel, actor=actor, code=error.code)
        return False
    except NetworkError as error:
        Breaker.objects.filter(pk=breaker.pk).update(code=error.code)
        return False
    note_success(breaker.channel)
    waiting = Delivery.objects.filter(channel=breaker.channel, state=DeliveryState.PENDING, reason="breaker_open")
    waiting.update(not_before=None, reason="", dispatched_until=None)
    return True
