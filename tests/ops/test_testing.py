"""What `make test` says and how it ends; and the services that it starts when none is running."""

import subprocess
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import redis

from ops import blueprint, services
from ops.own_servers import postgresql_programs
from ops.services import own_postgresql, own_redis, running_postgresql, running_redis
from ops.test import Tally, conclude

REPORT = '<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>'


FAILED = """<testsuite tests="2" failures="1" errors="0" skipped="0">
<testcase classname="tests.test_a" name="test_good"/>
<testcase classname="tests.test_a" name="test_bad"><failure message="assert 1 == 2&#10; where"/></testcase>
</testsuite>"""


def ending(tally: Tally) -> tuple[int, list[str]]:
    said: list[str] = []
    return conclude(tally, said.append), said


def test_the_last_line_counts_what_the_report_counts(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    tally = Tally()
    tally.read(tmp_path / "report.xml")
    code, said = ending(tally)
    assert (code, said[-1]) == (1, "tests: 3 passed, 2 failed, 2 skipped")


def test_what_failed_is_named_again_at_the_very_end(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(FAILED)
    tally = Tally()
    tally.read(tmp_path / "report.xml")
    assert "Failed: tests.test_a::test_bad: assert 1 == 2 where" in ending(tally)[1]


def test_a_run_without_a_test_is_not_a_good_one() -> None:
    assert ending(Tally())[0] == 1


def test_a_failed_check_fails_the_run_and_is_named() -> None:
    code, said = ending(Tally(passed=3, faults=["ruff check"]))
    assert code == 1
    assert "Not passed: ruff check" in said


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_what_could_not_be_had_fails_the_run_in_ci_only(ci: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", ci)
    ended, said = ending(Tally(passed=3, missing=["Chromium: the browser tests were skipped"]))
    assert ended == code
    assert said[-2].startswith("Missing: Chromium")


@pytest.mark.skipif(postgresql_programs() is None, reason="PostgreSQL's programs are not installed")
def test_a_cluster_of_our_own_takes_connections_and_ends_with_the_run() -> None:
    with ExitStack() as stack:
        address = own_postgresql(stack)
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address, connect_timeout=2)


def test_a_redis_of_our_own_answers_and_ends_with_the_run() -> None:
    with ExitStack() as stack:
        address = own_redis(stack)
        assert redis.Redis.from_url(address).ping()
    port = int(address.rsplit(":", 1)[1].split("/")[0])
    assert running_redis(port) == ""


def test_without_apt_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.services.shutil.which", lambda name: None)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("nothing may be run"))
    assert services.apt_install("chromium") is False


@pytest.mark.skipif(not running_postgresql(), reason="no PostgreSQL runs here")
def test_the_blueprint_is_made_once_and_holds_the_tables() -> None:
    address = running_postgresql()
    name = blueprint.blueprint(address)
    with psycopg.connect(address.rpartition("/")[0] + f"/{name}") as connection:
        assert connection.execute("SELECT count(*) FROM publishing_delivery").fetchone() == (0,)
        made = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", (name,)).fetchone()
    assert blueprint.blueprint(address) == name
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT oid FROM pg_database WHERE datname = %s", (name,)).fetchone() == made


@pytest.mark.parametrize(("said", "old"), [("", True), ("2001-01-01T00:00:00+00:00", True), ("now", False)])
def test_a_blueprint_that_nobody_used_for_days_is_old(said: str, old: bool) -> None:
    assert blueprint.is_old(datetime.now(UTC).isoformat() if said == "now" else said) is old
