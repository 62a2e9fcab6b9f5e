"""Walks /api/v1/ with requests drawn from its own description, right and wrong ones, in this process over WSGI.

What a request does is undone before the next one: every request meets the same institution, and none leaves it. Half of
the requests are about the walker's own objects, a quarter about another institution's, of which nothing may be told.
Shared by tests/config/test_api_schema_walk.py and benchmarks/api.py.
"""

import statistics
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core.signals import got_request_exception, request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from tests.api_cast import Ids, Walked
from tests.institution import MARK

Drawn = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
CSRF = "c" * 32
PHASES = (Phase.generate,)
ABOUT = ("own", "own", "foreign", "drawn")
JSON = "application/json"
KINDS = {
    "media": "media", "deliveries": "delivery", "bulk-acts": "bulk", "freezes": "hold", "role-grants": "grant",
}  # fmt: skip
"""The kind of object under the first word of an address, where it is not that word without its s."""
FIELDS = {"person": "user", "to": "user", "people": "user", "user": "user"}
"""The same for the name of a field or parameter."""


@dataclass
class Walk:
    """What came of it: answers by status, what must not be, and the seconds of each operation's requests.

    `broken` notes each 5xx, `leaks` what was told of another institution, `undescribed` statuses that the description
    does not name, `unlike` what a sound request was answered with other than described, `sound` its answer.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    undescribed: Counter[str] = field(default_factory=Counter)
    unlike: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    sound: dict[str, str] = field(default_factory=dict)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    operations: int = 0

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    def took(self, share: int) -> float:
        """Milliseconds under which this share of a hundred of all requests was answered."""
        every = [one for some in self.seconds.values() for one in some]
        return round(statistics.quantiles(every, n=100)[share - 1] * 1000, 1)

    def slowest(self, count: int) -> dict[str, float]:
        """Median milliseconds of the slowest operations."""
        medians = {label: round(statistics.median(took) * 1000, 1) for label, took in self.seconds.items()}
        return dict(sorted(medians.items(), key=lambda pair: -pair[1])[:count])


def walk(browser: Client, house: Walked, *, requests: int, number: int = 27) -> Walk:
    """At least `requests` requests, spread evenly over the operations; `browser` is the walker's, signed in.

    First each operation's sound request, then drawn ones. `number` seeds the draw.
    """
    done = Walk()
    session = Session(browser, house, done)
    with one_connection():
        schema = schemathesis.openapi.from_wsgi(
            "/api/v1/schema/?format=json", get_wsgi_application(), config=signed_in()
        )
        operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        done.operations = len(operations)
        for operation in operations:
            session.ask_soundly(operation)
        while done.requests < requests:
            wanted = requests - done.requests
            for operation in operations[:: max(1, len(operations) // wanted)]:
                try_out(operation, session, -(-wanted // len(operations)), number)
            number += 1
    return done


def signed_in() -> schemathesis.Config:
    """No drawn Authorization header in place of the session's cookie."""
    config = schemathesis.Config()
    config.projects.default.generation.with_security_parameters = False
    return config


