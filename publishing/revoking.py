"""Asks the networks to end the access of channels that were disconnected: what nobody uses must open nothing.

For two days, an hour apart; an access that its network would not end is named in the trail, for a person to end there.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from chain.actors import system_actor
from chain.trail import record
from networks.errors import Code, NeedsReconnect, NetworkError, NotSupported
from networks.registry import UnknownNetwork, adapter_class
from publishing import credentials
from publishing.access_models import EndedAccess
from publishing.channels import connection_of, media_of
from publishing.offers import http_client

LEASE = timedelta(minutes=3)
AGAIN = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=2)
AT_ONCE = 100
REVOKED, NOT_REVOKED = "channel.access_revoked", "channel.access_not_revoked"
SEALED = "sealed"


def claim() -> list[int]:
    """Those that are to be asked now, each for one worker."""
    now = timezone.now()
    due = EndedAccess.objects.filter(ask_after__lte=now)
    ids = list(due.order_by("ask_after").values_list("pk", flat=True)[:AT_ONCE])
    return [pk for pk in ids if due.filter(pk=pk).update(ask_after=now + LEASE)]


def revoke(ended_id: int) -> None:
    """Once, for a claimed one. One that is refused as ended already has ended."""
    ended = EndedAccess.objects.select_related("channel").filter(pk=ended_id).first()
    if ended is None:
        return
    if is_used_again(ended):
        ended.delete()
        return
    try:
        ask(ended)
    except UnknownNetwork:
        settle(ended, NOT_REVOKED, Code.NOT_SUPPORTED)
    except NotSupported as error:
        settle(ended, NOT_REVOKED, error.code)
    except NeedsReconnect as error:
        settle(ended, NOT_REVOKED if error.code == SEALED else REVOKED, error.code)
    except NetworkError as error:
        postpone(ended, error)
    else:
        settle(ended, REVOKED, "")


def is_used_again(ended: EndedAccess) -> bool:
    """The same token was pasted again since: it is no longer ours to end."""
    now, before = credentials.held_now(ended.channel), credentials.opened_or_nothing(ended)
    return now is not None and credentials.opened_or_nothing(now).get("access_token") == before.get("access_token")


def ask(ended: EndedAccess) -> None:
    channel = ended.channel
    adapter_class(channel.network)(connection_of(channel, ended), http_client(), media_of(channel)).revoke_token()


def postpone(ended: EndedAccess, error: NetworkError) -> None:
    now = timezone.now()
    if now - ended.ended_at >= GIVEN_UP_AFTER:
        settle(ended, NOT_REVOKED, error.code)
    else:
        EndedAccess.objects.filter(pk=ended.pk).update(ask_after=now + AGAIN)


def settle(ended: EndedAccess, verb: str, code: str) -> None:
    actor = system_actor("renewal", ended.channel.organisation_id)
    with transaction.atomic():
        if EndedAccess.objects.filter(pk=ended.pk).delete()[0]:
            record(verb, ended.channel, actor=actor, data={"code": code} if code else {})
