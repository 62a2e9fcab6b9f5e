"""Log lines: one JSON object each, with the request, the task and the delivery that they belong to, and no secret."""

import json
import logging
import logging.config
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from chain.following import followed, following
from config.celery import begin_following, end_following
from config.logs import JsonLine, PlainLine, Redact, redacted
from config.request_ids import RequestIdMiddleware
from publishing import tasks
from tests.people import People

SECRET = "s3cr3t-0f-a-test"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the production handler writes during the test, read back."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    handler.addFilter(Redact())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def test_a_token_in_an_exception_does_not_reach_the_log(lines: Callable[[], list[dict[str, Any]]]) -> None:
    try:
        raise ValueError(f"GET https://graph.test/me?access_token={SECRET}&fields=id failed")
    except ValueError:
        logging.getLogger("publishing").exception("the network did not answer: Authorization: Bearer %s", SECRET)
    (line,) = lines()
    assert SECRET not in json.dumps(line)
    assert (line["level"], line["exception"], line["logger"]) == ("ERROR", "ValueError", "publishing")
    assert "test_logs.py" in line["trace"]


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}", f"Authorization: {SECRET}", f"{{'Authorization': '{SECRET}'}}",
        f"Cookie: sessionid={SECRET}; csrftoken={SECRET}", f"refresh_token={SECRET}", f'"client_secret": "{SECRET}"',
        f"password={SECRET}", f"smtp+tls://user:{SECRET}@mail.test:587", f"postgresql://sanad:{SECRET}@db/sanad",
        f"GET /account/consented/?state={SECRET}&code=1 HTTP/1.1", f"https://x.test/cb?x={SECRET}",
        f"POST /bot7654321:{SECRET}/sendMessage", f"Not Found: /invitation/{SECRET}/", f"api_key: {SECRET}",
        f"/account/password/reset/key/1-{SECRET}/", f"<Tokens access_token='{SECRET}'>",
    ],
)  # fmt: skip
def test_a_secret_is_known_by_where_it_stands(text: str) -> None:
    assert SECRET not in redacted(text)


def test_the_keys_of_the_installation_are_known_wherever_they_stand() -> None:
    said = redacted(f"what is {settings.SECRET_KEY} and {settings.CREDENTIALS_KEY}?")
    assert said == "what is [redacted] and [redacted]?"


def test_a_plain_word_is_left_as_it_is() -> None:
    said = "delivery 12: 3 of 4 parts are out; token renewed; https://social.test/@rabita/1 answered 503"
    assert redacted(said) == said


@pytest.mark.django_db
def test_an_answer_carries_the_id_of_its_request_and_so_do_its_lines(
    client: Client, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    answer = client.get("/no-such-page/", headers={"X-Request-ID": "proxy-0123456789"})
    assert answer.headers["X-Request-ID"] == "proxy-0123456789"
    ours = [line for line in lines() if line["logger"] == "sanad.requests"]
    assert [(line["request"], line["status"], line["method"]) for line in ours] == [("proxy-0123456789", 404, "GET")]
    assert {line.get("request") for line in lines()} == {"proxy-0123456789"}


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, 'forged"} {"level": "ERROR"', "with space", "سطر-من-بعيد-هنا"]
)
def test_an_id_that_is_no_plain_word_is_not_taken_over(given: str) -> None:
    request = RequestFactory().get("/healthz", headers={"X-Request-ID": given})
    answer = RequestIdMiddleware(lambda _request: HttpResponse())(request)
    assert len(answer.headers["X-Request-ID"]) == 32
    assert answer.headers["X-Request-ID"] != given


def test_a_request_leaves_no_id_behind_even_when_it_breaks() -> None:
    def breaks(request: HttpRequest) -> HttpResponse:
        assert "request" in followed()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        RequestIdMiddleware(breaks)(RequestFactory().get("/"))
    assert followed() == {}


def test_a_line_names_the_page_and_never_its_address(
    client: Client, people: People, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    client.get(f"/invitation/{SECRET}/?code={SECRET}")
    (line,) = [line for line in lines() if line["logger"] == "sanad.requests"]
    assert line["page"] == "invitation"
    assert SECRET not in json.dumps(lines())


def test_a_task_names_the_delivery_that_it_is_about_and_the_request_that_asked_for_it() -> None:
    task: Any = tasks.delete
    task.push_request(args=(12,), headers={"sanad_request": "click-0001"})
    try:
        begin_following(task=task, task_id="t", args=(12,))
        assert followed() == {"task": "publishing.tasks.delete", "delivery": 12, "request": "click-0001"}
        end_following(task=task)
    finally:
        task.pop_request()
    assert followed() == {}


def test_a_message_to_a_worker_carries_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    from config.celery import pass_on_the_request

    headers: dict[str, Any] = {}
    with following(request="click-0001"):
        pass_on_the_request(headers=headers)
    assert headers == {"sanad_request": "click-0001"}


def test_a_line_is_one_line_whatever_it_says(lines: Callable[[], list[dict[str, Any]]]) -> None:
    with following(delivery=12, attempt=3):
        logging.getLogger("publishing").warning('first\nsecond "quoted"')
    (line,) = lines()
    assert (line["message"], line["delivery"], line["attempt"]) == ('first\nsecond "quoted"', 12, 3)
    assert line["at"].endswith("+00:00")


def test_a_person_at_their_own_machine_reads_plain_lines() -> None:
    record = logging.LogRecord("publishing", logging.WARNING, "x.py", 1, "the broker is away", None, None)
    with following(delivery=12):
        assert PlainLine("%(levelname)s %(message)s").format(record) == "WARNING the broker is away [delivery=12]"


@pytest.mark.parametrize(("environment", "is_json"), [("production", True), ("embedded", False)])
def test_production_writes_json_and_embedded_does_not(environment: str, is_json: bool) -> None:
    script = "import django, logging; django.setup(); logging.getLogger('x').warning('token=%s', 'abcdefghijk')"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True, timeout=60,
        env={
            "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", "SANAD_ENV": environment,
            "SECRET_KEY": "x" * 50, "CREDENTIALS_KEY": settings.CREDENTIALS_KEY, "SANAD_VAR": str(settings.MEDIA_ROOT),
        },
    )  # fmt: skip
    (line,) = done.stderr.splitlines()
    assert "abcdefghijk" not in line
    assert line.startswith("{") is is_json
    assert not is_json or json.loads(line)["message"] == "token=[redacted]"


def test_every_handler_takes_secrets_out() -> None:
    handlers: Any = settings.LOGGING["handlers"]
    assert [name for name, one in handlers.items() if "redact" not in one["filters"]] == []
