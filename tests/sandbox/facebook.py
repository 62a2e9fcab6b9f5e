"""Clients of the simulated Facebook, as applications would be: one of pages, one that puts videos on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from tests.sandbox.boxes import mp4
from tests.sandbox.conftest import picture

BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"
APP_ID = "1000000000000001"
PROCESSED = 3.0
"""Seconds after which a film is processed."""
PAD = 200_000


@dataclass
class Page:
    """A client of Graph with one token, as an application would be."""

    base: str
    token: str
    version: str = "v25.0"

    def call(self, method: str, path: str, **fields: Any) -> requests.Response:
        given = {"access_token": self.token, **fields}
        files = given.pop("files", None)
        query, form = (None, given) if method == "POST" else (given, None)
        url = f"{self.base}/{self.version}/{path}"
        return requests.request(method, url, params=query, data=form, files=files, timeout=5)

    def get(self, path: str, **fields: Any) -> Any:
        return self.call("GET", path, **fields).json()

    def post(self, path: str, **fields: Any) -> Any:
        return self.call("POST", path, **fields).json()

    @property
    def id(self) -> str:
        return str(self.get("me")["id"])

    def upload(self, content: bytes | None = None, **fields: str) -> Any:
        file = ("source.png", picture() if content is None else content, "image/png")
        return self.post(f"{self.id}/photos", files={"source": file}, **fields)


def film(seconds: float = 30, size: tuple[int, int] = (1280, 720), frames: float = 25, pad: int = PAD) -> bytes:
    return mp4(seconds=seconds, size=size, frames=frames, pad=pad)


def upright(seconds: float = 30, size: tuple[int, int] = (1080, 1920), frames: float = 30) -> bytes:
    return film(seconds, size, frames)


class Studio(Page):
    """A client that puts videos on its page."""

    def begin(self, content: bytes, **fields: str) -> Any:
        asked = {"file_name": "درس.mp4", "file_length": str(len(content)), "file_type": "video/mp4", **fields}
        return self.post(f"{APP_ID}/uploads", **asked)

    def send(self, session: str, content: bytes, offset: int = 0, **headers: str) -> requests.Response:
        told = {"Authorization": f"OAuth {self.token}", "file_offset": str(offset), **headers}
        return requests.post(f"{self.base}/{self.version}/{session}", data=content, headers=told, timeout=5)

    def reached(self, session: str) -> Any:
        told = {"Authorization": f"OAuth {self.token}"}
        return requests.get(f"{self.base}/{self.version}/{session}", headers=told, timeout=5).json()

    def handle(self, content: bytes) -> str:
        return str(self.send(self.begin(content)["id"], content).json()["h"])

    def video(self, content: bytes | None = None, **fields: Any) -> Any:
        handle = self.handle(film() if content is None else content)
        return self.post(f"{self.id}/videos", fbuploader_video_file_chunk=handle, **fields)

    def state(self, video: str) -> Any:
        return self.get(video, fields="status")["status"]

    # Reels

    def reel(self) -> Any:
        return self.post(f"{self.id}/video_reels", upload_phase="start")

    def transfer(self, url: str, content: bytes, offset: int | str = 0, size: int | None = None) -> requests.Response:
        told = {"Authorization": f"OAuth {self.token}", "offset": str(offset), "file_size": str(size or len(content))}
        return requests.post(url, data=content, headers=told, timeout=5)

    def uploaded(self, content: bytes | None = None) -> str:
        begun = self.reel()
        assert self.transfer(begun["upload_url"], upright() if content is None else content).json() == {"success": True}
        return str(begun["video_id"])

    def finish(self, video: str, state: str = "PUBLISHED", **fields: Any) -> Any:
        asked = {"upload_phase": "finish", "video_id": video, "video_state": state, **fields}
        return self.post(f"{self.id}/video_reels", **asked)


def error_of(answer: Any) -> tuple[int, int | None]:
    assert answer["error"]["fbtrace_id"]
    return answer["error"]["code"], answer["error"].get("error_subcode")


def debug(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["debug_info"]["type"]


def shown(mine: Studio) -> str:
    return requests.get(f"{mine.base}/@rabita_page", params={"lang": "en"}, timeout=5).text
