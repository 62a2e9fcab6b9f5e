"""What the simulator reads out of video files, on files that a real encoder wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.films import Film, film_at, film_in, length_of, type_of
from tests.films import film, needs_ffmpeg
from tests.sandbox.boxes import headless, mp4


@needs_ffmpeg
@pytest.mark.parametrize(("kind", "mime"), [("mp4", "video/mp4"), ("mov", "video/quicktime")])
@pytest.mark.parametrize("header", [(), ("-movflags", "+faststart")], ids=["at the end", "at the beginning"])
def test_the_headers_of_a_film_are_found_wherever_they_stand(
    tmp_path: Path, kind: str, mime: str, header: tuple[str, ...]
) -> None:
    path = tmp_path / "film"
    path.write_bytes(film(kind, *header))
    found = film_at(path)
    assert (found.mime, found.width, found.height, found.sound) == (mime, 320, 180, "mp4a")
    assert (round(found.seconds or 0.0, 1), round(found.frames)) == (2.0, 25)


@needs_ffmpeg
def test_a_film_without_a_sound_has_none() -> None:
    assert (film_in(film(sound=False)).sound, film_in(film(sound=False)).width) == ("", 320)


@needs_ffmpeg
def test_of_a_webm_file_only_its_type_is_read() -> None:
    assert film_in(film("webm")) == Film("video/webm")


def test_a_film_without_its_header_says_nothing_of_its_length() -> None:
    assert film_in(headless()) == Film("video/mp4")
    assert film_in(mp4()[:60]) == Film("video/mp4")


@pytest.mark.parametrize("content", [b"", b"no film at all", b"G" + bytes(300), b"\xff\xd8\xff\xe0 a picture"])
def test_what_is_no_film_has_no_type(content: bytes) -> None:
    assert type_of(content) == ""


@pytest.mark.parametrize(
    "broken", [b"\x00\x00\x00\x04moov", b"\x00\x00\x00\x01moov" + bytes(8), b"\xff\xff\xff\xffmoov"]
)
def test_lengths_that_cannot_be_end_the_reading(broken: bytes) -> None:
    assert film_in(broken).seconds is None


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0:00"), (30, "0:30"), (75.6, "1:16"), (3725, "1:02:05")])
def test_a_length_is_said_as_people_write_it(seconds: float, said: str) -> None:
    assert length_of(seconds) == said
