"""`manage.py doctor` finds what is wrong, says what to do, ends with 1 when something failed, and tells no secret."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from chain import heartbeats
from chain.models import Event, Heartbeat, Unsealed
from operating import doctor
from operating.doctor import database
from publishing import credentials
from publishing.health import QUEUES
from publishing.lifecycle import ChannelState, DeliveryState
from publishing.models import Channel, Credential, Delivery
from tests.deliveries import make_campaign, make_channel, make_delivery, make_variant, sign
from tests.people import People, actor_of

pytestmark = pytest.mark.django_db
EVERYONE = ("tick", "watchdog", *(f"worker:{queue}" for queue in QUEUES))
TOKEN = "token-that-nobody-reads"


@pytest.fixture(autouse=True)
def _whole(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files gathered, all processes alive: what each test breaks is all that is wrong.

    A PostgreSQL that the suite starts for itself writes without fsync, rightly so: that is left out.
    """
    kept = [check for check in doctor.WITH_A_DATABASE if check.__name__ != "durability"]
    if any(finding.level == "failed" for finding in database.durability()):
        monkeypatch.setattr(doctor, "WITH_A_DATABASE", kept)
    gathered, sources = tmp_path / "gathered", tmp_path / "sources"
    for folder in (gathered, sources):
        folder.mkdir()
    for name in ("x.woff2", ".stamp"):  # a hidden file is no page's
        (sources / name).touch()
    (gathered / "staticfiles.json").write_text(json.dumps({"paths": {"x.woff2": "x.1.woff2"}}))
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = gathered, [sources]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.NETWORK_URLS = {}
    for name in EVERYONE:
        heartbeats.beat(name)


def examined(capsys: Any) -> tuple[int, list[dict[str, str]], str]:
    """Exit code, findings, and the whole output."""
    code = 0
    try:
        call_command("doctor", "--json")
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr().out
    return code, json.loads(said)["findings"], said


def of(found: list[dict[str, str]], check: str, *levels: str) -> list[dict[str, str]]:
    return [one for one in found if one["check"] == check and one["level"] in levels]


def test_nothing_is_wrong_where_nothing_is_wrong(capsys: Any, people: People) -> None:
    code, found, _said = examined(capsys)
    assert [one for one in found if one["level"] == "failed"] == []
    assert code == 0
    looked_at = {one["check"] for one in found}
    assert looked_at >= {
        "settings", "keys", "static files", "catalogues", "disk", "letters", "time zones", "mail", "broker", "database",
        "migrations", "sealed", "audit trail", "beat", "watchdog", "worker publishing", "deliveries",
        "channels", "clock",
    }  # fmt: skip


def test_whatever_is_wrong_comes_with_what_to_do(capsys: Any) -> None:
    Heartbeat.objects.all().delete()
    code, found, _said = examined(capsys)
    assert code == 1
    assert [one for one in found if one["level"] in ("failed", "warning") and not one["do"]] == []


@pytest.mark.parametrize("name", EVERYONE)
def test_a_silent_process_is_named_with_its_unit(capsys: Any, name: str) -> None:
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - timedelta(minutes=5))
    code, found, _said = examined(capsys)
    (wrong,) = [one for one in found if one["level"] == "failed"]
    assert (code, "no life for 300 s" in wrong["said"]) == (1, True)
    assert "sanad-" in wrong["do"]


def test_what_production_must_not_have_is_found(capsys: Any, settings: Any) -> None:
    settings.PRODUCTION, settings.ALLOWED_HOSTS, settings.BASE_URL = True, ["*"], "http://sanad.test"
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = True, None
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    _code, found, _said = examined(capsys)
    said = " / ".join(one["said"] for one in of(found, "settings", "failed"))
    for word in ("SANAD_BASE_URL", "lacks the host", "lets every name in", "no proxy is trusted"):
        assert word in said
    assert of(found, "mail", "failed")


def test_a_key_that_is_none_is_found_and_not_shown(capsys: Any, settings: Any, people: People) -> None:
    settings.CREDENTIALS_KEY = "no-key-of-fernet"
    settings.SECRET_KEY = "short-secret"
    code, found, said = examined(capsys)
    assert len(of(found, "keys", "failed")) == 2
    assert code == 1
    assert "no-key-of-fernet" not in said
    assert "short-secret" not in said


