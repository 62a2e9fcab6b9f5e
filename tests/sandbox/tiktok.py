"""What the tests of the simulated TikTok share: a client with one token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.boxes import mp4
from tests.sandbox.conftest import Reader

HANDLE = "rabita_tiktok"
BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"
MEGA = 1024 * 1024

Json = dict[str, Any]


@dataclass
class Creator:
    """A client of the API, as an application would be."""

    base: str
    token: str
    clock: ManualClock

    @classmethod
    def of(cls, sandbox: SandboxClient, clock: ManualClock, handle: str = HANDLE) -> Creator:
        return cls(sandbox.base("tiktok"), sandbox.token(handle), clock)

    def call(self, method: str, path: str, **how: Any) -> requests.Response:
        return Reader(self.base, self.token).call(method, path, **how)

    def post(self, path: str, body: Json | None = None, **query: str) -> Any:
        return self.call("POST", path, json=body or {}, params=query).json()

    def me(self, fields: str) -> Any:
        return self.call("GET", "/v2/user/info/", params={"fields": fields}).json()

    def creator_info(self) -> Any:
        return self.post("/v2/post/publish/creator_info/query/")

    def begin(self, size: int, chunk: int = 0, count: int = 1, draft: bool = False, **info: Any) -> Any:
        source = {
            "source": "FILE_UPLOAD", "video_size": size, "chunk_size": chunk or size, "total_chunk_count": count,
        }  # fmt: skip
        if draft:
            return self.post("/v2/post/publish/inbox/video/init/", {"source_info": source})
        return self.post("/v2/post/publish/video/init/", {"post_info": told(**info), "source_info": source})

    def pull(self, url: str, **info: Any) -> Any:
        source = {"source": "PULL_FROM_URL", "video_url": url}
        return self.post("/v2/post/publish/video/init/", {"post_info": told(**info), "source_info": source})

    def photos(self, urls: list[str], mode: str = "DIRECT_POST", cover: int = 0, **info: Any) -> Any:
        source = {"source": "PULL_FROM_URL", "photo_images": urls, "photo_cover_index": cover}
        body = {"media_type": "PHOTO", "post_mode": mode, "post_info": told(**info), "source_info": source}
        return self.post("/v2/post/publish/content/init/", body)

    def send(
        self, url: str, content: bytes, first: int = 0, total: int = 0, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """One chunk to the address of an upload, which no token opens."""
        said = {
            "Content-Type": "video/mp4",
            "Content-Range": f"bytes {first}-{first + len(content) - 1}/{total or len(content)}",
        } | (headers or {})
        return requests.put(url, data=content, headers=said, timeout=10)

    def posted(self, content: bytes | None = None, draft: bool = False, **info: Any) -> str:
        """A video that was uploaded whole; answers its publish_id."""
        video = mp4() if content is None else content
        begun = self.begin(len(video), draft=draft, **info)
        assert self.send(begun["data"]["upload_url"], video).status_code == 201
        return str(begun["data"]["publish_id"])

    def published(self, **info: Any) -> str:
        """The id of a post that is processed and reviewed."""
        publish_id = self.posted(**info)
        self.clock.advance(10)
        return str(self.status(publish_id)["publicaly_available_post_id"][0])

    def status(self, publish_id: str) -> Any:
        return self.fetch(publish_id)["data"]

    def fetch(self, publish_id: object) -> Any:
        return self.post("/v2/post/publish/status/fetch/", {"publish_id": publish_id})

    def videos(self, fields: str = "id", **asked: object) -> Any:
        return self.post("/v2/video/list/", dict(asked), fields=fields)

    def query(self, ids: list[str], fields: str = "id") -> Any:
        return self.post("/v2/video/query/", {"filters": {"video_ids": ids}}, fields=fields)

    def choose(self, subject: str = f"account:{HANDLE}", **values: str) -> None:
        """What a person sets on the network's own page."""
        data = {"subject": subject, **values}
        assert requests.post(f"{self.base}/developers", data=data, timeout=5).status_code == 200


def told(**info: Any) -> Json:
    return {"title": BASMALA, "privacy_level": "PUBLIC_TO_EVERYONE", **info}


def code_of(answer: Any) -> str:
    assert answer["error"]["log_id"]
    return str(answer["error"]["code"])
