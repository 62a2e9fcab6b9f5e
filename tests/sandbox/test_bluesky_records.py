"""Records and blobs of the simulated Bluesky, against its lexicons (2026-11)."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.bluesky import BASMALA, HANDLE, POST, RKEY, Agent, Json, facet, images, made
from tests.sandbox.conftest import picture

LINK = "https://rabita.example/ص"


@pytest.fixture
def agent(sandbox: SandboxClient) -> Agent:
    return Agent.of(sandbox)


def refusal(answer: requests.Response) -> str:
    assert answer.status_code == 400
    assert answer.json()["error"] == "InvalidRequest"
    return str(answer.json()["message"])


def put(agent: Agent, text: str, **asked: Any) -> requests.Response:
    return agent.write("putRecord", made(text), RKEY, **asked)


def test_a_record_is_named_by_its_account_and_key(agent: Agent) -> None:
    answer = agent.post("نص", RKEY).json()
    assert answer["uri"] == f"at://{agent.did}/{POST}/{RKEY}"
    assert answer["cid"].startswith("bafyrei")
    assert answer["validationStatus"] == "valid"


def test_contents_are_named_as_the_protocol_names_them(agent: Agent) -> None:
    """The examples of https://docs.bsky.app/docs/advanced-guides/posts and https://atproto.com/guides/images-and-video."""
    hello = {"$type": POST, "text": "Hello World!", "createdAt": "2023-08-07T05:31:12.156888Z"}
    named = agent.write("createRecord", hello).json()["cid"]
    assert named == "bafyreibjifzpqj6o6wcq3hejh7y4z4z2vmiklkvykc57tw3pcbx3kxifpm"
    empty = agent.upload(b"", "text/plain").json()["blob"]["ref"]["$link"]
    assert empty == "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"


def test_a_server_gives_keys_that_sort_by_time(agent: Agent, clock: ManualClock) -> None:
    keys = []
    for _ in range(3):
        keys.append(agent.post("نص").json()["uri"].rpartition("/")[2])
        clock.advance(1)
    assert keys == sorted(set(keys))
    assert {len(key) for key in keys} == {13}


def test_scripture_keeps_every_code_point(agent: Agent, sandbox: SandboxClient) -> None:
    agent.post(BASMALA)
    assert sandbox.posts("bluesky")[0]["text"] == BASMALA


def test_a_key_in_use_makes_no_second_record(agent: Agent, sandbox: SandboxClient) -> None:
    agent.post("أول", RKEY)
    answer = agent.post("ثان", RKEY)
    assert answer.status_code == 500
    assert answer.json() == {"error": "InternalServerError", "message": "Internal Server Error"}
    assert [post["text"] for post in sandbox.posts("bluesky")] == ["أول"]


def test_the_same_key_of_two_accounts_names_two_posts(agent: Agent, sandbox: SandboxClient) -> None:
    sandbox.add_account(network="bluesky", handle="charlie", token="char-lies-pass-word")
    charlie = Agent.of(sandbox, "charlie.bsky.test")
    assert agent.post("أول", RKEY).json()["uri"] != charlie.post("ثان", RKEY).json()["uri"]


def test_putting_makes_or_replaces_under_one_uri(agent: Agent, sandbox: SandboxClient) -> None:
    first, second = put(agent, "أول").json(), put(agent, "مصحح").json()
    assert first["uri"] == second["uri"]
    assert first["cid"] != second["cid"]
    assert [post["text"] for post in sandbox.posts("bluesky")] == ["مصحح"]


def test_putting_only_where_there_is_nothing_yet(agent: Agent, sandbox: SandboxClient) -> None:
    first = put(agent, "أول", swapRecord=None).json()
    again = put(agent, "أول", swapRecord=None)
    assert (again.status_code, again.json()["cid"]) == (200, first["cid"])
    other = put(agent, "ثان", swapRecord=None)
    assert other.json() == {"error": "InvalidSwap", "message": f"Record was at {first['cid']}"}
    assert [post["text"] for post in sandbox.posts("bluesky")] == ["أول"]


