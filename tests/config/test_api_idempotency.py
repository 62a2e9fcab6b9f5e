"""A request repeated under one Idempotency-Key is done once, and answered as the first time."""

import threading
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.client import encode_multipart
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from accounts import repeating
from accounts.capabilities import Capability
from accounts.models import ApiToken, KeptAnswer, User
from accounts.tasks import forget_kept_answers
from campaigns.models import MediaFile
from chain.errors import NotAllowed
from library import concepts
from library.models import Concept
from tests.people import People, api_client, token_client

pytestmark = pytest.mark.django_db
KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"


def add(client: APIClient, name: str = "الرفق", *, key: str = KEY, **more: Any) -> Any:
    headers = {"Idempotency-Key": key}
    return client.post("/api/v1/concepts/", {"name_ar": name}, format="json", headers=headers, **more)


def picture(colour: str) -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    file.seek(0)
    file.name = "picture.png"
    return file


def code(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_a_repeated_request_is_done_once_and_answered_alike(alice: User) -> None:
    client = api_client(alice)
    first, again, quoted = add(client), add(client), add(client, key=f'"{KEY}"')
    assert [answer.status_code for answer in (first, again, quoted)] == [201, 201, 201]
    assert first.content == again.content == quoted.content
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    assert Concept.objects.count() == 1


def test_without_a_key_or_with_another_each_request_is_done(alice: User) -> None:
    client = api_client(alice)
    made = {add(client, key="one").json()["id"], add(client, "اللين", key="two").json()["id"]}
    assert len(made) == 2


def test_a_refusal_that_settles_the_request_is_repeated_too(alice: User) -> None:
    client = api_client(alice)
    first, again = add(client, ""), add(client, "")
    assert first.status_code == again.status_code == 422
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert again.headers["Content-Type"] == "application/problem+json"


def test_a_key_used_for_another_request_is_refused(alice: User) -> None:
    client = api_client(alice)
    add(client)
    assert code(add(client, "الغلظة")) == (422, "idempotency_key_used_otherwise")
    elsewhere = client.post("/api/v1/claims/", {"name_ar": "الرفق"}, format="json", headers={"Idempotency-Key": KEY})
    assert code(elsewhere) == (422, "idempotency_key_used_otherwise")


def test_nobody_is_answered_with_what_another_was(people: People) -> None:
    mine = add(api_client(people.alice), "الرفق").json()["id"]
    theirs = add(api_client(people.charlie), "الرفق")
    by_token = add(token_client(people.alice, Capability.VIEW_KNOWLEDGE), "الرفق")
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine
    assert by_token.status_code == 403


@pytest.mark.parametrize("key", ["", "with space", "x" * 201, "عربي".encode().decode("latin-1"), "one, two"])
def test_a_malformed_key_is_refused_before_anything_is_done(alice: User, key: str) -> None:
    assert code(add(api_client(alice), key=key)) == (400, "idempotency_key_malformed")
    assert not Concept.objects.exists()


def test_a_request_under_way_is_not_begun_again(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """From inside the act, ask the same again; then let the first one's process be gone for long."""
    client, inner = api_client(alice), api_client(alice)
    answers: list[Any] = []
    real = concepts.add_concept

    def meanwhile(**given: Any) -> Concept:
        answers.append(add(inner))
        KeptAnswer.objects.update(began_at=timezone.now() - repeating.UNDER_WAY_FOR - timedelta(seconds=1))
        answers.append(add(inner))
        return real(**given)

    monkeypatch.setattr(concepts, "add_concept", meanwhile)
    assert add(client).status_code == 201
    assert [code(answer) for answer in answers] == [
        (409, "idempotency_key_under_way"),
        (409, "idempotency_key_interrupted"),
    ]


def test_an_answer_that_settles_nothing_frees_the_key(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> Concept:
        raise RuntimeError

    def refused(**_: Any) -> Concept:
        raise NotAllowed

    client = api_client(alice)
    client.raise_request_exception = False
    for failing, status in ((broken, 500), (refused, 403)):
        with monkeypatch.context() as patched:
            patched.setattr(concepts, "add_concept", failing)
            assert add(client).status_code == status
        assert not KeptAnswer.objects.exists()
    assert add(client).status_code == 201


def test_a_secret_shown_once_is_never_kept(carla: User) -> None:
    wish = {"name": "bot", "scopes": [Capability.VIEW_CONTENTS], "days": 7}
    client = api_client(carla)

    def ask() -> Any:
        return client.post("/api/v1/tokens/", wish, format="json", headers={"Idempotency-Key": KEY})

    first = ask()
    assert first.status_code == 201, first.content
    assert code(ask()) == (409, "idempotency_key_already_done")
    kept = KeptAnswer.objects.get()
    assert (kept.is_secret, kept.body) == (True, "")
    assert ApiToken.objects.count() == 1


def test_an_upload_is_known_by_its_bytes_whatever_its_boundary(alice: User) -> None:
    client = api_client(alice)

    def send(colour: str, boundary: str) -> Any:
        body = encode_multipart(boundary, {"file": picture(colour)})
        kind = f"multipart/form-data; boundary={boundary}"
        return client.post("/api/v1/media/", body, content_type=kind, headers={"Idempotency-Key": KEY})

    first, again, other = send("red", "one"), send("red", "two"), send("blue", "one")
    assert first.status_code == 201, first.content
    assert again.json() == first.json()
    assert code(other) == (422, "idempotency_key_used_otherwise")
    assert MediaFile.objects.count() == 1


def test_answers_are_forgotten_after_a_day(alice: User) -> None:
    client = api_client(alice)
    add(client, "الرفق")
    KeptAnswer.objects.update(began_at=timezone.now() - repeating.KEPT_FOR - timedelta(seconds=1))
    assert "Idempotent-Replayed" not in add(client, "اللين")
    KeptAnswer.objects.update(began_at=timezone.now() - repeating.KEPT_FOR - timedelta(seconds=1))
    forget_kept_answers()
    assert not KeptAnswer.objects.exists()


def test_the_description_offers_the_key_on_every_unsafe_operation(client: Any) -> None:
    paths = client.get("/api/v1/schema/?format=json").json()["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            offered = "Idempotency-Key" in {parameter["name"] for parameter in operation.get("parameters", [])}
            assert offered == (method != "get"), (method, path)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="one writer at a time on SQLite")
def test_of_two_at_the_same_moment_one_is_done(alice: User) -> None:
    clients = [api_client(alice), api_client(alice)]
    barrier, answers = threading.Barrier(2), []

    def run(client: APIClient) -> None:
        try:
            barrier.wait()
            answers.append(add(client))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert Concept.objects.count() == 1
    assert 201 in [answer.status_code for answer in answers]
    for answer in answers:
        assert answer.status_code == 201 or code(answer) == (409, "idempotency_key_under_way")
