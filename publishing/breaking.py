"""Circuit breakers of a channel and of a server: after a few failures in a row nothing is sent until a probe answers.

So an outage makes a handful of unknown outcomes, not hundreds; waiting rows stay pending and say why. Any refusal or
unknown counts for its channel; for the server only what no channel can be to blame for, whichever channel met it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from chain.actors import system_actor
from networks.errors import Code, NeedsReconnect, NetworkError
from publishing.channels import adapter_for, needs_reconnect
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Breaker, Channel, Delivery, HostBreaker

OF_THE_SERVER = frozenset(
    {Code.CONNECTION_REFUSED, Code.CONNECT_TIMED_OUT, Code.NAME_NOT_FOUND, Code.TLS_FAILED}
    | {Code.ANSWER_TIMED_OUT, Code.CONNECTION_BROKEN, Code.SERVER_ERROR}
)
"""Not the server's: a token, a refused post, a quota, an answer that one call could not read."""


def note_failure(channel: Channel, code: str) -> None:
    """Count one refusal or unknown; opens the channel's breaker, and its server's, at the limit."""
    breaker, _ = Breaker.objects.get_or_create(channel=channel)
    Breaker.objects.filter(pk=breaker.pk).update(failures=F("failures") + 1, code=code)
    Breaker.objects.filter(pk=breaker.pk, **ripe_to_open()).update(**opening())
    if code in OF_THE_SERVER:
        host, _ = HostBreaker.objects.get_or_create(server_url=channel.server_url)
        HostBreaker.objects.filter(pk=host.pk).update(failures=F("failures") + 1, code=code)
        HostBreaker.objects.filter(pk=host.pk, **ripe_to_open()).update(**opening())


def ripe_to_open() -> dict[str, int | None]:
    return {"opened_at": None, "failures__gte": settings.PUBLISHING_BREAKER_LIMIT}


def opening() -> dict[str, datetime]:
    now = timezone.now()
    return {"opened_at": now, "probe_after": now + timedelta(seconds=settings.PUBLISHING_BREAKER_PROBE_SECONDS)}


CLOSED = {"failures": 0, "opened_at": None, "probe_after": None, "code": ""}


def note_success(channel: Channel) -> None:
    """An answer as it should be: the counts begin anew. Nothing is written where there is nothing to forget."""
    counted = Q(breaker__failures__gt=0) | Exists(
        HostBreaker.objects.filter(server_url=OuterRef("server_url"), failures__gt=0)
    )
    if Channel.objects.filter(counted, pk=channel.pk).exists():
        begin_anew(channel)


def begin_anew(channel: Channel) -> None:
    Breaker.objects.filter(channel=channel).update(**CLOSED)
    note_answer(channel)


def note_answer(channel: Channel) -> None:
    """The server answered, be it with a no: it is there for all of its channels."""
    if HostBreaker.objects.filter(server_url=channel.server_url, failures__gt=0).update(**CLOSED):
        let_go(Delivery.objects.filter(channel__server_url=channel.server_url), "host_breaker_open")


def let_go(deliveries: QuerySet[Delivery], reason: str) -> None:
    waiting = deliveries.filter(state=DeliveryState.PENDING, reason=reason)
    waiting.update(not_before=None, reason="", reason_params={}, dispatched_until=None)


def probe_due() -> list[Breaker]:
    """The open breakers to probe now, each claimed for this process by moving its next probe on."""
    now = timezone.now()
    later = now + timedelta(seconds=settings.PUBLISHING_BREAKER_PROBE_SECONDS)
    ripe = Breaker.objects.filter(opened_at__isnull=False, probe_after__lte=now).select_related("channel")
    return [b for b in ripe if Breaker.objects.filter(pk=b.pk, probe_after=b.probe_after).update(probe_after=later)]


def probe(breaker: Breaker) -> bool:
    """One cheap GET. An answer closes the breaker and lets the waiting rows go at once."""
    code = ask(breaker.channel)
    if code:
        Breaker.objects.filter(pk=breaker.pk).update(code=code)
        return False
    note_success(breaker.channel)
    let_go(Delivery.objects.filter(channel=breaker.channel), "breaker_open")
    return True


def ask(channel: Channel) -> str:
    """Empty where the network answers as it should, else the code of what went wrong.

    An access that is gone is no outage: the channel waits for a person, and its due rows are held with that reason.
    """
    try:
        adapter_for(channel).probe()
    except NeedsReconnect as error:
        needs_reconnect(channel, actor=system_actor("publisher", channel.organisation_id), code=error.code)
        return error.code
    except NetworkError as error:
        return error.code
    return ""


def hosts_to_probe() -> list[int]:
    """The open servers to probe now, each claimed as the channels are; of its channels one asks (`prober`)."""
    now = timezone.now()
    later = now + timedelta(seconds=settings.PUBLISHING_BREAKER_PROBE_SECONDS)
    ripe = list(HostBreaker.objects.filter(opened_at__isnull=False, probe_after__lte=now))
    mine = (HostBreaker.objects.filter(pk=h.pk, probe_after=h.probe_after).update(probe_after=later) for h in ripe)
    return [host.pk for host, is_mine in zip(ripe, mine, strict=True) if is_mine]


def prober(host: HostBreaker) -> Channel | None:
    """A connected channel of the server; one without trouble of its own, if there is one."""
    in_trouble = Exists(Breaker.objects.filter(channel=OuterRef("pk"), opened_at__isnull=False))
    channels = Channel.objects.filter(server_url=host.server_url, state=ChannelState.CONNECTED)
    return channels.order_by(in_trouble, "checked_at", "pk").first()


def probe_host(host_id: int) -> bool:
    """One channel asks for all of its server. Whatever the server itself answers closes the breaker."""
    host = HostBreaker.objects.get(pk=host_id)
    channel = prober(host)
    if channel is None or host.opened_at is None:
        return False
    code = ask(channel)
    if code in OF_THE_SERVER:
        HostBreaker.objects.filter(pk=host.pk).update(code=code)
        return False
    note_answer(channel)
    return True


def servers_stopped() -> set[str]:
    """The servers that nothing is sent to at present."""
    return set(HostBreaker.objects.filter(opened_at__isnull=False).values_list("server_url", flat=True))