def test_putting_over_what_the_writer_saw(agent: Agent) -> None:
    first = put(agent, "أول").json()["cid"]
    assert put(agent, "ثان", swapRecord=first).status_code == 200
    assert put(agent, "ثالث", swapRecord=first).json()["error"] == "InvalidSwap"


def test_a_deleted_record_is_gone_and_deleting_twice_is_no_failure(
    agent: Agent, sandbox: SandboxClient, clock: ManualClock
) -> None:
    agent.post("نص", RKEY)
    named = {"repo": HANDLE, "collection": POST, "rkey": RKEY}
    assert "commit" in agent.do("com.atproto.repo.deleteRecord", named).json()
    assert agent.do("com.atproto.repo.deleteRecord", named).json() == {}
    gone = agent.get("com.atproto.repo.getRecord", **named)
    assert (gone.status_code, gone.json()["error"]) == (400, "RecordNotFound")
    clock.advance(1)
    assert agent.post("من جديد", RKEY).status_code == 200
    assert [post["text"] for post in sandbox.posts("bluesky")] == ["نص", "من جديد"]


def test_a_record_comes_back_as_it_was_given(agent: Agent) -> None:
    record = made(f"انظر {LINK}", langs=["ar"], tags=["سند"], unknown={"kept": True})
    cid = agent.write("putRecord", record, RKEY).json()["cid"]
    found = agent.get("com.atproto.repo.getRecord", repo=HANDLE, collection=POST, rkey=RKEY).json()
    assert (found["value"], found["cid"]) == (record, cid)


def test_records_are_listed_newest_first_and_paged(agent: Agent, clock: ManualClock) -> None:
    for number in range(5):
        agent.post(f"نص {number}")
        clock.advance(1)
    first = agent.get("com.atproto.repo.listRecords", repo=agent.did, collection=POST, limit=3).json()
    rest = agent.get("com.atproto.repo.listRecords", repo=agent.did, collection=POST, cursor=first["cursor"]).json()
    texts = [one["value"]["text"] for one in first["records"] + rest["records"]]
    assert texts == [f"نص {number}" for number in (4, 3, 2, 1, 0)]
    up = agent.get("com.atproto.repo.listRecords", repo=agent.did, collection=POST, reverse="true").json()
    assert [one["value"]["text"] for one in up["records"]] == texts[::-1]


def test_an_unknown_repository_and_a_limit_out_of_bounds_are_refused(agent: Agent) -> None:
    nobody = agent.get("com.atproto.repo.listRecords", repo="nobody.bsky.test", collection=POST)
    assert refusal(nobody) == "Could not find repo: nobody.bsky.test"
    many = agent.get("com.atproto.repo.listRecords", repo=HANDLE, collection=POST, limit=101)
    assert refusal(many) == "integer too big (maximum 100, got 101) at $.limit"


@pytest.mark.parametrize("text", ["ا" * 300, "بِ" * 300, "👨‍👩‍👧" * 166], ids=["letters", "vowelled", "families"])
def test_a_text_at_the_limit_is_taken(agent: Agent, text: str) -> None:
    assert agent.post(text).status_code == 200


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("ا" * 301, "grapheme too big (maximum 300, got 301)"),
        ("بِ" * 301, "grapheme too big (maximum 300, got 301)"),
        ("👨‍👩‍👧" * 167, "string too big (maximum 3000, got 3006)"),
    ],
    ids=["letters", "vowelled", "families"],
)
def test_one_over_the_limit_is_refused(agent: Agent, text: str, wrong: str) -> None:
    assert refusal(agent.post(text)) == f"Invalid {POST} record: {wrong} at $.record.text"


