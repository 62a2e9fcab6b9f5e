"""Google's uploads: a session at an address of its own, to which a file goes in chunks, or goes on; or one request.

Written from https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol (read 2026-11). A session
lives for some days; the server says how much it holds, so that nothing has to be remembered but the address.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from networks.calls import Answer, Stake, lost
from networks.errors import Code, Rejected
from networks.google import RESUME_INCOMPLETE, GoogleCaller, is_ours
from networks.types import canonical_json
from outgoing import FilePart

CHUNK = 8 * 1024 * 1024
"""A multiple of 256 KiB, as all chunks but the last must be."""
CHUNK_SECONDS = 300.0
"""Long enough for a line of 250 kbit/s."""


class SessionGone(Exception):
    """The session has ended, or was never there: a new one begins at the first byte."""


@dataclass(frozen=True)
class Reached:
    """How many bytes the server holds, and what it made of the file once it holds them all."""

    sent: int
    made: Mapping[str, Any] | None = None


def begin(
    caller: GoogleCaller,
    path: str,
    *,
    params: Mapping[str, str],
    about: Mapping[str, Any],
    size: int,
    mime_type: str,
    units: int,
    refused: Code,
) -> str:
    """A new session's address. Nothing that anybody sees comes of it before the last byte."""
    answer = caller.ask(
        Stake.HIDDEN,
        "POST",
        path,
        units=units,
        params={**params, "uploadType": "resumable"},
        json=about,
        headers={"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": mime_type},
        refused=refused,
    )
    address = answer.headers.get("Location", "")
    if not is_ours(address, caller.base_url):
        raise lost(Stake.HIDDEN, Code.ANSWER_UNREADABLE, params={"status": answer.status})
    return address


def related(about: Mapping[str, Any], content: bytes) -> tuple[bytes, str]:
    """A small file with what is said about it, in one request: the body (RFC 2387) and its content type."""
    boundary = secrets.token_hex(16)
    pieces = (
        f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n".encode(),
        canonical_json(about),
        f"\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n".encode(),
        content,
        f"\r\n--{boundary}--\r\n".encode(),
    )
    return b"".join(pieces), f"multipart/related; boundary={boundary}"


@dataclass(frozen=True)
class Session:
    """One session of one file of `size` bytes."""

    caller: GoogleCaller = field(repr=False)
    address: str = field(repr=False)
    size: int
    refused: Code = Code.MEDIA_REFUSED

    def reached(self) -> Reached:
        """What the server holds. Raises SessionGone."""
        return self._read(self._put(f"bytes */{self.size}", b""), known=0)

    def send(self, file: BinaryIO, start: int) -> Reached:
        """One chunk, read from the file while it leaves. Raises SessionGone."""
        length = min(CHUNK, self.size - start)
        said = f"bytes {start}-{start + length - 1}/{self.size}"
        return self._read(self._put(said, FilePart(file, start, length)), known=start)

    def _put(self, content_range: str, data: bytes | FilePart) -> Answer:
        named = urlsplit(self.address)
        at = replace(self.caller, base_url=f"{named.scheme}://{named.netloc}", believes_any_404=True)
        headers = {"Content-Range": content_range, "Content-Type": "application/octet-stream"}
        try:
            return at.call(
                Stake.HIDDEN,
                "PUT",
                f"{named.path}?{named.query}",
                data=data,
                headers=headers,
                refused=self.refused,
                total_timeout=CHUNK_SECONDS,
            )
        except Rejected as error:
            if error.code != Code.NOT_FOUND:
                raise
        finally:
            self.caller.last_rate_limit = at.last_rate_limit
        raise SessionGone

    def _read(self, answer: Answer, *, known: int) -> Reached:
        """A server that took less than was sent is asked to take the rest: its Range is what counts."""
        if answer.status == RESUME_INCOMPLETE:
            held = _end_of(answer.headers.get("Range", ""))
            if held > self.size or held < known:
                raise lost(Stake.HIDDEN, Code.ANSWER_UNREADABLE, params={"status": answer.status})
            return Reached(held)
        if not isinstance(answer.content, dict) or not answer.content.get("id"):
            raise lost(Stake.HIDDEN, Code.ANSWER_UNREADABLE, params={"status": answer.status})
        return Reached(self.size, answer.content)


def _end_of(told: str) -> int:
    """`bytes=0-524287` is 524288 bytes; no Range at all is none."""
    last = told.rpartition("-")[2]
    return int(last) + 1 if last.isascii() and last.isdigit() and len(last) < 18 else 0
