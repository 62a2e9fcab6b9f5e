"""Large files that are read while they are sent, and what arrived of them."""

import io
import re

from tests.outgoing.loopback import Asked


class Zeros(io.RawIOBase):
    """A file of nothing but zeros that takes no memory, and remembers how much of it was asked for at once."""

    def __init__(self, size: int, asked: list[int]) -> None:
        self.size, self.at, self.asked = size, 0, asked

    def read(self, size: int = -1) -> bytes:
        self.asked.append(size)
        found = bytes(min(size, self.size - self.at) if size >= 0 else self.size - self.at)
        self.at += len(found)
        return found

    def seek(self, at: int, whence: int = 0) -> int:
        self.at = at
        return at


class Watched(io.BytesIO):
    """An open file that remembers how much was asked of it at a time."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        super().__init__(content)
        self.sizes = sizes

    def read(self, size: int | None = -1, /) -> bytes:
        self.sizes.append(-1 if size is None else size)
        return super().read(size)


def pieces(asked: Asked) -> dict[str, bytes]:
    """The fields of a form with a file in it."""
    border = asked.headers["Content-Type"].partition("boundary=")[2].encode()
    told: dict[str, bytes] = {}
    for part in asked.body.split(b"--" + border)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = re.search(rb'name="([^"]+)"', head)
        assert named is not None
        told[named[1].decode()] = content.removesuffix(b"\r\n")
    return told
