"""Bodies that are read from an open file while they are sent, so that memory does not grow with the file.

Give one to `Client.request` as `data=`. Each states its length beforehand and may be read again from its beginning.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from urllib3.fields import RequestField

CHUNK = 256 * 1024


class FilePart:
    """`length` bytes of a file from `start`. A file that ends before them breaks the request: OSError."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self.file = file
        self.start = start
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.start)
        left = self.length
        while left:
            chunk = self.file.read(min(CHUNK, left))
            if not chunk:
                raise OSError("the file is shorter than was said")
            left -= len(chunk)
            yield chunk


@dataclass(frozen=True)
class FormFile:
    """One file of a form; `name` is the field's."""

    name: str
    file_name: str
    mime_type: str
    content: bytes | FilePart


class Multipart:
    """A multipart/form-data body (RFC 7578); send `content_type` as the Content-Type header."""

    def __init__(self, fields: Mapping[str, str], files: Sequence[FormFile]) -> None:
        self._boundary = secrets.token_hex(16)
        self._pieces: list[bytes | FilePart] = []
        for name, value in fields.items():
            self._add(RequestField(name, b""), value.encode(), None)
        for file in files:
            self._add(RequestField(file.name, b"", file.file_name), file.content, file.mime_type)
        self._pieces.append(f"--{self._boundary}--\r\n".encode())

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self._boundary}"

    def _add(self, field: RequestField, content: bytes | FilePart, mime_type: str | None) -> None:
        field.make_multipart(content_type=mime_type)
        head = f"--{self._boundary}\r\n{field.render_headers()}"
        self._pieces += [head.encode(), content, b"\r\n"]

    def __len__(self) -> int:
        return sum(len(piece) for piece in self._pieces)

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from piece
