"""What every adapter has of the base class: opening the signed files without holding them in memory."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from networks.base import Adapter
from networks.errors import Code, Rejected
from networks.registry import all_adapters
from networks.types import Connection, Media
from outgoing import Client

FILM = bytes(range(256)) * 12_000


class Folder:
    """Stored files by hash, under a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, sha256: str) -> BinaryIO:
        return (self.folder / sha256).open("rb")

    def address(self, sha256: str) -> str:
        return f"https://sanad.example/{sha256}"


def film() -> Media:
    return Media(hashlib.sha256(FILM).hexdigest(), "video/mp4", len(FILM), 16, 9, "", duration_ms=1000)


@contextmanager
def adapter_over(folder: Path) -> Iterator[Adapter]:
    with Client() as client:
        yield all_adapters()[0](Connection("https://x.example"), client, Folder(folder))


def test_a_signed_file_is_opened_at_its_beginning(tmp_path: Path) -> None:
    (tmp_path / film().sha256).write_bytes(FILM)
    with adapter_over(tmp_path) as adapter, adapter.open_media(film()) as opened:
        assert (opened.tell(), opened.read()) == (0, FILM)
    assert opened.closed


def test_a_file_of_other_bytes_is_never_handed_over(tmp_path: Path) -> None:
    (tmp_path / film().sha256).write_bytes(FILM[:-1] + b"!")
    with adapter_over(tmp_path) as adapter, pytest.raises(Rejected) as caught, adapter.open_media(film()):
        pytest.fail("it was handed over")
    assert caught.value.code == Code.MEDIA_CHANGED


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with adapter_over(tmp_path) as adapter, pytest.raises(Rejected) as caught, adapter.open_media(film()):
        pytest.fail("it was handed over")
    assert caught.value.code == Code.MEDIA_MISSING


def test_what_fails_while_it_is_being_sent_is_no_fault_of_the_file(tmp_path: Path) -> None:
    (tmp_path / film().sha256).write_bytes(FILM)
    with adapter_over(tmp_path) as adapter, pytest.raises(OSError, match="elsewhere"), adapter.open_media(film()):
        raise OSError("elsewhere")
