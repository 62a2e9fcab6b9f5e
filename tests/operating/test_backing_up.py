"""A backup is restored into an empty database by the commands themselves, and its audit trail verified there."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from campaigns.media import path_of, write_once
from chain import sealing
from chain.models import Notice
from chain.trail import record
from publishing import restored
from publishing.lifecycle import DeliveryState
from publishing.models import Delivery
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, mark_published, sign
from tests.people import People, actor_of

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = b"a picture, as far as a copy is concerned"
DIGEST = "ab" * 32


@pytest.fixture
def delivery(people: People) -> Delivery:
    """An institution at work: one post out, one that waits, a picture, acts in the trail, somebody signed in."""
    channel = make_channel(people.rabita, people.carla)
    campaign = make_campaign(people.rabita, people.carla)
    signers = (people.bob, people.basma)
    mark_published(make_delivery(sign(make_variant(campaign, channel, people.alice), *signers), people.carla))
    waiting = make_delivery(sign(make_variant(campaign, channel, people.alice), *signers), people.carla)
    write_once(path_of(people.rabita.pk, DIGEST), PICTURE)
    for number in range(5):
        record("channel.connected", channel, actor=actor_of(people.carla), data={"number": number})
    sealing.seal_batch()
    record("channel.checked", channel, actor=actor_of(people.carla))
    Session.objects.create(session_key="k" * 32, session_data="x", expire_date=timezone.now())
    return waiting


@pytest.fixture
def backup(delivery: Delivery, tmp_path: Path) -> Path:
    call_command("backup", tmp_path / "backups")
    (made,) = (tmp_path / "backups").iterdir()
    return made


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table, on the same server; dropped afterwards.

    It belongs to a user of its own who is nothing more than its owner, as in production.
    """
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'restored.sqlite3'}"
        return
    name, at = f"test_restored_{uuid.uuid4().hex[:12]}", connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
        cursor.execute(f"CREATE DATABASE {name} OWNER {name}")
    yield f"postgresql://{name}:{name}@{at['HOST']}:{at['PORT'] or 5432}/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        cursor.execute(f"DROP ROLE {name}")


class Elsewhere:
    """The commands over another database, as an operator runs them on a new machine."""

    def __init__(self, database: str, folder: Path) -> None:
        self.media = folder / "media-there"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
            "DATABASE_URL": database, "MEDIA_ROOT": str(self.media), "SANAD_VAR": str(folder),
            "SECRET_KEY": "another", "CREDENTIALS_KEY": settings.CREDENTIALS_KEY, "REDIS_URL": settings.REDIS_URL,
            "BROKER_PREFIX": f"{uuid.uuid4()}:", "EMAIL_URL": "dummymail://",
        }  # fmt: skip

    def manage(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command,
            env=self.environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )

    def counted(self, model: str) -> dict[str, int]:
        lines = (
            "from django.apps import apps", "from collections import Counter", "import json",
            f"print(json.dumps(Counter(apps.get_model({model!r}).objects.values_list('state', flat=True))))",
        )  # fmt: skip
        found: dict[str, int] = json.loads(self.manage("shell", "-v", "0", "-c", "\n".join(lines)).stdout)
        return found


def test_a_backup_is_restored_into_an_empty_database_where_the_trail_holds(
    backup: Path, empty: str, tmp_path: Path, people: People
) -> None:
    there = Elsewhere(empty, tmp_path)
    done = there.manage("restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert "the audit trail holds: 5 sealed events" in done.stdout
    verified = there.manage("verify_audit")
    assert (verified.returncode, "the audit trail holds" in verified.stdout) == (0, True), verified.stderr
    assert (there.media / path_of(people.rabita.pk, DIGEST).relative_to(settings.MEDIA_ROOT)).read_bytes() == PICTURE
    assert there.counted("publishing.Delivery") == {"published": 1, "held": 1}
    again = there.manage("restore", str(backup))
    assert again.returncode != 0
    assert "The database is not empty" in again.stderr


def test_a_damaged_backup_is_refused_before_anything_is_written(backup: Path, empty: str, tmp_path: Path) -> None:
    picture = next(path for path in (backup / "media").rglob("*") if path.is_file())
    picture.write_bytes(b"another picture")
    there = Elsewhere(empty, tmp_path)
    done = there.manage("restore", str(backup))
    assert done.returncode != 0
    assert "The backup is damaged" in done.stderr
    assert not there.media.exists()


def test_a_database_that_holds_something_is_never_restored_into(backup: Path) -> None:
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", backup)
    assert Delivery.objects.filter(state=DeliveryState.PENDING).count() == 1


def test_a_manifest_that_points_out_of_its_folder_is_refused(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (backup.parent / "outside").write_bytes(b"x")
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["files"]["../outside"] = ["2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", 1]
    (backup / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr("operating.databases.is_empty", lambda: True)
    monkeypatch.setattr("operating.restoring.has_files", lambda folder: False)
    with pytest.raises(CommandError, match="damaged"):
        call_command("restore", backup)


def test_a_backup_holds_neither_keys_nor_sessions_and_only_its_owner_reads_it(backup: Path, capsys: Any) -> None:
    files = [path for path in backup.rglob("*") if path.is_file()]
    whole = b"".join(path.read_bytes() for path in files)
    assert settings.SECRET_KEY.encode() not in whole
    assert settings.CREDENTIALS_KEY.encode() not in whole
    assert ("k" * 32).encode() not in whole
    assert all(path.stat().st_mode & 0o077 == 0 for path in (*files, backup))
    assert set(json.loads((backup / "manifest.json").read_text())["files"]) == {
        str(path.relative_to(backup)) for path in files if path.name != "manifest.json"
    }


def test_backup_says_how_to_keep_the_keys(delivery: Delivery, tmp_path: Path, capsys: Any) -> None:
    call_command("backup", tmp_path)
    assert "The keys are not in it" in capsys.readouterr().err


def test_a_backup_that_failed_leaves_nothing_under_a_backups_name(
    delivery: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(file: Path) -> None:
        raise CommandError("no room")

    monkeypatch.setattr("operating.databases.write_to", fails)
    with pytest.raises(CommandError):
        call_command("backup", tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".partial"]


def test_what_waited_is_held_after_a_restore_and_told_in_one_notice(people: People, delivery: Delivery) -> None:
    assert restored.hold_what_waited() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (DeliveryState.HELD, "restored")
    assert [notice.user for notice in Notice.objects.filter(kind="restored")] == [people.carla]
    assert restored.hold_what_waited() == 0
