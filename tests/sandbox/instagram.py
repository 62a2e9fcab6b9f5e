"""A client of the simulated Instagram, and the server from which it fetches pictures and videos."""

from __future__ import annotations

import io
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from PIL import Image

from sandbox.testing import ManualClock

BASMALA = "بِسْمِ ٱللَّهِ ٱلرَّحْمَٰنِ ٱلرَّحِيمِ"


@dataclass
class Professional:
    """A client of Graph with one token of a professional account, as an application would be."""

    base: str
    token: str
    clock: ManualClock | None = None
    version: str = "v25.0"

    def call(self, method: str, path: str, **fields: Any) -> requests.Response:
        given = {"access_token": self.token, **fields}
        query, form = (None, given) if method == "POST" else (given, None)
        url = f"{self.base}/{self.version}/{path}"
        return requests.request(method, url, params=query, data=form, timeout=10)

    def get(self, path: str, **fields: Any) -> Any:
        return self.call("GET", path, **fields).json()

    def post(self, path: str, **fields: Any) -> Any:
        return self.call("POST", path, **fields).json()

    @property
    def id(self) -> str:
        told = self.get("me", fields="instagram_business_account")
        return str(told["instagram_business_account"]["id"])

    def container(self, **fields: str) -> str:
        return str(self.post(f"{self.id}/media", **fields)["id"])

    def ready(self, **fields: str) -> str:
        """A container whose file the network has finished with."""
        made = self.container(**fields)
        assert self.clock is not None
        self.clock.advance(3)
        return made

    def state(self, container: str) -> str:
        return str(self.get(container, fields="status_code")["status_code"])

    def publish(self, container: str) -> Any:
        return self.post(f"{self.id}/media_publish", creation_id=container)

    def posted(self, address: str, **fields: str) -> str:
        return str(self.publish(self.ready(image_url=address, **fields))["id"])


@dataclass
class Files:
    """What the server gives; `asked` are the requests that came, by path and the name of who asked."""

    base: str = ""
    kept: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def put(self, content: bytes, status: int = 200, **headers: str) -> str:
        path = f"/{next(self.numbers)}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.kept[path] = (status, {"Content-Length": str(len(content)), **named}, content)
        return self.base + path


def handler_of(files: Files) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files.asked.append((self.path, self.headers.get("user-agent", "")))
            status, headers, content = files.kept[self.path]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def serving_files() -> Iterator[Files]:
    """A server of files on a loopback address, until the block ends."""
    kept = Files()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(kept))
    kept.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def jpeg(size: tuple[int, int] = (400, 400), kind: str = "JPEG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "green").save(target, kind)
    return target.getvalue()


def mp4(brand: bytes = b"isom", seconds: float | None = None) -> bytes:
    """The boxes with which such a file begins; with its header where `seconds` is given."""
    whole = _box(b"ftyp", brand + bytes(4) + b"isomiso2")
    if seconds is not None:
        header = bytes(12) + (1000).to_bytes(4, "big") + int(seconds * 1000).to_bytes(4, "big") + bytes(80)
        whole += _box(b"moov", _box(b"mvhd", header))
    return whole + _box(b"mdat", bytes(64))


def _box(name: bytes, inner: bytes) -> bytes:
    return (len(inner) + 8).to_bytes(4, "big") + name + inner


def error_of(answer: Any) -> tuple[int, int | None]:
    assert answer["error"]["fbtrace_id"]
    return answer["error"]["code"], answer["error"].get("error_subcode")
