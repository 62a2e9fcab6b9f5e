"""Owns `make run` once the packages are there: prepares the installation, starts everything, says where it is.

Ends when it is told to (Ctrl-C, SIGTERM) and leaves nothing running.
"""

import fcntl
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import environment, keys, messages, ports, processes
from ops.console import Problem, Steps, fail
from ops.supervise import Child, Stopped, Supervisor, shown

FIRST_PAGE_SECONDS = 90.0


def main() -> int:
    steps = Steps()
    steps.began = float(os.environ.pop("SANAD_STARTED_AT", steps.began))
    load_dotenv(Path(".env"))
    var = environment.var_folder()
    try:
        with only_one(var):
            return _run(steps, var)
    except (Problem, messages.MessagesError) as problem:
        return fail(problem)


def _run(steps: Steps, var: Path) -> int:
    keys.ensure(var)
    messages.compile_all()
    chosen = ports.choose(var)
    surroundings = environment.embedded(var, chosen, os.environ)
    supervisor = Supervisor(surroundings, var / "log")
    supervisor.catch_signals()
    try:
        _bring_up(supervisor, steps, var, chosen)
        supervisor.watch()
    except Stopped:
        print("\nStopping…", flush=True)
    finally:
        supervisor.stop()
    print("Stopped. Nothing is left running; what you did is kept in", shown(var), flush=True)
    return 0


def _bring_up(supervisor: Supervisor, steps: Steps, var: Path, chosen: dict[str, int]) -> None:
    services = supervisor.start(*_services(supervisor, chosen, var))
    supervisor.run("prepare", (sys.executable, "-m", "ops.prepare", "--demo"), steps.say)
    supervisor.wait_for(services, 20)
    steps.say("Starting web, workers, beat and watchdog")
    web, *others = processes.product(chosen["PORT"], var)
    first = supervisor.start(web)
    _wait_for_page(supervisor, first[0], chosen["PORT"])
    supervisor.start(*others)
    steps.say("The first page answers")
    print(welcome(var, chosen), flush=True)


def _services(supervisor: Supervisor, chosen: dict[str, int], var: Path) -> list[processes.Process]:
    services = [processes.sandbox(chosen["SANDBOX_PORT"], chosen["SMTP_PORT"], var, environment.SPEED)]
    if not os.environ.get("REDIS_URL"):
        services.append(processes.broker(chosen["BROKER_PORT"], var))
    return services


def _wait_for_page(supervisor: Supervisor, web: Child, port: int) -> None:
    supervisor.wait_for([web], FIRST_PAGE_SECONDS)
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while not first_page_answers(port):
        if time.monotonic() > deadline:
            raise Problem(f"The first page does not answer: see {shown(web.log)}.")
        supervisor.pause(0.1)


def first_page_answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
            return bool(answer.status < 400)
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            raise Problem("The first page answers with an error: see var/log/web.log.") from error
        return True
    except OSError:
        return False


def welcome(var: Path, chosen: dict[str, int]) -> str:
    lines = [
        "",
        f"  Sanad      http://127.0.0.1:{chosen['PORT']}/",
        f"  The phone  http://127.0.0.1:{chosen['SANDBOX_PORT']}/phone",
        "             (mails, notices and second-factor codes of the demonstration's people)",
        f"  Networks   http://127.0.0.1:{chosen['SANDBOX_PORT']}/  (simulated on this machine; nothing leaves it)",
        *_logins(var / "demo-people.json"),
        "",
        f"  Logs in {shown(var / 'log')}. Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def _logins(file: Path) -> Iterator[str]:
    people = json.loads(file.read_text(encoding="utf-8")).get("people", []) if file.exists() else []
    if people:
        yield ""
        yield "  Sign in as (the code asked for second is on the phone):"
    for one in people:
        label = one.get("role_label", "")
        role = label.get("en", "") if isinstance(label, dict) else label
        yield f"    {one.get('email', ''):<34} {one.get('password', ''):<20} {role}"


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """One running Sanad per data folder. Raises Problem for the second."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(f"Sanad is running already over {shown(var)}. Stop it first, or set SANAD_VAR.") from None
        yield


def load_dotenv(file: Path) -> None:
    """Take NAME=value lines of the person's own settings; the real environment goes before them."""
    if not file.exists():
        return
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    for name, value in (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")):
        os.environ.setdefault(name.strip(), value.strip().strip("'\""))


if __name__ == "__main__":
    sys.exit(main())
