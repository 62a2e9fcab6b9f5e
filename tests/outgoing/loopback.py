"""A real HTTP server on a free loopback port that answers as told: well, badly, slowly, for ever or not at all.

Owns the ways in which a peer can fail; nothing of `requests` is replaced in any test.
"""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Manner(Enum):
    WHOLE = auto()
    SILENT = auto()
    """Reads the request, answers nothing until the test is over."""
    DROPPED = auto()
    """Reads the request, closes the connection."""
    TRUNCATED = auto()
    """Promises more than it sends."""
    ENDLESS = auto()
    DRIPPING = auto()
    """A byte every 50 ms, for ever."""
    DRIPPING_HEADERS = auto()


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    from_port: int

    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)


@dataclass(frozen=True)
class Reply:
    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


class LoopbackServer:
    """Keeps what was asked; `answer` says what to reply."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.is_over = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.port = self._http.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def use_certificate(self, certificate: Path, key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)

    @contextmanager
    def running(self) -> Iterator["LoopbackServer"]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.is_over.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()


def serving(reply: Reply | Callable[[Asked], Reply]) -> LoopbackServer:
    return LoopbackServer(reply if callable(reply) else lambda _: reply)


def unused_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _handler(server: LoopbackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(
                self.command, address.path, parse_qsl(address.query), dict(self.headers), body, self.client_address[1]
            )
            server.asked.append(asked)
            self.reply(server.answer(asked))

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_any

        def reply(self, reply: Reply) -> None:
            if reply.manner is Manner.SILENT:
                server.is_over.wait(30)
            if reply.manner in (Manner.SILENT, Manner.DROPPED):
                self.close_connection = True
                return
            if reply.manner is Manner.DRIPPING_HEADERS:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                self.pour(b"x")
                return
            self.send_response_only(reply.status)
            always = {"Date": self.date_time_string(), "Content-Type": "application/json"}
            for name, value in {**always, **reply.headers}.items():
                self.send_header(name, value)
            self.send_body(reply)

        def send_body(self, reply: Reply) -> None:
            content = reply.content()
            if reply.manner in (Manner.ENDLESS, Manner.DRIPPING):
                self.send_header("Connection", "close")
                self.end_headers()
                self.pour(b" " * 65536 if reply.manner is Manner.ENDLESS else b" ")
                return
            missing = 10 if reply.manner is Manner.TRUNCATED else 0
            self.send_header("Content-Length", str(len(content) + missing))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = bool(missing)

        def pour(self, piece: bytes) -> None:
            self.close_connection = True
            try:
                while not server.is_over.wait(0.05 if len(piece) == 1 else 0):
                    self.wfile.write(piece)
            except OSError:
                return

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler
