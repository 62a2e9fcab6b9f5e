"""What the tests of the simulated X share: its ready account, posting, reading back, and uploads in parts."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.testing import SandboxClient
from tests.sandbox.conftest import Reader, picture

WHOLE = {
    "tweet.fields": "created_at,author_id,conversation_id,public_metrics,non_public_metrics,entities,referenced_tweets",
    "expansions": "author_id,attachments.media_keys",
    "media.fields": "url,alt_text,width",
}
PART = 4 * 1024 * 1024


def author_of(sandbox: SandboxClient) -> Reader:
    return Reader(sandbox.base("x"), sandbox.token("rabita_x"))


def posted(author: Reader, text: str = "", **fields: Any) -> requests.Response:
    return author.call("POST", "/2/tweets", json={"text": text, **fields})


def made(author: Reader, text: str = "", **fields: Any) -> str:
    answer = posted(author, text, **fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])


def read(author: Reader, post_id: str, **asked: str) -> Any:
    return author.call("GET", "/2/tweets", params={"ids": post_id, **(asked or WHOLE)}).json()


def upload(author: Reader) -> str:
    answer = author.call(
        "POST", "/2/media/upload", files={"media": ("a.png", picture(), "image/png")},
        data={"media_category": "tweet_image"},
    )  # fmt: skip
    return str(answer.json()["data"]["id"])


def initialize(author: Reader, size: int, mime: str = "video/mp4", category: str = "tweet_video") -> requests.Response:
    told = {"media_type": mime, "total_bytes": size, "media_category": category}
    return author.call(
        "POST", "/2/media/upload/initialize", json={name: value for name, value in told.items() if value}
    )


def begun(author: Reader, size: int, **told: str) -> str:
    return str(initialize(author, size, **told).json()["data"]["id"])


def append(author: Reader, media_id: str, index: object, piece: bytes) -> requests.Response:
    return author.call(
        "POST", f"/2/media/upload/{media_id}/append", data={"segment_index": str(index)},
        files={"media": ("part", piece, "application/octet-stream")},
    )  # fmt: skip


def finalize(author: Reader, media_id: str) -> requests.Response:
    return author.call("POST", f"/2/media/upload/{media_id}/finalize")


def status(author: Reader, media_id: str) -> requests.Response:
    return author.call("GET", "/2/media/upload", params={"command": "STATUS", "media_id": media_id})


def sent(author: Reader, film: bytes, **told: str) -> str:
    """An upload of which all parts have come."""
    media_id = begun(author, len(film), **told)
    for index, at in enumerate(range(0, len(film), PART)):
        assert append(author, media_id, index, film[at : at + PART]).status_code == 200
    return media_id


def finalized(author: Reader, film: bytes, **told: str) -> str:
    """A film that is whole and now being processed."""
    media_id = sent(author, film, **told)
    assert finalize(author, media_id).status_code == 200
    return media_id
