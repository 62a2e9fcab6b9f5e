"""What must run: broker, beat, workers of each queue, watchdog; and whether the posts they carry move."""

from collections.abc import Iterator

import redis
from django.conf import settings

from chain import heartbeats
from operating.doctor.findings import Finding, failed, fine, skipped, warning
from publishing.health import QUEUES, depths, is_stale, lapsed, overdue_now, processes_of
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery

DEEP = 5_000
UNITS = {"tick": "sanad-beat and sanad-worker@clock", "watchdog": "sanad-watchdog"}


def broker() -> Iterator[Finding]:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3) as at:
            memory, server = at.info("memory"), at.info("server")
    except redis.RedisError as error:
        do = "Start Redis or Valkey, or mend REDIS_URL. Posts wait in the database; none is lost."
        yield failed("broker", f"does not answer: {type(error).__name__}", do)
        return
    if (policy := memory.get("maxmemory_policy", "noeviction")) != "noeviction":
        do = "Set maxmemory-policy to noeviction: what it throws away is sent again only half a minute later."
        yield warning("broker", f"may throw messages away ({policy})", do)
    deep = {queue: waiting for queue, waiting in (depths() or {}).items() if waiting > DEEP}
    if deep:
        said = ", ".join(f"{queue}: {waiting}" for queue, waiting in deep.items())
        yield warning(
            "broker", f"many messages wait ({said})", "Start more workers of that queue, or look at their log."
        )
    yield fine("broker", f"answers (version {server.get('redis_version', 'unknown')})")


def heartbeats_of_all() -> Iterator[Finding]:
    heard = heartbeats.ages()
    if not heard:
        do = "Start it: systemctl start sanad.target, docker compose up, or make run."
        yield failed("processes", "nothing of Sanad has ever run over this database", do)
        return
    for name in (heartbeats.TICK, heartbeats.WATCHDOG, *(f"worker:{queue}" for queue in QUEUES)):
        yield heartbeat(name, heard)


def heartbeat(name: str, heard: dict[str, float]) -> Finding:
    check = {"tick": "beat"}.get(name, name.replace("worker:", "worker "))
    seconds = heard.get(name)
    unit = UNITS.get(name, name.replace("worker:", "sanad-worker@"))
    if is_stale(seconds):
        said = "has never shown life" if seconds is None else f"has shown no life for {seconds:.0f} s"
        return failed(check, said, f"Look at its log and start it again: journalctl -u, systemctl restart {unit}")
    alive = processes_of(name.removeprefix("worker:"), heard) if name.startswith("worker:") else 0
    return fine(check, f"showed life {seconds:.0f} s ago" + (f", {alive} at work" if alive else ""))


def deliveries() -> Iterator[Finding]:
    overdue, oldest = overdue_now()
    stuck = lapsed().count()
    unconfirmed = Delivery.objects.filter(state=DeliveryState.UNCONFIRMED).count()
    if overdue:
        do = "If processes are silent above, start them; else open Deliveries, which says why each waits."
        yield failed("deliveries", f"{overdue} are overdue, the oldest by {oldest:.0f} s", do)
    if stuck:
        yield failed("deliveries", f"{stuck} were left by a worker", "The sweeper runs in the queue `clock`: start it.")
    if unconfirmed:
        do = "They are looked up by themselves; where a network cannot be asked, a coordinator says what is live."
        yield warning("deliveries", f"{unconfirmed} are unconfirmed", do)
    if not (overdue or stuck or unconfirmed):
        yield fine("deliveries", "none is overdue, stuck or unconfirmed")
    if not Delivery.objects.exists():
        yield skipped("deliveries", "nothing was ever scheduled")
