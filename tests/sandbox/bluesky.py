"""What the tests of the simulated Bluesky share: a session of an account, and a client that speaks XRPC with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from sandbox.testing import SandboxClient
from tests.sandbox.conftest import Reader, picture

HANDLE = "rabita-demo.bsky.test"
POST = "app.bsky.feed.post"
RKEY = "3jzfcijpj2z2a"
BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"

Json = dict[str, Any]


def opened(sandbox: SandboxClient, identifier: str = HANDLE, password: str | None = None) -> requests.Response:
    secret = sandbox.token(HANDLE) if password is None else password
    fields = {"identifier": identifier, "password": secret}
    return Reader(f"{sandbox.base('bluesky')}/xrpc/", None).call(
        "POST", "com.atproto.server.createSession", json=fields
    )


@dataclass
class Agent:
    """One session; what it sends is what an application would send."""

    base: str
    did: str
    access: str | None
    refresh: str | None

    @classmethod
    def of(cls, sandbox: SandboxClient, handle: str = HANDLE) -> Agent:
        session = opened(sandbox, handle, sandbox.token(handle)).json()
        return cls(sandbox.base("bluesky"), session["did"], session["accessJwt"], session["refreshJwt"])

    def get(self, nsid: str, **query: Any) -> requests.Response:
        return Reader(f"{self.base}/xrpc/", self.access).call("GET", nsid, params=query)

    def do(self, nsid: str, fields: Json | None = None, token: str | None = None, **how: Any) -> requests.Response:
        body = {} if fields is None else {"json": fields}
        return Reader(f"{self.base}/xrpc/", token or self.access).call("POST", nsid, **body, **how)

    def post(self, text: str, rkey: str | None = None, **record: Any) -> requests.Response:
        return self.write("createRecord", made(text, **record), rkey=rkey)

    def write(self, verb: str, record: Json, rkey: str | None = None, **asked: Any) -> requests.Response:
        key = {"rkey": rkey} if rkey else {}
        fields = {"repo": self.did, "collection": POST, "record": record, **key, **asked}
        return self.do(f"com.atproto.repo.{verb}", fields)

    def upload(self, content: bytes | None = None, mime: str = "image/png") -> requests.Response:
        body = picture() if content is None else content
        return self.do("com.atproto.repo.uploadBlob", data=body, headers={"Content-Type": mime})


def made(text: str, **record: Any) -> Json:
    return {"$type": POST, "text": text, "createdAt": "2026-11-26T18:00:00.000Z", **record}


def facet(text: str, words: str, **feature: str) -> Json:
    start = len(text[: text.index(words)].encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(words.encode())}, "features": [feature]}


def images(*blobs: Json) -> Json:
    ratio = {"width": 40, "height": 30}
    found = [{"image": blob, "alt": "مخطوط", "aspectRatio": ratio} for blob in blobs]
    return {"$type": "app.bsky.embed.images", "images": found}
