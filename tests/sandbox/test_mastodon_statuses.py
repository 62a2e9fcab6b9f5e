"""Statuses of the simulated Mastodon, against https://docs.joinmastodon.org/methods/statuses/ (2026-11)."""

from __future__ import annotations

import pytest

from sandbox.testing import ManualClock, SandboxClient, running_sandbox
from tests.sandbox.conftest import ACCOUNT, Reader

BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"
LONG_LINK = "https://www.example.org/studies/" + "a" * 300


def test_a_status_comes_back_as_html_with_its_permalink(author: Reader) -> None:
    status = author.post("سطر\nثان\n\nفقرة <b>", language="ar").json()
    assert status["content"] == "<p>سطر<br />ثان</p><p>فقرة &lt;b&gt;</p>"
    assert status["url"] == f"{author.base}/@rabita_demo/{status['id']}"
    assert (status["visibility"], status["language"], status["account"]["acct"]) == ("public", "ar", "rabita_demo")


def test_a_link_is_shortened_in_spans(author: Reader) -> None:
    content = author.post("https://www.example.org/a/very/long/path/that/is/cut").json()["content"]
    assert (
        '<span class="invisible">https://www.</span><span class="ellipsis">example.org/a/very/long/path/t</span>'
        in content
    )


def test_vowelled_scripture_keeps_every_code_point(author: Reader, sandbox: SandboxClient) -> None:
    author.post(BASMALA)
    assert sandbox.posts("mastodon")[0]["text"] == BASMALA


def test_the_same_key_within_the_hour_answers_the_same_status(author: Reader, clock: ManualClock) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = author.post("نص", headers=key).json()["id"]
    clock.advance(3599)
    assert author.post("نص آخر", headers=key).json()["id"] == first


def test_a_server_that_reads_over_keys_makes_another_status() -> None:
    with running_sandbox(knows_keys=False) as sandbox:
        author = Reader(sandbox.base("mastodon"), sandbox.token(ACCOUNT, "mastodon"))
        for _ in range(2):
            author.post("نص", headers={"Idempotency-Key": "k-1"})
        assert len(sandbox.posts("mastodon")) == 2


def test_the_same_key_after_the_hour_makes_another_status(
    author: Reader, clock: ManualClock, sandbox: SandboxClient
) -> None:
    key = {"Idempotency-Key": "k-1"}
    author.post("نص", headers=key)
    clock.advance(3601)
    author.post("نص", headers=key)
    assert len(sandbox.posts("mastodon")) == 2


def test_an_empty_status_is_refused_in_the_documented_words(author: Reader) -> None:
    answer = author.post("   ")
    assert (answer.status_code, answer.json()) == (422, {"error": "Validation failed: Text can't be blank"})


@pytest.mark.parametrize(
    "text", ["ا" * 501, "بِ" * 501, LONG_LINK + " " + "ا" * 477], ids=["letters", "graphemes", "link and letters"]
)
def test_one_over_the_limit_is_refused(author: Reader, text: str) -> None:
    answer = author.post(text)
    assert answer.status_code == 422
    assert answer.json() == {"error": "Validation failed: Text character limit of 500 exceeded"}


@pytest.mark.parametrize("text", ["بِ" * 500, LONG_LINK + " " + "ا" * 476], ids=["graphemes", "link and letters"])
def test_graphemes_count_one_and_a_link_counts_23(author: Reader, text: str) -> None:
    assert author.post(text).status_code == 200


def test_the_content_warning_counts_towards_the_limit(author: Reader) -> None:
    assert author.post("ا" * 498, spoiler_text="تنبيه").status_code == 422


def test_an_unknown_visibility_is_refused(author: Reader) -> None:
    assert author.post("نص", visibility="hidden").status_code == 422


def test_a_reply_to_nothing_is_refused(author: Reader) -> None:
    assert author.post("نص", in_reply_to_id="1").status_code == 404


def test_a_public_status_is_read_without_a_token_and_a_private_one_is_not(author: Reader, passer_by: Reader) -> None:
    public, private = (author.post("نص", visibility=kind).json()["id"] for kind in ("public", "private"))
    assert passer_by.call("GET", f"/api/v1/statuses/{public}").status_code == 200
    assert passer_by.call("GET", f"/api/v1/statuses/{private}").status_code == 404
    assert author.call("GET", f"/api/v1/statuses/{private}").status_code == 200


