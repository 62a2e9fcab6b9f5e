"""What `make test` says and how it ends; and the services that it starts when none is running."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis

from ops import services
from ops.services import own_postgresql, own_redis, postgresql_programs, running_redis
from ops.test import Tally, conclude

REPORT = '<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>'


def ending(tally: Tally) -> tuple[int, list[str]]:
    said: list[str] = []
    return conclude(tally, said.append), said


def test_the_last_line_counts_what_the_report_counts(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    tally = Tally()
    tally.read(tmp_path / "report.xml")
    code, said = ending(tally)
    assert (code, said[-1]) == (1, "tests: 3 passed, 2 failed, 2 skipped")


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
