"""Owns reading the bodies of uploads as they come in, straight to a file: in one piece, or after JSON in a multipart.

Sources (read 2026-11): https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol, and for
`uploadType=multipart` https://developers.google.com/drive/api/guides/manage-uploads#multipart (two parts of
multipart/related, JSON first; the YouTube pages name the upload types and leave their form to the client libraries).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.message import Message
from typing import Any, Protocol

from starlette.requests import ClientDisconnect, Request

from sandbox.dialects._youtube_errors import bad, bad_content, no_body

MOST_JSON = 1024 * 1024
"""Bytes of a body's JSON part, and of the head of a part."""

Json = dict[str, Any]


class Target(Protocol):
    """Where a file goes."""

    def write(self, content: bytes, /) -> int: ...


@dataclass(frozen=True)
class Received:
    """`mime` is that of the file; `is_whole` is False where the client went away in its midst."""

    resource: Json
    mime: str
    size: int
    is_whole: bool = True


async def save(request: Request, target: Target, *, most: int, skip: int = 0) -> Received:
    """The whole body into `target`, without its first `skip` bytes, up to `most` bytes."""
    size, is_whole = 0, True
    try:
        async for piece in request.stream():
            kept = piece[min(skip, len(piece)) :]
            skip -= len(piece) - len(kept)
            if size + len(kept) > most:
                raise bad("badRequest", "The body is longer than it was announced.", domain="global")
            target.write(kept)
            size += len(kept)
    except ClientDisconnect:
        is_whole = False
    return Received({}, request.headers.get("content-type", ""), size, is_whole)


async def read_json(request: Request) -> Json:
    """The body as one JSON object; {} where there is none."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_JSON:
            raise bad("badRequest", "The request is too large.", domain="global")
    return parse(bytes(body) or b"{}")


def parse(body: bytes) -> Json:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise bad("parseError", "Invalid JSON payload received.", domain="global") from error
    if not isinstance(found, dict):
        raise bad("parseError", "Invalid JSON payload received. Root element must be a message.", domain="global")
    return found


async def save_multipart(request: Request, target: Target) -> Received:
    """JSON from the first part, the second part into `target`; never more of it in memory than one network read."""
    reader = Parts(request)
    head = await reader.head()
    if not head.get_content_type().startswith("application/json"):
        raise bad_content(head.get_content_type(), "application/json")
    resource = parse(await reader.small())
    if reader.is_over:
        raise no_body()
    head = await reader.head()
    size = await reader.into(target)
    return Received(resource, head.get_content_type() if "content-type" in head else "", size)


class Parts:
    """The parts of a multipart body, one after the other: `head`, then `small` or `into`."""

    def __init__(self, request: Request) -> None:
        kind = _header(request.headers.get("content-type", ""))
        boundary = kind.get_param("boundary")
        if kind.get_content_maintype() != "multipart" or not isinstance(boundary, str):
            raise bad_content(kind.get_content_type(), "multipart/related")
        self._stream = request.stream()
        self._mark = b"\r\n--" + boundary.encode()
        self._held = b"\r\n"
        self._has_begun = False
        self.is_over = False

    async def _more(self) -> bool:
        try:
            piece = await anext(self._stream)
        except StopAsyncIteration:
            return False
        self._held += piece
        return True

    async def _until(self, mark: bytes) -> bytes:
        """What stands before the mark, which is taken away too."""
        while (at := self._held.find(mark)) < 0:
            if len(self._held) > MOST_JSON or not await self._more():
                raise bad("badRequest", "Malformed multipart body.", domain="global")
        found, self._held = self._held[:at], self._held[at + len(mark) :]
        return found

    async def head(self) -> Message:
        """The headers of the next part."""
        if not self._has_begun:
            await self._until(self._mark)
            self._has_begun = True
        return _parse_head(await self._until(b"\r\n\r\n"))

    async def small(self) -> bytes:
        """This part, which must be short."""
        content = await self._until(self._mark)
        await self._note_end()
        return content

    async def into(self, target: Target) -> int:
        """This part into `target`; answers its bytes."""
        size, keep = 0, len(self._mark) - 1
        while (at := self._held.find(self._mark)) < 0:
            ready = max(0, len(self._held) - keep)
            size += target.write(self._held[:ready])
            self._held = self._held[ready:]
            if not await self._more():
                raise bad("badRequest", "Malformed multipart body.", domain="global")
        size += target.write(self._held[:at])
        self._held = self._held[at + len(self._mark) :]
        await self._note_end()
        return size

    async def _note_end(self) -> None:
        while len(self._held) < 2 and await self._more():
            pass
        self.is_over = self._held.startswith(b"--") or len(self._held) < 2


def _header(value: str) -> Message:
    message = Message()
    message["content-type"] = value or "application/octet-stream"
    return message


def _parse_head(raw: bytes) -> Message:
    message = Message()
    for line in raw.decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            message[name.strip()] = value.strip()
    return message