def test_an_access_that_no_key_opens_is_counted(capsys: Any, people: People) -> None:
    channel = make_channel(people.rabita, people.carla, token=TOKEN)
    Credential.objects.filter(channel=channel).update(sealed=Fernet(Fernet.generate_key()).encrypt(b"{}"))
    _code, found, _said = examined(capsys)
    (wrong,) = of(found, "sealed", "failed")
    assert "1 accesses and 0 second factors" in wrong["said"]


def test_a_change_of_keys_under_way_is_a_warning(capsys: Any, settings: Any) -> None:
    settings.CREDENTIALS_KEY = f"{Fernet.generate_key().decode()},{settings.CREDENTIALS_KEY}"
    code, found, _said = examined(capsys)
    assert "reencrypt_credentials" in of(found, "keys", "warning")[0]["do"]
    assert code == 0


def test_no_secret_is_told(capsys: Any, people: People, settings: Any) -> None:
    channel = make_channel(people.rabita, people.carla, token=TOKEN)
    credentials.store(channel, {"access_token": TOKEN}, expires_at=timezone.now() - timedelta(days=1))
    settings.REDIS_URL = "redis://:secret-of-redis@127.0.0.1:1/0"
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT, settings.EMAIL_HOST_PASSWORD = 1, "secret-of-mail"
    code, found, said = examined(capsys)
    assert code == 1
    assert {one["check"] for one in found if one["level"] == "failed"} >= {"broker", "mail", "channels"}
    hidden = [TOKEN, "secret-of-redis", "secret-of-mail", settings.SECRET_KEY, settings.CREDENTIALS_KEY]
    assert [secret for secret in hidden if secret in said] == []


@pytest.mark.parametrize(
    ("fields", "level", "word"),
    [
        ({"state": ChannelState.RECONNECT}, "failed", "must be connected again"),
        ({"state": ChannelState.HELD, "state_reason": "disclosure"}, "warning", "is held (disclosure)"),
        ({"checks_failed": 3}, "warning", "could not be read 3 times"),
    ],
)
def test_a_channel_in_trouble_is_named_with_what_depends_on_it(
    capsys: Any, people: People, fields: dict[str, Any], level: str, word: str
) -> None:
    channel = make_channel(people.rabita, people.carla)
    Channel.objects.filter(pk=channel.pk).update(**fields)
    _code, found, _said = examined(capsys)
    (wrong,) = of(found, "channels", level)
    assert word in wrong["said"]
    assert channel.handle in wrong["said"]


def test_an_access_that_ends_soon_is_told_with_the_posts_that_depend_on_it(capsys: Any, people: People) -> None:
    delivery = a_delivery(people)
    credentials.store(delivery.channel, {"access_token": TOKEN}, expires_at=timezone.now() + timedelta(days=3))
    _code, found, _said = examined(capsys)
    (wrong,) = of(found, "channels", "warning")
    assert "ends in 3.0 days; 1 posts depend on it" in wrong["said"]


def a_delivery(people: People) -> Delivery:
    channel = make_channel(people.rabita, people.carla)
    variant = sign(
        make_variant(make_campaign(people.rabita, people.carla), channel, people.alice), people.bob, people.basma
    )
    return make_delivery(variant, people.carla, due_at=timezone.now() - timedelta(minutes=10))


def test_overdue_and_unconfirmed_posts_are_told(capsys: Any, people: People) -> None:
    delivery = a_delivery(people)
    assert "1 are overdue" in of(examined(capsys)[1], "deliveries", "failed")[0]["said"]
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.UNCONFIRMED)
    assert "1 are unconfirmed" in of(examined(capsys)[1], "deliveries", "warning")[0]["said"]


def test_a_sealer_that_stands_is_told(capsys: Any, people: People) -> None:
    from chain.trail import record

    record("channel.checked", make_channel(people.rabita, people.carla), actor=actor_of(people.carla))
    assert Unsealed.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        _code, found, _said = examined(capsys)
    assert f"{Event.objects.count()} events wait" in of(found, "audit trail", "failed")[0]["said"]