def test_many_statuses_at_once_leave_out_the_unknown(author: Reader) -> None:
    ids = [author.post(text).json()["id"] for text in ("أ", "ب")]
    found = author.call("GET", "/api/v1/statuses", params={"id[]": [*ids, "7"]}).json()
    assert [status["id"] for status in found] == ids


def test_more_than_twenty_statuses_at_once_are_refused(author: Reader) -> None:
    ids = [str(number) for number in range(1, 22)]
    assert author.call("GET", "/api/v1/statuses", params={"id[]": ids[:20]}).json() == []
    assert author.call("GET", "/api/v1/statuses", params={"id[]": ids}).status_code == 422


def test_an_edit_keeps_the_id_and_says_when(author: Reader) -> None:
    status = author.post("قبل", visibility="unlisted").json()
    edited = author.call("PUT", f"/api/v1/statuses/{status['id']}", data={"status": "بعد"}).json()
    assert (edited["id"], edited["content"], edited["visibility"]) == (status["id"], "<p>بعد</p>", "unlisted")
    assert edited["edited_at"] is not None


def test_a_deleted_status_answers_its_source_and_is_gone(author: Reader, sandbox: SandboxClient) -> None:
    status = author.post("نص #وسم").json()
    assert author.call("DELETE", f"/api/v1/statuses/{status['id']}").json()["text"] == "نص #وسم"
    assert author.call("GET", f"/api/v1/statuses/{status['id']}").status_code == 404
    assert sandbox.posts("mastodon")[0]["deleted_at"] is not None


def test_nobody_edits_or_deletes_anothers_status(author: Reader, sandbox: SandboxClient) -> None:
    sandbox.add_account(network="mastodon", handle="charlie", token="charlie-token", scopes="read write")
    charlie = Reader(author.base, "charlie-token")
    status_id = author.post("نص").json()["id"]
    for method in ("PUT", "DELETE"):
        assert charlie.call(method, f"/api/v1/statuses/{status_id}", data={"status": "x"}).status_code == 404


def test_own_statuses_come_newest_first_with_a_link_to_the_older(author: Reader, clock: ManualClock) -> None:
    ids = []
    for number in range(5):
        clock.advance(1)
        ids.append(author.post(f"منشور {number}").json()["id"])
    account = author.call("GET", "/api/v1/accounts/verify_credentials").json()["id"]
    path = f"/api/v1/accounts/{account}/statuses"
    page = author.call("GET", path, params={"limit": 2})
    assert [status["id"] for status in page.json()] == [ids[4], ids[3]]
    older = author.call("GET", page.links["next"]["url"].removeprefix(author.base))
    assert [status["id"] for status in older.json()] == [ids[2], ids[1]]
    since = author.call("GET", path, params={"since_id": ids[1], "limit": 2}).json()
    forward = author.call("GET", path, params={"min_id": ids[1], "limit": 2}).json()
    assert [status["id"] for status in since] == [ids[4], ids[3]]
    assert [status["id"] for status in forward] == [ids[3], ids[2]]


def test_a_thread_reads_from_both_ends(author: Reader) -> None:
    first = author.post("أول").json()["id"]
    second = author.post("ثان", in_reply_to_id=first).json()["id"]
    above = author.call("GET", f"/api/v1/statuses/{second}/context").json()["ancestors"]
    below = author.call("GET", f"/api/v1/statuses/{first}/context").json()["descendants"]
    assert [status["id"] for status in above] == [first]
    assert second in [status["id"] for status in below]


def test_no_view_counts_are_offered(author: Reader) -> None:
    assert not [name for name in author.post("نص").json() if "view" in name or "impression" in name]


def test_timelines_survive_a_restart(tmp_path: object) -> None:
    from pathlib import Path

    from sandbox.testing import running_sandbox

    folder = Path(str(tmp_path))
    with running_sandbox(folder) as client:
        Reader(client.base("mastodon"), client.token("rabita_demo")).post("يبقى")
    with running_sandbox(folder) as client:
        assert [post["text"] for post in client.posts()] == ["يبقى"]
