"""Whose clock is right: ours, the database's, the broker's, the networks'. A wrong one makes posts early or late."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from operating.doctor.findings import Finding, failed, fine, skipped, warning
from outgoing import Client, OutgoingError
from publishing.lifecycle import ChannelState
from publishing.models import Channel

CLOSE = timedelta(seconds=2)
FAR = timedelta(seconds=30)
MOST_SERVERS = 20
DO = "Let both machines take their time from the network (systemd-timesyncd, chrony), then look again."


def of_the_database() -> Iterator[Finding]:
    if connection.vendor == "postgresql":
        yield judged("the database", database_says())
    if (theirs := broker_says()) is not None:
        yield judged("the broker", theirs)


def database_says() -> timedelta:
    """Theirs minus ours, half of the way there and back taken off."""
    began = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    ended = timezone.now()
    off: timedelta = theirs - (began + (ended - began) / 2)
    return off


def broker_says() -> timedelta | None:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3) as broker:
            began = time.time()
            seconds, microseconds = broker.time()
            middle = (began + time.time()) / 2
    except redis.RedisError:
        return None
    return timedelta(seconds=seconds + microseconds / 1e6 - middle)


def of_the_networks() -> Iterator[Finding]:
    """Their Date header, which knows whole seconds only. Nothing but the name of the server is asked for."""
    servers = sorted(set(servers_in_use()))
    if not servers:
        yield skipped("clock", "no network is in use yet")
    with Client(
        allow_private=settings.NETWORKS_ALLOW_PRIVATE_HOSTS, connect_timeout=3, read_timeout=5, max_bytes=64 * 1024
    ) as client:
        for server in servers[:MOST_SERVERS]:
            yield of_one_network(client, server)


def servers_in_use() -> Iterator[str]:
    in_use = Channel.objects.exclude(state=ChannelState.DISCONNECTED).exclude(server_url="")
    for address in (*in_use.values_list("server_url", flat=True).distinct(), *settings.NETWORK_URLS.values()):
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname:
            yield f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def of_one_network(client: Client, server: str) -> Finding:
    try:
        said = client.request("HEAD", f"{server}/").headers.get("Date", "")
    except OutgoingError as error:
        do = "Look whether this machine may reach it (firewall, proxy, DNS), and whether the network has an outage."
        return warning("clock", f"{server} does not answer ({error.reason})", do)
    try:
        theirs = parsedate_to_datetime(said).astimezone(UTC)
    except ValueError:
        return skipped("clock", f"{server} does not say what time it is")
    off = theirs + timedelta(seconds=0.5) - datetime.now(UTC)
    return judged(server, off, spare=timedelta(seconds=1.5))


def judged(whose: str, off: timedelta, spare: timedelta = timedelta(0)) -> Finding:
    """`off`: theirs minus ours."""
    seconds = off.total_seconds()
    said = f"{whose} is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} this machine"
    if abs(off) > FAR + spare:
        return failed("clock", said, DO)
    if abs(off) > CLOSE + spare:
        return warning("clock", said, DO)
    return fine("clock", f"{whose} agrees with this machine")