def test_a_migration_that_waits_is_told(capsys: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'chain' AND name = '0005_alarms'")
    _code, found, _said = examined(capsys)
    assert "chain.0005_alarms first" in of(found, "migrations", "failed")[0]["said"]


def test_a_database_that_is_away_leaves_the_other_checks_standing(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("password=secret-of-the-database")

    monkeypatch.setattr(connection, "cursor", away)
    code, found, said = examined(capsys)
    assert (code, "secret-of-the-database" in said) == (1, False)
    assert of(found, "database", "failed")
    assert of(found, "the rest", "skipped")
    assert of(found, "disk", "ok", "warning")


def test_a_clock_that_is_wrong_is_found_by_asking_the_database_and_the_broker(capsys: Any) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        _code, found, _said = examined(capsys)
    wrong = {one["said"].split(" is ")[0] for one in of(found, "clock", "failed")}
    assert wrong == ({"the database", "the broker"} if connection.vendor == "postgresql" else {"the broker"})


@pytest.fixture
def network_clock() -> Iterator[tuple[str, dict[str, timedelta]]]:
    """The address of a server whose Date is off by `off["by"]`."""
    off = {"by": timedelta(0)}

    class Answers(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(404)
            self.send_header("Date", format_datetime(timezone.now() + off["by"], usegmt=True))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", off
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("by", "level"), [(0, "ok"), (20, "warning"), (-120, "failed")])
def test_a_clock_that_is_wrong_is_found_by_the_networks_own(
    capsys: Any, settings: Any, network_clock: tuple[str, dict[str, timedelta]], by: int, level: str
) -> None:
    address, off = network_clock
    off["by"] = timedelta(seconds=by)
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS, settings.NETWORK_URLS = True, {"mastodon": f"{address}/mastodon"}
    _code, found, _said = examined(capsys)
    assert len([one for one in of(found, "clock", level) if address in one["said"]]) == 1


def test_a_network_that_cannot_be_reached_is_a_warning(capsys: Any, settings: Any) -> None:
    settings.NETWORKS_ALLOW_PRIVATE_HOSTS, settings.NETWORK_URLS = True, {"mastodon": "http://127.0.0.1:1/x?token=y"}
    code, found, said = examined(capsys)
    assert "does not answer" in of(found, "clock", "warning")[0]["said"]
    assert (code, "token" in said) == (0, False)


def test_little_room_is_told(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "operating.doctor.machine.shutil.disk_usage", lambda _path: type("Room", (), {"free": 10 * 1024**2})()
    )
    code, found, _said = examined(capsys)
    assert (code, len(of(found, "disk", "failed"))) == (1, 2)


def test_letters_that_cannot_be_drawn_are_told_with_the_package(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operating.doctor.machine.features.check", lambda _feature: False)
    assert "libfribidi0" in of(examined(capsys)[1], "letters", "warning")[0]["do"]


def test_files_that_were_not_gathered_are_told(capsys: Any, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "sources" / "late.css").touch()
    assert "1 are not gathered, late.css" in of(examined(capsys)[1], "static files", "failed")[0]["said"]
    (tmp_path / "gathered" / "staticfiles.json").unlink()
    assert "ops.prepare" in of(examined(capsys)[1], "static files", "failed")[0]["do"]


def test_catalogues_that_were_not_compiled_are_told(capsys: Any, settings: Any, tmp_path: Path) -> None:
    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text("")
    settings.LOCALE_PATHS = [tmp_path]
    assert "not compiled: ar" in of(examined(capsys)[1], "catalogues", "failed")[0]["said"]


def test_the_lines_for_a_person_say_the_same(capsys: Any) -> None:
    Heartbeat.objects.filter(name="watchdog").delete()
    with pytest.raises(SystemExit):
        call_command("doctor")
    said = capsys.readouterr().out
    assert "XX  watchdog: has never shown life" in said
    assert "systemctl restart sanad-watchdog" in said
    assert "1 failed" in said


def test_settings_that_are_not_whole_are_one_sentence(repository: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"], cwd=repository, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "SANAD_ENV": "production", "SANAD_VAR": str(tmp_path)}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("The settings are not whole: SECRET_KEY is not set.")
    assert "Traceback" not in done.stderr
