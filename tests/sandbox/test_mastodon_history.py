"""The versions of a status on the simulated Mastodon (docs.joinmastodon.org/methods/statuses/#history, 2026-11)."""

from __future__ import annotations

from typing import Any

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.boxes import mp4
from tests.sandbox.conftest import Reader


def history(reader: Reader, status_id: str) -> Any:
    return reader.call("GET", f"/api/v1/statuses/{status_id}/history").json()


def edit(author: Reader, status_id: str, **fields: Any) -> None:
    assert author.call("PUT", f"/api/v1/statuses/{status_id}", json=fields).status_code == 200


def test_each_version_is_told_with_its_moment(author: Reader, passer_by: Reader, clock: ManualClock) -> None:
    status = author.post("أول").json()
    clock.advance(60)
    edit(author, status["id"], status="ثان <b>", spoiler_text="تنبيه")
    clock.advance(60)
    edit(author, status["id"], status="ثالث")
    versions = history(passer_by, status["id"])
    assert [one["content"] for one in versions] == ["<p>أول</p>", "<p>ثان &lt;b&gt;</p>", "<p>ثالث</p>"]
    assert [(one["spoiler_text"], one["sensitive"]) for one in versions] == [
        ("", False),
        ("تنبيه", True),
        ("تنبيه", True),
    ]
    present = author.call("GET", f"/api/v1/statuses/{status['id']}").json()
    at = [one["created_at"] for one in versions]
    assert (at[0], at[2], at == sorted(set(at))) == (status["created_at"], present["edited_at"], True)
    assert [one["account"]["acct"] for one in versions] == ["rabita_demo"] * 3


def test_a_status_that_was_never_edited_has_one_version(author: Reader, sandbox: SandboxClient) -> None:
    assert len(history(author, author.post("نص").json()["id"])) == 1
    past = sandbox.add_post(network="mastodon", account="rabita_demo", text="قديم")
    assert [one["content"] for one in history(author, past["id"])] == ["<p>قديم</p>"]


def test_media_and_their_descriptions_are_those_of_the_version(author: Reader, clock: ManualClock) -> None:
    first = author.upload(description="قبل").json()["id"]
    film = author.upload(mp4(), "video/mp4", description="مقطع").json()["id"]
    clock.advance(2)
    status = author.post("نص", media_ids=[first]).json()
    edit(author, status["id"], status="نص", media_ids=[first], media_attributes=[{"id": first, "description": "بعد"}])
    edit(author, status["id"], status="نص", media_ids=[film])
    told = [
        [(one["id"], one["type"], one["description"]) for one in version["media_attachments"]]
        for version in history(author, status["id"])
    ]
    assert told == [[(first, "image", "قبل")], [(first, "image", "بعد")], [(film, "video", "مقطع")]]


def test_descriptions_are_told_by_a_form_too(author: Reader, clock: ManualClock) -> None:
    first, second = (author.upload(description="قبل").json()["id"] for _ in range(2))
    clock.advance(2)
    status = author.post("نص", media_ids=[first, second]).json()
    form = [("status", "نص"), ("media_ids[]", first), ("media_ids[]", second)]
    for one, words in ((first, "بعد"), (second, "آخر")):
        form += [("media_attributes[][id]", one), ("media_attributes[][description]", words)]
    answer = author.call("PUT", f"/api/v1/statuses/{status['id']}", data=form)
    assert [one["description"] for one in answer.json()["media_attachments"]] == ["بعد", "آخر"]


def test_a_refused_edit_leaves_no_version(author: Reader) -> None:
    status = author.post("نص").json()
    assert author.call("PUT", f"/api/v1/statuses/{status['id']}", json={"status": "ا" * 501}).status_code == 422
    assert len(history(author, status["id"])) == 1


def test_the_versions_of_a_private_status_are_its_authors(author: Reader, passer_by: Reader) -> None:
    status = author.post("سر", visibility="private").json()
    answer = passer_by.call("GET", f"/api/v1/statuses/{status['id']}/history")
    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
    assert len(history(author, status["id"])) == 1
    assert author.call("GET", "/api/v1/statuses/17/history").status_code == 404
