"""A client of the simulated YouTube, as an application would be: calls, uploads in one piece and in chunks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import requests

from tests.sandbox.instagram import mp4

CHUNK = 256 * 1024
UPLOAD = "/upload/youtube/v3/videos"
WHOLE = "snippet,status,statistics,contentDetails"


def film(size: int = 600 * 1024, seconds: float = 30.0) -> bytes:
    """A video file of at least so many bytes."""
    head = mp4(seconds=seconds)
    return head + bytes(max(0, size - len(head)))


def resource(title: str = "عنوان", description: str = "وصف", **status: Any) -> dict[str, Any]:
    return {
        "snippet": {"title": title, "description": description, "categoryId": "27", "tags": ["سند"]},
        "status": {"privacyStatus": "public", **status},
    }


@dataclass
class Studio:
    """A client with one token."""

    base: str
    token: str | None

    def call(self, method: str, path: str, **how: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= how.pop("headers", {})
        how.setdefault("timeout", 10)
        url = path if path.startswith("http") else self.base + path
        return requests.request(method, url, headers=headers, allow_redirects=False, **how)

    def get(self, path: str, **params: str) -> requests.Response:
        return self.call("GET", f"/youtube/v3/{path}", params=params)

    def begin(self, body: Any = None, content: bytes = b"", **headers: str) -> requests.Response:
        announced = {"X-Upload-Content-Type": "video/mp4", "X-Upload-Content-Length": str(len(content) or len(film()))}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        params = {"uploadType": "resumable", "part": "snippet,status"}
        return self.call("POST", UPLOAD, params=params, json=body or resource(), headers=announced | given)

    def session(self, body: Any = None, content: bytes = b"") -> str:
        return self.begin(body, content).headers["Location"]

    def chunk(self, session: str, content: bytes, start: int, end: int) -> requests.Response:
        told = f"bytes {start}-{end - 1}/{len(content)}"
        return self.call("PUT", session, data=content[start:end], headers={"Content-Range": told})

    def so_far(self, session: str, total: int | str = "*") -> requests.Response:
        return self.call("PUT", session, headers={"Content-Range": f"bytes */{total}", "Content-Length": "0"})

    def uploaded(self, body: Any = None, content: bytes = b"") -> str:
        """The id of a new video."""
        content = content or film()
        answer = self.call("PUT", self.session(body, content), data=content)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def multipart(self, path: str, body: Any, content: bytes, mime: str, **params: str) -> requests.Response:
        head = b"--cut\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n" + json.dumps(body).encode()
        file = b"\r\n--cut\r\nContent-Type: " + mime.encode() + b"\r\n\r\n" + content + b"\r\n--cut--\r\n"
        headers = {"Content-Type": "multipart/related; boundary=cut"}
        return self.call("POST", path, params={"uploadType": "multipart", **params}, data=head + file, headers=headers)

    def video(self, video_id: str, part: str = WHOLE) -> dict[str, Any]:
        [found] = self.get("videos", part=part, id=video_id).json()["items"]
        return dict(found)

    def update(self, body: Any, part: str) -> requests.Response:
        return self.call("PUT", "/youtube/v3/videos", params={"part": part}, json=body)


def reason(answer: requests.Response) -> tuple[int, str]:
    """The status and the reason of a refusal, whose envelope must be Google's."""
    error = answer.json()["error"]
    [detail] = error["errors"]
    assert error["code"] == answer.status_code
    assert error["message"] == detail["message"]
    assert detail["domain"]
    assert error["status"].isupper()
    return answer.status_code, detail["reason"]
