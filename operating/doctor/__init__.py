"""What `manage.py doctor` looks at: every check says what it found and, where something is wrong, what to do."""

from collections.abc import Callable, Iterator, Sequence

from django.db import DatabaseError

from operating.doctor import channels, clocks, database, installation, machine, processes
from operating.doctor.findings import Finding, Level, failed, skipped

Check = Callable[[], Iterator[Finding]]

WITHOUT_A_DATABASE: Sequence[Check] = (
    installation.addresses,
    installation.keys,
    installation.static_files,
    installation.catalogues,
    machine.disk,
    machine.letters,
    machine.videos,
    machine.time_zones,
    machine.mail,
    processes.broker,
)
WITH_A_DATABASE: Sequence[Check] = (
    database.migrations,
    database.durability,
    database.connections,
    database.sealed_with_our_keys,
    database.trail,
    processes.heartbeats_of_all,
    processes.deliveries,
    channels.access,
    clocks.of_the_database,
    clocks.of_the_networks,
)


def examine() -> list[Finding]:
    """Everything, in order; a check that cannot be made says so and the next one is made."""
    found = [finding for check in WITHOUT_A_DATABASE for finding in check()]
    reached = list(database.answers())
    found += reached
    if reached[0].level == Level.FAILED:
        return [*found, skipped("the rest", "needs the database")]
    for check in WITH_A_DATABASE:
        found += made(check)
    return found


def made(check: Check) -> list[Finding]:
    """An empty database has no tables to ask: that is what the check of migrations says."""
    try:
        return list(check())
    except DatabaseError as error:
        name = check.__name__.replace("_", " ")
        return [failed(name, f"could not be read: {type(error).__name__}", "Run `python -m ops.prepare`, then again.")]
