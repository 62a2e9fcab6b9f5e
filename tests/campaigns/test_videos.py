"""campaigns.videos and captions: what comes in, what is taken out, and what is refused with a sentence."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from PIL import Image

from accounts.models import Organisation, User
from campaigns import media, uploading
from campaigns.models import MediaFile
from chain.errors import Invalid, NotFound
from tests.campaigns.conftest import make_picture
from tests.films import SPOKEN_SRT, film, needs_ffmpeg
from tests.people import actor_of

pytestmark = needs_ffmpeg


@pytest.fixture
def add(rabita: Organisation, alice: User) -> Any:
    def run(content: bytes, name: str = "مقطع.mp4", user: User = alice) -> MediaFile:
        file = SimpleUploadedFile(name, content)
        return uploading.upload(organisation=rabita, file=file, name=name, actor=actor_of(user))

    return run


def refused(add: Any, content: bytes, name: str = "مقطع.mp4") -> str:
    with pytest.raises(Invalid) as error:
        add(content, name)
    assert not MediaFile.objects.exists()
    assert not [path for path in Path(conf.MEDIA_ROOT).rglob("*") if path.is_file()], "nothing stays on the disk"
    return error.value.code


@pytest.mark.parametrize(
    ("kind", "mime", "codecs"),
    [
        ("mp4", "video/mp4", ("h264", "aac")),
        ("mov", "video/mp4", ("h264", "aac")),
        ("webm", "video/webm", ("vp8", "vorbis")),
    ],
)
def test_a_video_is_known_by_what_it_is_not_by_its_name(
    add: Any, kind: str, mime: str, codecs: tuple[str, str]
) -> None:
    made = add(film(kind), "x.exe")
    assert (made.mime_type, made.width, made.height) == (mime, 320, 180)
    assert (made.video_codec, made.audio_codec) == codecs
    assert made.duration_ms == pytest.approx(2000, abs=60)
    assert made.frame_rate == 25_000
    assert made.bit_rate > 1000


def test_what_the_camera_noted_is_taken_out_and_the_tracks_stay(add: Any, tmp_path: Path) -> None:
    assert b"secret title" in film()
    made = add(film())
    with media.open_file(made) as stored:
        content = stored.read()
    assert not [note for note in (b"secret", b"+33.57", b"Alice") if note in content]
    (tmp_path / "film").write_bytes(content)
    command = [
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "format_tags:stream_tags",
        "-of",
        "json",
        str(tmp_path / "film"),
    ]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert "creation_time" not in json.dumps(told)
    assert len(told["streams"]) == 2


def test_the_same_video_twice_is_one_file(add: Any) -> None:
    assert add(film(), "a.mp4") == add(film(), "b.mp4")
    assert MediaFile.objects.filter(mime_type="video/mp4").count() == 1


def test_a_large_upload_is_read_from_the_file_that_django_made(add: Any, rabita: Organisation, alice: User) -> None:
    with TemporaryUploadedFile("مقطع.mp4", "video/mp4", len(film()), None) as file:
        file.write(film())
        file.flush()
        file.seek(0)
        made = uploading.upload(organisation=rabita, file=file, name="مقطع.mp4", actor=actor_of(alice))
        assert Path(file.temporary_file_path()).read_bytes() == film()
    assert made == add(film())


def test_a_video_that_was_held_upright_is_as_tall_as_it_is_seen(add: Any, tmp_path: Path) -> None:
    lying = tmp_path / "lying.mp4"
    lying.write_bytes(film())
    turned = tmp_path / "turned.mp4"
    turn = ["-metadata:s:v:0", "rotate=90", "-c", "copy"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(lying), *turn, str(turned)], check=True)
    made = add(turned.read_bytes())
    assert (made.width, made.height) == (180, 320)
    with media.open_file(made.poster) as stored, Image.open(stored) as poster:
        assert poster.size == (180, 320)


def test_a_picture_stands_for_the_video(add: Any) -> None:
    poster = add(film()).poster
    assert (poster.mime_type, poster.width, poster.height) == ("image/jpeg", 320, 180)
    with media.open_file(poster) as stored, Image.open(stored) as opened:
        assert len(opened.convert("RGB").resize((8, 8)).getcolors() or []) > 8, "a frame of the film, not a blank"


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_a_video_that_was_cut_off_is_refused(add: Any, cut: float) -> None:
    for content in (film(), film("mp4", "-movflags", "+faststart"), film("webm", seconds=8)):
        assert refused(add, content[: int(len(content) * cut)]) in ("video_broken", "video_without_picture")


def test_what_only_calls_itself_a_video_is_refused(add: Any) -> None:
    assert refused(add, b"MZ" + b"\x00" * 5000) == "video_broken"
    assert refused(add, b"\x00\x00\x00\x18ftypmp42" + b"\xff" * 5000) == "video_broken"
    assert refused(add, b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n") == "video_broken"


def test_a_play_list_inside_a_disguise_opens_no_other_file(add: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(film())
    listed = f"ffconcat version 1.0\nfile {other}\n".encode()
    for name in ("list.mp4", "list.webm", "list.mov"):
        assert refused(add, listed, name) == "video_broken"


def test_sound_without_a_picture_is_refused(add: Any, tmp_path: Path) -> None:
    sound = tmp_path / "sound.mp4"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=1", "-c:a", "aac", str(sound)]
    subprocess.run(command, check=True)
    assert refused(add, sound.read_bytes()) == "video_without_picture"


def test_tracks_that_are_not_played_everywhere_are_refused_by_their_names(add: Any) -> None:
    assert refused(add, film("mov", "-c:v", "mjpeg"), "a.mov") == "video_kind"


def test_a_video_over_the_limit_is_refused(add: Any, settings: Any) -> None:
    settings.VIDEO_MAX_BYTES = 1000
    assert refused(add, film()) == "media_too_heavy"


def test_a_program_that_takes_too_long_is_stopped_and_the_file_refused(add: Any, settings: Any) -> None:
    settings.VIDEO_TOOL_SECONDS = 0.001
    assert refused(add, film()) == "video_broken"


def test_a_server_without_the_programs_says_so_and_still_takes_pictures(
    add: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = film()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Invalid) as error:
        add(content)
    assert error.value.code == "video_tools_missing"
    assert "ffmpeg" in str(error.value.message)
    assert add(make_picture((60, 20), "PNG"), "x.png").is_picture


def test_an_outsider_adds_no_video(add: Any, charlie: User) -> None:
    with pytest.raises(NotFound):
        add(film(), user=charlie)


def test_other_bytes_on_the_disk_are_never_handed_over(add: Any, rabita: Organisation) -> None:
    made = add(film())
    path = media.path_of(rabita.pk, made.sha256)
    with media.open_seen_whole(made) as stored:
        assert stored.read(4)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    for reading in (media.open_file, media.open_seen_whole):
        with pytest.raises(media.MediaDamaged):
            reading(made)


# Captions


def test_captions_are_kept_as_one_kind_whatever_they_came_as(add: Any) -> None:
    made = add(SPOKEN_SRT.encode("utf-8-sig"), "كلام.srt")
    assert (made.mime_type, made.is_picture, made.is_video) == ("text/vtt", False, False)
    with media.open_file(made) as stored:
        kept = stored.read()
    assert kept.decode().startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nالسلام عليكم\n\n00:00:01.500 -->")
    assert add(kept, "x.vtt") == made


@pytest.mark.parametrize(
    "content",
    [b"", b"WEBVTT\n", b"1\n00:00:02,000 --> 00:00:01,000\nx\n", "كلام".encode("cp1256"), b"just words\n"],
)
def test_a_file_that_is_no_captions_is_refused(add: Any, content: bytes) -> None:
    assert refused(add, content, "x.srt") == "captions_broken"


def test_a_file_that_opens_as_one_of_its_own_is_read_in_memory_of_a_few_bytes(add: Any) -> None:
    made = add(film())
    assert isinstance(media.open_file(made), io.BufferedReader)