SPOILT: list[tuple[Json, str]] = [
    ({"text": None}, "Expected string value type (got null) at $.record.text"),
    ({"createdAt": "26/11/2026"}, 'Invalid datetime (got "26/11/2026") at $.record.createdAt'),
    ({"createdAt": "2026-11-31T18:00:00Z"}, 'Invalid datetime (got "2026-11-31T18:00:00Z") at $.record.createdAt'),
    ({"langs": ["ar", "fr", "en", "es"]}, "array too big (maximum 3, got 4) at $.record.langs"),
    ({"langs": ["عربية"]}, 'Invalid language (got "عربية") at $.record.langs[0]'),
    ({"tags": ["س"] * 9}, "array too big (maximum 8, got 9) at $.record.tags"),
    ({"tags": ["س" * 65]}, "grapheme too big (maximum 64, got 65) at $.record.tags[0]"),
    ({"facets": [{"features": []}]}, 'Missing required key "index" at $.record.facets[0]'),
    (
        {"facets": [{"index": {"byteStart": -1, "byteEnd": 2}, "features": []}]},
        "integer too small (minimum 0, got -1) at $.record.facets[0].index.byteStart",
    ),
    ({"reply": {"root": {}}}, 'Missing required key "parent" at $.record.reply'),
    ({"embed": {"images": []}}, 'Expected an object which includes the "$type" property value type'),
]


@pytest.mark.parametrize(("fields", "wrong"), SPOILT, ids=[wrong[:40] for _, wrong in SPOILT])
def test_a_record_against_its_lexicon_is_refused_with_the_place(agent: Agent, fields: Json, wrong: str) -> None:
    assert refusal(agent.write("putRecord", made("نص") | fields, RKEY)).startswith(f"Invalid {POST} record: {wrong}")


def test_a_required_field_and_another_type_are_missed(agent: Agent) -> None:
    assert refusal(agent.write("putRecord", {"text": "نص"}, RKEY)).endswith('key "createdAt" at $.record')
    other = {**made("نص"), "$type": "app.bsky.feed.like"}
    assert refusal(agent.write("putRecord", other, RKEY)) == f"Invalid $type: expected {POST}, got app.bsky.feed.like"


@pytest.mark.parametrize("rkey", ["delivery-1", "../x", "zzzzzzzzzzzzz"])
def test_a_key_that_is_no_timestamp_is_refused(agent: Agent, rkey: str) -> None:
    assert "record key" in refusal(agent.post("نص", rkey))


@pytest.mark.parametrize("value", [0.5, 2**60, "\ud800"])
def test_what_the_data_model_does_not_hold_is_a_bad_record(agent: Agent, value: object) -> None:
    assert refusal(agent.post("نص", RKEY, extra=value)) == "Bad record"


def test_offsets_that_no_reader_could_use_are_taken_and_counted(agent: Agent, sandbox: SandboxClient) -> None:
    text = f"انظر {LINK} الآن"
    right = facet(text, LINK, **{"$type": "app.bsky.richtext.facet#link", "uri": LINK})
    split = {"index": {"byteStart": 1, "byteEnd": 3}, "features": right["features"]}
    beyond = {"index": {"byteStart": 0, "byteEnd": 999}, "features": right["features"]}
    assert agent.post(text, facets=[right, split, beyond]).status_code == 200
    assert sandbox.posts("bluesky")[0]["unread_facets"] == 2


def test_an_uploaded_picture_is_shown_once_a_record_refers_to_it(agent: Agent) -> None:
    blob = agent.upload().json()["blob"]
    assert (blob["mimeType"], blob["size"]) == ("image/png", len(picture()))
    named = {"did": agent.did, "cid": blob["ref"]["$link"]}
    assert agent.get("com.atproto.sync.getBlob", **named).json()["error"] == "BlobNotFound"
    agent.post("صورة", RKEY, embed=images(blob))
    assert agent.get("com.atproto.sync.getBlob", **named).content == picture()
    agent.do("com.atproto.repo.deleteRecord", {"repo": HANDLE, "collection": POST, "rkey": RKEY})
    assert agent.get("com.atproto.sync.getBlob", **named).json()["error"] == "BlobNotFound"
    nobody = agent.get("com.atproto.sync.getBlob", did="did:plc:nobody", cid="x")
    assert nobody.json()["error"] == "RepoNotFound"


def test_the_kind_is_read_from_the_file(agent: Agent) -> None:
    assert agent.upload(mime="application/octet-stream").json()["blob"]["mimeType"] == "image/png"


