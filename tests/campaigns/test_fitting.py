"""campaigns.fitting: what is made of a picture for a network, before anybody signs."""

import hashlib
import json
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from accounts.models import User
from campaigns import media
from campaigns.fitting import fitted, fitted_captions, plan
from campaigns.models import Content, MediaFile, Rendition
from campaigns.rendering import render
from networks.length import TextUnit
from networks.limits import Limits, VideoLimits
from publishing.models import Channel
from tests.campaigns.conftest import make_picture, own, sheet, write
from tests.films import SPOKEN_SRT
from tests.people import actor_of

FEED = Limits(
    2200, TextUnit.CODE_POINTS, max_media=10, media_types=("image/jpeg",), min_aspect=0.8, max_aspect=1.91,
    max_media_bytes=8_000_000,
)  # fmt: skip
LIGHT = Limits(300, max_media=4, media_types=("image/jpeg", "image/png", "image/webp"), max_media_bytes=30_000)


def picture_of(user: User, content: bytes, name: str = "لوحة.png") -> MediaFile:
    house = user.memberships.get().organisation
    return media.upload(organisation=house, file=BytesIO(content), name=name, actor=actor_of(user))


def opened(file: MediaFile) -> Image.Image:
    with media.open_file(file) as stored:
        picture = Image.open(stored)
        picture.load()
    return picture


def halves(left: str, right: str) -> bytes:
    """A wide picture whose left half has another colour than its right."""
    picture = Image.new("RGB", (4000, 1000), left)
    picture.paste(right, (2000, 0, 4000, 1000))
    content = BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def noise(side: int) -> bytes:
    """A picture that no encoding makes small."""
    content = BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(content, "PNG")
    return content.getvalue()


def test_a_picture_that_fits_stays_itself(alice: User) -> None:
    file = picture_of(alice, make_picture((1080, 1080), "JPEG"))
    assert fitted(file, FEED, (50, 50), {}) == file
    assert not Rendition.objects.exists()


@pytest.mark.parametrize(("size", "shape"), [((1000, 4000), 0.8), ((4000, 1000), 1.91), ((1079, 1350), 0.8)])
def test_a_picture_of_another_shape_is_cropped_to_the_nearest_that_is_taken(
    alice: User, size: tuple[int, int], shape: float
) -> None:
    made = fitted(picture_of(alice, make_picture(size, "JPEG")), FEED, (50, 50), {})
    assert 0.8 <= made.width / made.height <= 1.91
    assert made.width / made.height == pytest.approx(shape, abs=0.01)
    assert made.mime_type == "image/jpeg"
    assert opened(made).size == (made.width, made.height)


@pytest.mark.parametrize(("focus", "colour"), [((0, 50), (255, 0, 0)), ((100, 50), (0, 0, 255))])
def test_the_crop_is_laid_around_the_point_that_the_author_chose(
    alice: User, focus: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    made = opened(fitted(picture_of(alice, halves("red", "blue")), FEED, focus, {}))
    for corner in ((5, 5), (made.width - 5, made.height - 5)):
        assert made.getpixel(corner) == pytest.approx(colour, abs=6)


def test_a_format_that_is_not_taken_becomes_one_that_is_and_what_shows_through_is_white(alice: User) -> None:
    clear = BytesIO()
    Image.new("RGBA", (900, 900), (0, 0, 0, 0)).save(clear, "PNG")
    made = opened(fitted(picture_of(alice, clear.getvalue()), FEED, (50, 50), {}))
    assert (made.format, made.getpixel((450, 450))) == ("JPEG", (255, 255, 255))


def test_a_heavy_picture_is_made_light_and_never_larger_than_it_was(alice: User) -> None:
    file = picture_of(alice, noise(700))
    made = fitted(file, LIGHT, (50, 50), {})
    assert file.size > 30_000 >= made.size
    assert made.width <= 700
    assert made.width == made.height


def test_pixels_and_sides_are_brought_within_the_limits(alice: User) -> None:
    file = picture_of(alice, make_picture((3000, 2000), "JPEG"))
    few = Limits(300, max_media=1, media_types=("image/jpeg",), max_pixels=1_000_000, max_sides=2_000)
    made = fitted(file, few, (50, 50), {})
    assert made.width * made.height <= 1_000_000
    assert made.width + made.height <= 2_000
    assert made.width / made.height == pytest.approx(1.5, abs=0.01)


def test_a_small_picture_is_never_enlarged(alice: User) -> None:
    narrow = Limits(300, max_media=1, media_types=("image/jpeg",), min_width=320)
    assert plan(picture_of(alice, make_picture((100, 100), "JPEG")), narrow) is None


def test_the_same_picture_and_point_are_made_once(alice: User) -> None:
    file = picture_of(alice, make_picture((4000, 1000), "JPEG"))
    known: dict[Any, MediaFile] = {}
    first = fitted(file, FEED, (50, 50), known)
    assert fitted(file, FEED, (50, 50), known) == fitted(file, FEED, (50, 50), {}) == first
    assert Rendition.objects.count() == 1
    assert fitted(file, FEED, (10, 50), known) == first, "one colour: the same bytes"
    assert Rendition.objects.count() == 2


def test_captions_are_written_as_subrip_where_that_alone_is_taken(alice: User) -> None:
    from campaigns import captions

    house = alice.memberships.get().organisation
    kept = captions.upload(
        organisation=house, file=BytesIO(SPOKEN_SRT.encode()), name="كلام.srt", actor=actor_of(alice)
    )
    subrip = Limits(300, video=VideoLimits(("video/mp4",), captions=(captions.SRT,)))
    both = Limits(300, video=VideoLimits(("video/mp4",), captions=(captions.SRT, captions.VTT)))
    made = fitted_captions(kept, subrip, {})
    assert made.mime_type == captions.SRT
    with media.open_file(made) as stored:
        written = stored.read().decode()
    assert written.startswith("1\n00:00:00,000 --> 00:00:01,500\nالسلام عليكم\n\n2\n")
    assert fitted_captions(kept, both, {}) == kept
    assert fitted_captions(kept, Limits(300), {}) == kept


def test_what_is_signed_names_the_fitted_file_and_its_bytes_are_the_stored_ones(
    alice: User, content: Content, channel: Channel
) -> None:
    channel.limits = FEED.to_json()
    channel.save(update_fields=["limits"])
    file = picture_of(alice, halves("red", "blue"))
    variant = content.variants.get()
    placed = own(media=[{"media": file.pk, "alt": "لوحة", "focus": [0, 50]}])
    write(content, alice, document=sheet("نص", variants={str(variant.pk): placed}))
    variant.refresh_from_db()
    rendering = render(variant)
    signed = json.loads(rendering.canonical)["parts"][0]["media"][0]
    assert [problem.code for problem in rendering.problems] == ["alt_text_not_shown"]
    assert (signed["mime_type"], signed["width"], signed["height"]) == ("image/jpeg", 1910, 1000)
    with media.open_stored(file.organisation_id, signed["sha256"]) as stored:
        content_sent = stored.read()
    assert hashlib.sha256(content_sent).hexdigest() == signed["sha256"]
    assert len(content_sent) == signed["size"]
    assert render(variant).digest == rendering.digest
