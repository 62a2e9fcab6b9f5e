"""The database: whether it answers, is up to date and durable, opens with our keys, and has its trail sealed."""

from collections.abc import Iterator
from datetime import timedelta

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts import adapter as second_factors
from chain.models import Unsealed
from operating.doctor.findings import Finding, failed, fine, warning
from publishing.credentials import vault
from publishing.models import Application, Credential

OLDEST = (15,)
SEALED_WITHIN = timedelta(minutes=1)
USED = 0.8


def answers() -> Iterator[Finding]:
    name = f"{connection.vendor} at {connection.settings_dict.get('HOST') or 'this machine'}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        do = "Start the database, or mend DATABASE_URL."
        yield failed("database", f"{name} does not answer: {type(error).__name__}", do)
        return
    version = connection.get_database_version()
    if connection.vendor == "postgresql" and version < OLDEST:
        yield warning("database", f"PostgreSQL {version[0]}", "Sanad is tested on 15 and later.")
    yield fine("database", f"{name} answers")


def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    do = "Run `python -m ops.prepare`; the processes may go on running meanwhile."
    if waiting:
        first, _backwards = waiting[0]
        yield failed("migrations", f"{len(waiting)} wait, {first.app_label}.{first.name} first", do)
    elif settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        yield failed("migrations", "the table of the cache is missing", do)
    else:
        yield fine("migrations", "up to date")


def durability() -> Iterator[Finding]:
    """What PostgreSQL says is written must be written: a post whose record is lost could go out twice."""
    if connection.vendor != "postgresql":
        yield fine("durability", "SQLite, with a write-ahead log: for one machine, not for an institution")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')")
        off = [name for name, setting in cursor.fetchall() if setting == "off"]
    if off:
        do = "Turn it on in postgresql.conf: a post whose record is lost in a power cut could go out twice."
        yield failed("durability", f"off: {', '.join(sorted(off))}", do)
    else:
        yield fine("durability", "fsync and synchronous_commit are on")


def connections() -> Iterator[Finding]:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity")
        used, most = cursor.fetchone()
    said = f"{used} of {most} connections are in use"
    if used > most * USED:
        yield warning("connections", said, "Raise max_connections, or run fewer threads: docs/operations.md, Sizes.")
    else:
        yield fine("connections", said)


def sealed_with_our_keys() -> Iterator[Finding]:
    locked = sum(not opens(bytes(row)) for row in Credential.objects.values_list("sealed", flat=True))
    locked += sum(not opens(bytes(row)) for row in Application.objects.values_list("sealed", flat=True))
    factors = sum(not opens_factor(row) for row in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN))
    if locked or factors:
        do = "Put the key that sealed them behind the first in CREDENTIALS_KEY; lost, connect and set up anew."
        yield failed("sealed", f"no key of ours opens {locked} accesses and {factors} second factors", do)
    else:
        yield fine("sealed", "every stored access and second factor opens with our keys")


def opens(sealed: bytes) -> bool:
    try:
        vault(settings.CREDENTIALS_KEY).decrypt(sealed)
    except (InvalidToken, ValueError):
        return False
    return True


def opens_factor(row: Authenticator) -> bool:
    texts = [value for name, value in row.data.items() if name in second_factors.SEALED and isinstance(value, str)]
    try:
        for text in texts:
            second_factors.MfaAdapter().decrypt(text)
    except (InvalidToken, ValueError):
        return False
    return True


def trail() -> Iterator[Finding]:
    first = Unsealed.objects.select_related("event").order_by("event_id").first()
    waits = timezone.now() - first.event.at if first else timedelta(0)
    if waits > SEALED_WITHIN:
        do = "The sealer runs in the queue `default`: look at its worker. Then `manage.py verify_audit`."
        yield failed("audit trail", f"{Unsealed.objects.count()} events wait for their seal", do)
    else:
        yield fine("audit trail", "sealed up to now; `manage.py verify_audit` walks the whole of it")