def test_a_file_that_nothing_refers_to_is_forgotten(agent: Agent, sandbox: SandboxClient, clock: ManualClock) -> None:
    kept, lost = agent.upload().json()["blob"], agent.upload(picture((41, 30))).json()["blob"]
    agent.post("صورة", embed=images(kept))
    clock.advance(3600)
    later = Agent.of(sandbox)
    assert later.post("من جديد", embed=images(kept)).status_code == 200
    answer = later.post("متأخر", embed=images(lost))
    assert answer.json() == {"error": "BlobNotFound", "message": f"Could not find blob: {lost['ref']['$link']}"}


def test_another_accounts_upload_does_not_exist(agent: Agent, sandbox: SandboxClient) -> None:
    sandbox.add_account(network="bluesky", handle="charlie", token="char-lies-pass-word")
    blob = Agent.of(sandbox, "charlie.bsky.test").upload().json()["blob"]
    assert agent.post("نص", embed=images(blob)).json()["error"] == "BlobNotFound"


def test_pictures_are_refused_in_the_networks_words(agent: Agent) -> None:
    blob = agent.upload().json()["blob"]
    five = agent.post("نص", embed=images(*[blob] * 5))
    assert refusal(five).endswith("array too big (maximum 4, got 5) at $.record.embed.images")
    without_alt = {"$type": "app.bsky.embed.images", "images": [{"image": blob}]}
    assert refusal(agent.post("نص", embed=without_alt)).endswith('key "alt" at $.record.embed.images[0]')
    flat = images(blob)
    flat["images"][0]["aspectRatio"]["height"] = 0
    assert refusal(agent.post("نص", embed=flat)).endswith("images[0].aspectRatio.height")
    assert "Expected blob value type" in refusal(agent.post("نص", embed=images({"cid": "x", "mimeType": "y"})))


@pytest.mark.parametrize(
    ("changed", "error"), [({"mimeType": "image/jpeg"}, "InvalidMimeType"), ({"size": 1}, "InvalidSize")]
)
def test_a_reference_must_say_what_was_uploaded(agent: Agent, changed: Json, error: str) -> None:
    blob = agent.upload().json()["blob"]
    assert agent.post("نص", embed=images(blob | changed)).json()["error"] == error


def test_a_file_too_heavy_or_no_picture_is_refused_where_it_is_used(agent: Agent, sandbox: SandboxClient) -> None:
    heavy = agent.upload(picture() + b"\0" * 2_000_000).json()["blob"]
    answer = agent.post("نص", embed=images(heavy))
    assert (answer.status_code, answer.json()["error"]) == (400, "BlobTooLarge")
    text = agent.upload(b"nonsense", "text/plain").json()["blob"]
    assert agent.post("نص", embed=images(text)).json()["error"] == "InvalidMimeType"
    assert sandbox.posts("bluesky") == []


def test_an_upload_can_be_refused(agent: Agent, sandbox: SandboxClient) -> None:
    sandbox.arm_fault("media_refused", network="bluesky")
    answer = agent.upload()
    assert (answer.status_code, answer.json()["error"]) == (413, "PayloadTooLarge")


def test_what_is_not_imitated_is_said_and_not_kept(agent: Agent, sandbox: SandboxClient) -> None:
    quoted = {"$type": "app.bsky.embed.record", "record": {"uri": f"at://{agent.did}/{POST}/{RKEY}", "cid": "x"}}
    like = {"repo": HANDLE, "collection": "app.bsky.feed.like", "record": {}}
    answers = [
        agent.post("نص", embed=quoted),
        agent.write("putRecord", made("نص"), RKEY, validate=False),
        agent.do("com.atproto.repo.createRecord", like),
    ]
    assert [answer.status_code for answer in answers] == [501, 501, 501]
    assert sandbox.posts("bluesky") == []


def test_a_lost_answer_leaves_a_record_that_its_key_finds(agent: Agent, sandbox: SandboxClient) -> None:
    sandbox.arm_fault("drop_answer", network="bluesky", route="publish")
    with pytest.raises(requests.ConnectionError):
        put(agent, "نص", swapRecord=None)
    found = agent.get("com.atproto.repo.getRecord", repo=HANDLE, collection=POST, rkey=RKEY).json()
    assert found["value"]["text"] == "نص"
    assert put(agent, "نص", swapRecord=None).status_code == 200
    assert len(sandbox.posts("bluesky")) == 1
