"""campaigns.media: what comes in, what is taken out, and that the stored bytes are the signed ones."""

import io
from typing import Any

import pytest
from django.conf import settings as conf
from PIL import Image

from accounts.models import Organisation, User
from campaigns import media
from campaigns.access import media_or_404
from campaigns.models import MediaFile
from chain.errors import Invalid, NotAllowed, NotFound
from tests.campaigns.conftest import make_picture
from tests.people import actor_of


@pytest.fixture
def add(rabita: Organisation, alice: User) -> Any:
    def run(content: bytes, name: str = "صورة.jpg", user: User = alice) -> MediaFile:
        return media.upload(organisation=rabita, file=io.BytesIO(content), name=name, actor=actor_of(user))

    return run


def refused(add: Any, content: bytes) -> str:
    with pytest.raises(Invalid) as error:
        add(content)
    assert error.value.field == "file"
    assert not MediaFile.objects.exists()
    return error.value.code


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_picture_is_known_by_what_it_is_not_by_its_name(add: Any, kind: str, mime: str) -> None:
    made = add(make_picture((60, 20), kind), name="x.exe")
    assert (made.mime_type, made.width, made.height) == (mime, 60, 20)
    with media.open_file(made) as stored, Image.open(stored) as opened:
        assert opened.format == kind


def test_where_it_was_taken_is_taken_out_and_it_stands_upright(add: Any) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "Camera of Alice", {1: "N", 2: (33.0, 58.0, 0.0)}
    content = make_picture((60, 20), "JPEG", exif=exif, comment=b"secret note")
    assert b"Camera" in content
    made = add(content)
    assert (made.width, made.height) == (20, 60)
    stored = media.open_file(made).read()
    assert b"Camera" not in stored
    assert b"secret" not in stored
    with Image.open(io.BytesIO(stored)) as opened:
        assert not dict(opened.getexif())


def test_notes_in_a_png_are_taken_out(add: Any) -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "Alice at home")
    assert b"Alice" not in media.open_file(add(make_picture(pnginfo=notes))).read()


def test_transparency_is_kept(add: Any) -> None:
    drawn = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(drawn, "PNG")
    with media.open_file(add(drawn.getvalue())) as stored, Image.open(stored) as opened:
        assert opened.mode == "RGBA"


def test_a_picture_for_print_becomes_one_for_screens(add: Any) -> None:
    drawn = io.BytesIO()
    Image.new("CMYK", (4, 4)).save(drawn, "JPEG")
    with media.open_file(add(drawn.getvalue())) as stored, Image.open(stored) as opened:
        assert opened.mode == "RGB"


def test_the_same_picture_twice_is_one_file(add: Any) -> None:
    assert add(make_picture()) == add(make_picture())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "media_empty"),
        (b"hello", "media_broken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "media_broken"),
        (b"%PDF-1.7", "media_broken"),
        (make_picture(kind="GIF"), "media_broken"),
        (make_picture(kind="TIFF"), "media_broken"),
        (make_picture((200, 200), "JPEG")[:-200], "media_broken"),
        (make_picture((200, 200))[:-40], "media_broken"),
        (make_picture()[:20], "media_broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 100, "media_broken"),
    ],
)
def test_what_is_no_whole_picture_is_refused(add: Any, content: bytes, code: str) -> None:
    assert refused(add, content) == code


def test_a_heavy_file_is_refused_before_it_is_opened(add: Any, settings: Any) -> None:
    settings.MEDIA_MAX_BYTES = 100
    assert refused(add, make_picture((200, 200), "JPEG")) == "media_too_heavy"


def test_too_many_pixels_are_refused(add: Any, settings: Any) -> None:
    settings.MEDIA_MAX_PIXELS = 1_000
    assert refused(add, make_picture((40, 40))) == "media_too_many_pixels"


def test_a_bomb_is_refused_without_being_unpacked(add: Any) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    packed = chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000, 9))
    assert refused(add, b"\x89PNG\r\n\x1a\n" + header + packed + chunk(b"IEND", b"")) == "media_too_many_pixels"


def test_a_moving_picture_is_refused(add: Any) -> None:
    drawn = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(drawn, "WEBP", save_all=True, append_images=frames[1:])
    assert refused(add, drawn.getvalue()) == "media_animated"


def test_changed_bytes_on_the_disk_never_go_out(add: Any, rabita: Organisation) -> None:
    made = add(make_picture())
    media.path_of(rabita.pk, made.sha256).write_bytes(make_picture(colour="red"))
    with pytest.raises(OSError, match=made.sha256):
        media.open_stored(rabita.pk, made.sha256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "x" * 64, "", "0" * 63])
def test_only_a_hash_opens_a_file(rabita: Organisation, name: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011
        media.open_stored(rabita.pk, name)


def test_the_outsider_neither_adds_nor_opens(add: Any, charlie: User) -> None:
    with pytest.raises(NotFound):
        add(make_picture(), user=charlie)
    made = add(make_picture())
    with pytest.raises(NotFound):
        media_or_404(actor_of(charlie), made.pk)
    with pytest.raises(FileNotFoundError):
        media.open_stored(charlie.memberships.get().organisation_id, made.sha256)


def test_a_reviewer_adds_no_picture(add: Any, bob: User) -> None:
    with pytest.raises(NotAllowed):
        add(make_picture(), user=bob)


def test_files_are_readable_by_the_product_only(add: Any, rabita: Organisation) -> None:
    made = add(make_picture())
    assert media.path_of(rabita.pk, made.sha256).stat().st_mode & 0o077 == 0
    assert conf.MEDIA_ROOT in media.path_of(rabita.pk, made.sha256).parents
