"""Owns `make test`: everything that CI runs, in order, with one closing line and an exit code that means it.

`python -m ops.test [lint|types|tests [pytest arguments]|coverage]`; without a word, all of it on PostgreSQL and again
on SQLite. `coverage` runs the same tests measured, which takes twice as long.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ops import venv
from ops.console import Problem, fail
from ops.frontend import FrontendError, install, lighten

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "test"
NO_TESTS, SOME_FAILED = 5, 1
WHY_LENGTH = 300
INSIDE = "SANAD_TEST_INSIDE"
UNWANTED = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SANAD_ENV", "PYTHONDONTWRITEBYTECODE"}
"""Of the person's environment. The last one would have every process of a run compile the same thousand files."""
LINT = {
    "ruff check": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "imports": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    "catalogues": ("-m", "ops.messages", "check"),
    "migrations": ("manage.py", "makemigrations", "--check", "--dry-run"),
}
COLLECTION = {"collection": ("-m", "pytest", "--collect-only", "-qq")}
"""Tests that cannot be read are told of at once; and each process that runs them finds them compiled."""
TYPES = {"mypy --strict": ("-m", "mypy")}


@dataclass
class Tally:
    """What the run came to: counts of tests, checks that failed, and what could not be had."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def read(self, report: Path) -> None:
        if not report.exists():
            return
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            self.passed += max(0, total - skipped - failed)
            self.failed += failed
            self.skipped += skipped
            self.broken += [_named(case, fault) for case in suite.iter("testcase") for fault in _faults_of(case)]

    def is_good(self) -> bool:
        lacks = bool(self.missing) and os.environ.get("CI") == "true"
        return not self.failed and not self.faults and not lacks and self.passed > 0


def _faults_of(case: ElementTree.Element) -> list[ElementTree.Element]:
    return [*case.iter("failure"), *case.iter("error")]


def _named(case: ElementTree.Element, fault: ElementTree.Element) -> str:
    """A test that failed, in one line with the first words of why."""
    why = " ".join((fault.get("message") or "").split())[:WHY_LENGTH]
    return f"{case.get('classname', '')}::{case.get('name', '')}: {why}"


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    if os.environ.get(INSIDE) != "1":
        return _enter(arguments)
    prepare()
    word, rest = (arguments[0], arguments[1:]) if arguments else ("all", [])
    tally = Tally()
    if word == "lint":
        return _checks(tally, LINT)
    if word == "types":
        return _checks(tally, TYPES)
    if word not in {"all", "tests", "coverage"}:
        print(__doc__)
        return 2
    if word == "all":
        _checks(tally, TYPES, {**LINT, **COLLECTION})
    run_tests(tally, rest, whole=word != "tests", measured=word == "coverage")
    return conclude(tally)


def _enter(arguments: Sequence[str]) -> int:
    """Have the packages, then go on under the environment's own Python."""
    try:
        venv.ensure("requirements.txt")
        venv.ensure("requirements-dev.txt")
        install()
        lighten()
    except (Problem, FrontendError) as problem:
        return fail(problem)
    os.environ[INSIDE] = "1"
    os.execv(str(venv.PYTHON), [str(venv.PYTHON), "-m", "ops.test", *arguments])
    raise AssertionError("execv does not return")


def prepare() -> None:
    """Secrets and catalogues of a test installation, apart from the person's own in var/."""
    from ops import keys, messages

    keys.ensure(VAR)
    messages.compile_all()
    os.environ["SANAD_VAR"] = str(VAR)
    (VAR / "static").mkdir(exist_ok=True)
    for name in UNWANTED & set(os.environ):
        del os.environ[name]


def run_tests(tally: Tally, arguments: Sequence[str], *, whole: bool, measured: bool = False) -> None:
    """All tests on PostgreSQL, then those marked embedded on SQLite. Some tests: only the first."""
    from ops.blueprint import blueprint, blueprint_file
    from ops.services import services

    cover = ("--cov", "--cov-report=") if measured else ()
    with services() as found:
        tally.missing += found.missing
        if not found.environment.get("REDIS_URL"):
            tally.missing.append("Redis: no server, and the one of the broker's package did not start")
        if found.environment.get("DATABASE_URL"):
            found.environment["TEST_DB_TEMPLATE"] = blueprint(found.environment["DATABASE_URL"])
        pytest("PostgreSQL", (*parallel(arguments), *cover, *arguments), found.environment, tally)
        if whole:
            embedded = {
                name: value for name, value in found.environment.items() if not name.startswith(("DATABASE", "TEST_DB"))
            }
            embedded["TEST_DB_TEMPLATE"] = str(blueprint_file(VAR))
            more = ("--cov-append",) if measured else ()
            pytest("SQLite", ("-m", "embedded", *parallel(()), *cover, *more), embedded, tally)
    if measured:
        _step("coverage", ("-m", "coverage", "report", "--skip-covered", "--sort=cover"), tally)


def parallel(arguments: Sequence[str]) -> Sequence[str]:
    """One process more than cores: a test that drives a browser or waits for a worker leaves its core idle."""
    return () if arguments else ("-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist", "loadgroup")


def pytest(label: str, arguments: Sequence[str], found: Mapping[str, str], tally: Tally) -> None:
    report = VAR / f"report-{label.lower()}.xml"
    report.unlink(missing_ok=True)
    environment = {**os.environ, **found, "TEST_DB_SUFFIX": f"{label.lower()}_{os.getpid()}"}
    command = (sys.executable, "-m", "pytest", "-q", "-ra", "--durations=10", f"--junitxml={report}", *arguments)
    print(f"\n── tests on {label}", flush=True)
    code = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
    before = tally.failed
    tally.read(report)
    if code == NO_TESTS:
        tally.faults.append(f"no test ran on {label}")
    elif code and (code != SOME_FAILED or tally.failed == before):
        tally.faults.append(f"pytest on {label} broke off with code {code}")


def _checks(tally: Tally, *lanes: Mapping[str, Sequence[str]]) -> int:
    """The checks of a lane one after the other, the lanes beside each other."""

    def walk(lane: Mapping[str, Sequence[str]]) -> None:
        for name, command in lane.items():
            _step(name, command, tally)

    with ThreadPoolExecutor(len(lanes)) as pool:
        list(pool.map(walk, lanes))
    return 1 if tally.faults else 0


def _step(name: str, command: Sequence[str], tally: Tally) -> None:
    """What it says is shown when it ends, in one piece: another may run beside it."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )  # fmt: skip
    ending = f"   {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s"
    said = done.stdout if done.returncode or name not in COLLECTION else ""
    print(f"\n── {name}\n{said}{ending}", flush=True)
    if done.returncode:
        tally.faults.append(name)


def conclude(tally: Tally, say: Callable[[str], None] = print) -> int:
    say("")
    for one in tally.broken:
        say(f"Failed: {one}")
    if tally.faults:
        say(f"Not passed: {', '.join(tally.faults)}")
    for one in tally.missing:
        say(f"Missing: {one}")
    say(f"tests: {tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 0 if tally.is_good() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