@contextmanager
def one_connection() -> Iterator[None]:
    """No request closes the database connection, whose open transaction is what undoes them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


class Session:
    """Sends a request as the signed-in browser would, cookie and CSRF header included, and notes what came of it."""

    def __init__(self, browser: Client, house: Walked, done: Walk) -> None:
        self.cookies = {"sessionid": browser.cookies["sessionid"].value, "csrftoken": CSRF}
        self.headers = {"X-CSRFToken": CSRF, "Accept-Encoding": "identity"}
        self.house, self.done = house, done

    def ask_soundly(self, operation: Operation) -> None:
        case = operation.Case(path_parameters=dict.fromkeys(parameters_of(operation), 1), query={})
        aim(case, self.house.own, 0)
        self.make_sound(case, is_own=True)
        answer = self.send(case, is_foreign=False)
        self.compare(operation, answer)
        said = answer.json().get("detail", "") if answer.status_code >= 400 else ""
        self.done.sound[operation.label] = f"{answer.status_code} {said}".strip()

    def compare(self, operation: Operation, answer: Any) -> None:
        """Whether what is answered is what the description says of it."""
        try:
            operation.validate_response(answer)
        except Failure as unlike:
            self.done.unlike.append(f"{answer.status_code} {operation.label}: {unlike.message}"[:600])
        except FailureGroup as several:
            self.done.unlike += [f"{answer.status_code} {operation.label}: {one}"[:600] for one in several.exceptions]

    def ask(self, case: Drawn, about: str, which: int, is_sound: bool) -> None:
        if is_sound:
            self.make_sound(case, is_own=about == "own")
        is_aimed = False
        if about != "drawn" and not (is_sound and about == "own"):
            is_aimed = aim(case, self.house.foreign if about == "foreign" else self.house.own, which)
        self.send(case, is_foreign=is_aimed and about == "foreign")

    def make_sound(self, case: Drawn, *, is_own: bool) -> None:
        sound = self.house.sound.get(case.operation.label)
        if sound is None:
            return
        if sound.body is not None:
            case.body = dict(sound.body)
            case.media_type = JSON if JSON in bodies_of(case.operation) else bodies_of(case.operation)[0]
        case.query.update(sound.query)
        if is_own:
            case.path_parameters.update(sound.path)

    def send(self, case: Drawn, *, is_foreign: bool) -> Any:
        label = case.operation.label
        with undone() as raised:
            began = time.perf_counter()
            answer = case.call(headers=self.headers, cookies=self.cookies)
            self.done.seconds[label].append(time.perf_counter() - began)
        self.note(case, label, answer, raised, is_foreign)
        return answer

    def note(self, case: Drawn, label: str, answer: Any, raised: list[str], is_foreign: bool) -> None:
        status = int(answer.status_code)
        self.done.statuses[status] += 1
        self.done.done[label] += status < 300
        if status >= 500:
            self.done.broken.append(f"{status} {label} {case.as_curl_command()}\n{''.join(raised)}")
        if str(status) not in case.operation.definition.raw["responses"]:
            self.done.undescribed[f"{status} {label}"] += 1
        if (is_foreign and status < 400) or MARK.encode() in answer.content:
            self.done.leaks.append(f"{status} {label} {case.as_curl_command()}")


def parameters_of(operation: Operation) -> list[str]:
    return [word[1:-1] for word in operation.path.replace("-", "/").split("/") if word.startswith("{")]


def bodies_of(operation: Operation) -> list[str]:
    return list(operation.definition.raw.get("requestBody", {}).get("content", {}))


def aim(case: Drawn, ids: Ids, which: int) -> bool:
    """Let a request be about objects that there are: in its address (whether it is), behind the `?`, in its body."""
    aimed = False
    word = case.operation.path.removeprefix("/api/v1/").partition("/")[0]
    if known := ids.get(KINDS.get(word, word.removesuffix("s"))) or ids.get(word.removesuffix("s").removesuffix("e")):
        for name in {"id", "pk"} & set(case.path_parameters or {}):
            case.path_parameters[name], aimed = known[which % len(known)], True
    for place in (case.body, case.query):
        if isinstance(place, dict):
            point(place, ids, which)
    return aimed


def point(place: dict[str, Any], ids: Ids, which: int) -> None:
    for name, value in place.items():
        if known := ids.get(FIELDS.get(name, name)) or ids.get(KINDS.get(name, name.removesuffix("s"))):
            pk = known[which % len(known)]
            place[name] = [pk] if isinstance(value, list) else pk


def try_out(operation: Operation, session: Session, times: int, number: int) -> None:
    drawn = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @seed(number)
    @settings(max_examples=times, phases=PHASES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=drawn, about=st.sampled_from(ABOUT), which=st.integers(0, 7), is_sound=st.booleans())
    def one(case: Drawn, about: str, which: int, is_sound: bool) -> None:
        session.ask(case, about, which, is_sound)

    one()


@contextmanager
def undone() -> Iterator[list[str]]:
    """Take back whatever happens inside; the list has the traceback of what the product did not catch."""
    raised: list[str] = []

    def keep(**_: Any) -> None:
        raised.append(traceback.format_exc())

    got_request_exception.connect(keep)
    try:
        with transaction.atomic():
            yield raised
            transaction.set_rollback(True)
    finally:
        got_request_exception.disconnect(keep)
