"""What a network's limits say of pictures and videos before anything is sent."""

from dataclasses import replace
from typing import Any

import pytest

from networks.errors import ProblemCode as Code
from networks.length import TextUnit
from networks.limits import Limits, VideoLimits
from networks.types import Captions, Media, Post, Severity, Visibility
from networks.validation import problems

VIDEO = VideoLimits(
    ("video/mp4",),
    max_bytes=100 * 1024 * 1024,
    min_duration_ms=3_000,
    max_duration_ms=140_000,
    codecs=("h264", "hevc"),
    audio_codecs=("aac",),
    min_aspect=0.5,
    max_aspect=2,
    min_side=32,
    max_side=1920,
    max_pixels=1921 * 1081,
    max_frame_rate=60_000,
    max_bit_rate=25_000_000,
    has_alt_text=True,
    max_alt_text=100,
    captions=("application/x-subrip",),
)
LIMITS = Limits(
    280, TextUnit.GRAPHEMES, max_media=4, media_types=("image/jpeg",), min_aspect=0.8, max_aspect=1.91, video=VIDEO
)


def clip(**changes: Any) -> Media:
    sound: dict[str, Any] = {"sha256": "ab" * 32, "mime_type": "video/mp4", "size": 9_000_000, "width": 1280}
    sound |= {"height": 720, "alt_text": "شيخ يتكلم", "duration_ms": 60_000, "video_codec": "h264"}
    sound |= {"audio_codec": "aac", "frame_rate": 29_970, "bit_rate": 1_200_000, **changes}
    return Media(**sound)


def photo(**changes: Any) -> Media:
    return Media(**{"sha256": "cd" * 32, "mime_type": "image/jpeg", "size": 9, "width": 1080, **changes})


def photo_of(width: int, height: int) -> Media:
    return photo(width=width, height=height, alt_text="صورة")


def found(post: Post, limits: Limits = LIMITS, *, offers_alt_text: bool = True) -> dict[str, str]:
    """Each code with its severity."""
    told = problems(
        post,
        limits,
        text=post.text,
        count=len,
        visibilities=(Visibility.PUBLIC,),
        offers_content_warning=True,
        offers_reply=True,
        options=(),
        offers_alt_text=offers_alt_text,
    )
    return {problem.code: problem.severity for problem in told}


def test_a_video_within_the_limits_fits() -> None:
    assert found(Post("x", media=(clip(),))) == {}
    assert found(Post("x", media=(clip(audio_codec="", frame_rate=0, bit_rate=0),))) == {}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mime_type": "video/webm"}, Code.VIDEO_TYPE_NOT_ACCEPTED),
        ({"size": 100 * 1024 * 1024 + 1}, Code.VIDEO_TOO_LARGE),
        ({"duration_ms": 2_999}, Code.VIDEO_TOO_SHORT),
        ({"duration_ms": 140_001}, Code.VIDEO_TOO_LONG),
        ({"video_codec": "vp9"}, Code.VIDEO_CODEC_NOT_ACCEPTED),
        ({"audio_codec": "opus"}, Code.VIDEO_SOUND_NOT_ACCEPTED),
        ({"width": 359}, Code.VIDEO_TOO_TALL),
        ({"width": 1441}, Code.VIDEO_TOO_WIDE),
        ({"width": 31, "height": 31}, Code.VIDEO_SIDES_TOO_SHORT),
        ({"width": 1921, "height": 1081}, Code.VIDEO_SIDES_TOO_LONG),
        ({"width": 1442, "height": 1441}, Code.VIDEO_TOO_MANY_PIXELS),
        ({"frame_rate": 60_001}, Code.VIDEO_TOO_FAST),
        ({"bit_rate": 25_000_001}, Code.VIDEO_TOO_DENSE),
        ({"alt_text": " "}, Code.ALT_TEXT_MISSING),
        ({"alt_text": "ا" * 101}, Code.ALT_TEXT_TOO_LONG),
    ],
)
def test_a_video_beyond_one_limit_is_told_that_one(changes: dict[str, Any], code: Code) -> None:
    assert found(Post("x", media=(clip(**changes),))) == {code: Severity.BLOCK}


def test_a_video_at_the_limit_fits() -> None:
    at = clip(duration_ms=140_000, size=100 * 1024 * 1024, frame_rate=60_000, bit_rate=25_000_000, width=1440)
    assert found(Post("x", media=(at,))) == {}


def test_a_network_without_videos_takes_none() -> None:
    assert found(Post("x", media=(clip(),)), replace(LIMITS, video=None)) == {Code.VIDEO_NOT_OFFERED: Severity.BLOCK}


def test_pictures_and_a_video_mix_only_where_the_network_lets_them() -> None:
    mixed = Post("x", media=(photo_of(1080, 1080), clip()))
    assert found(mixed) == {Code.MEDIA_MIXED: Severity.BLOCK}
    assert found(mixed, replace(LIMITS, video=replace(VIDEO, mixes_with_pictures=True))) == {}


def test_a_second_video_is_too_many_where_one_is_taken() -> None:
    assert found(Post("x", media=(clip(), clip()))) == {Code.VIDEO_TOO_MANY: Severity.BLOCK}
    assert found(Post("x", media=(clip(), clip())), replace(LIMITS, video=replace(VIDEO, max_videos=4))) == {}


def test_a_text_alone_is_refused_where_a_post_needs_media() -> None:
    needy = replace(LIMITS, needs_media=True)
    assert found(Post("x"), needy) == {Code.MEDIA_NEEDED: Severity.BLOCK}
    assert found(Post("x", media=(clip(),)), needy) == {}


def test_a_videos_description_is_asked_for_only_where_readers_see_it() -> None:
    silent = replace(LIMITS, video=replace(VIDEO, has_alt_text=False))
    assert found(Post("x", media=(clip(alt_text=""),)), silent) == {}
    assert found(Post("x", media=(clip(),)), silent) == {Code.VIDEO_ALT_TEXT_NOT_SHOWN: Severity.WARN}
    assert found(Post("x", media=(clip(),)), offers_alt_text=False) == {}


def test_captions_of_a_kind_that_the_network_does_not_take_are_told() -> None:
    spoken = clip(captions=Captions("ef" * 32, "text/vtt", 80, "ar"))
    assert found(Post("x", media=(spoken,))) == {Code.CAPTIONS_NOT_SHOWN: Severity.WARN}
    taken = clip(captions=Captions("ef" * 32, "application/x-subrip", 80, "ar"))
    assert found(Post("x", media=(taken,))) == {}


@pytest.mark.parametrize(
    ("sides", "code"),
    [
        ((1079, 1350), Code.MEDIA_TOO_TALL),
        ((1911, 1000), Code.MEDIA_TOO_WIDE),
        ((200, 200), Code.MEDIA_TOO_SMALL),
    ],
)
def test_a_picture_of_a_shape_that_the_network_does_not_take_is_told(sides: tuple[int, int], code: Code) -> None:
    narrow = replace(LIMITS, min_width=320)
    assert found(Post("x", media=(photo_of(*sides),)), narrow) == {code: Severity.BLOCK}
    assert found(Post("x", media=(photo_of(1080, 1350), photo_of(1910, 1000))), narrow) == {}
