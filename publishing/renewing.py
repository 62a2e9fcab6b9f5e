"""Renewing a channel's tokens ahead of their end, by one worker at a time.

A refresh token may be good for one use only: the worker that asks holds the row, and stores what it got before anything
else. Where only a person can give access again, those who can are told a week ahead.
"""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from chain.actors import system_actor
from networks.errors import NeedsReconnect, NetworkError, NotSupported
from networks.registry import adapter_class
from networks.types import Tokens
from publishing import credentials
from publishing.channels import connection_of, media_of, needs_reconnect
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Consent, Credential, Delivery
from publishing.offers import http_client
from publishing.telling import tell_of_expiry

LEASE = timedelta(minutes=3)
AGAIN = timedelta(minutes=5)
TELL_AHEAD = timedelta(days=7)
IN_USE = (ChannelState.CONNECTED, ChannelState.HELD)


def due() -> QuerySet[Credential]:
    now = timezone.now()
    free = Q(renewing_until=None) | Q(renewing_until__lte=now)
    return Credential.objects.filter(free, renew_at__lte=now, channel__state__in=IN_USE)


def renew(credential_id: int) -> bool:
    """Put new tokens in place of the old ones. False where another worker is at it, it is not due, or it failed."""
    until = timezone.now() + LEASE
    if due().filter(pk=credential_id).update(renewing_until=until) != 1:
        return False
    held = Credential.objects.select_related("channel").get(pk=credential_id)
    try:
        tokens = ask(held)
    except NeedsReconnect as error:
        actor = system_actor("renewal", held.channel.organisation_id)
        needs_reconnect(held.channel, actor=actor, code=error.code)
    except NotSupported:
        Credential.objects.filter(pk=held.pk, renewing_until=until).update(renew_at=None, renewing_until=None)
    except NetworkError:
        Credential.objects.filter(pk=held.pk, renewing_until=until).update(renewing_until=timezone.now() + AGAIN)
    else:
        credentials.keep(held.channel, tokens)
        return True
    return False


def ask(held: Credential) -> Tokens:
    channel = held.channel
    adapter = adapter_class(channel.network)(connection_of(channel), http_client(), media_of(channel))
    return adapter.refresh_token()


def tell_of_ends() -> None:
    """Say once, a week ahead, which access will end that no worker can renew, and how many posts wait for it."""
    now = timezone.now()
    ending = Credential.objects.filter(
        renew_at=None, expires_at__gt=now, expires_at__lte=now + TELL_AHEAD, channel__state__in=IN_USE
    ).select_related("channel")
    for held in ending:
        waiting = Delivery.objects.filter(
            channel=held.channel, state__in=(DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.PREPARING)
        )
        assert held.expires_at is not None
        tell_of_expiry(held.channel, ends_at=held.expires_at, depending=waiting.count())


def forget_consents() -> None:
    """Consents that nobody finished in time go, with whatever tokens they hold."""
    Consent.objects.filter(expires_at__lt=timezone.now()).delete()
