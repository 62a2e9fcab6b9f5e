"""Canonical JSON, limits and the registry."""

import json
from typing import Any

import pytest

from networks.errors import ALL_CODES, Code
from networks.length import TextUnit
from networks.limits import Limits, VideoLimits
from networks.metrics import SPECS, Metric
from networks.registry import UnknownNetwork, adapter_class, all_adapters
from networks.types import AppCredentials, Captions, Connection, Media, Post, Visibility, canonical_json

NOT_NFC = "ٱلرَّحْمَٰنِ e\u0301 \u0065\u0301\u0327"


def whole_post() -> Post:
    media = Media("ab" * 32, "image/png", 12, 3, 4, "صورة")
    return Post(NOT_NFC, (media,), "https://x.example", ("سند",), Visibility.UNLISTED, "ar", "تنبيه", "17")


def test_a_post_comes_back_the_same_with_the_exact_bytes_of_its_text() -> None:
    stored = canonical_json(whole_post().to_json())
    assert NOT_NFC.encode() in stored
    assert Post.from_json(json.loads(stored)) == whole_post()


def test_the_canonical_form_is_one_byte_string_whatever_the_order() -> None:
    value = whole_post().to_json()
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))
    assert canonical_json({"b": 1, "a": "م"}) == '{"a":"م","b":1}'.encode()


@pytest.mark.parametrize("reader", [Post.from_json, Media.from_json])
def test_an_unknown_name_in_what_was_signed_is_an_error(reader: Any) -> None:
    with pytest.raises(ValueError, match="novelty"):
        reader({"text": "x", "novelty": 1})


SIGNED_PICTURE = (
    '{"alt_text":"صورة","height":4,"mime_type":"image/png","sha256":"' + "ab" * 32 + '","size":12,"width":3}'
)


def test_a_picture_keeps_the_bytes_that_were_signed_before_there_were_videos() -> None:
    assert canonical_json(whole_post().media[0].to_json()).decode() == SIGNED_PICTURE
    assert f'"media":[{SIGNED_PICTURE}]' in canonical_json(whole_post().to_json()).decode()


def test_a_video_comes_back_the_same_with_its_captions() -> None:
    captions = Captions("cd" * 32, "text/vtt", 90, "ar")
    video = Media("ab" * 32, "video/mp4", 12, 3, 4, "", 61_500, "h264", "aac", 29_970, 900_000, "ef" * 32, captions)
    silent = Media("ab" * 32, "video/webm", 12, 3, 4, "مقطع", 900, "vp9")
    post = Post("x", media=(video, silent))
    assert Post.from_json(json.loads(canonical_json(post.to_json()))) == post
    assert set(silent.to_json()) - set(whole_post().media[0].to_json()) == {"duration_ms", "video_codec"}


def test_an_unknown_name_in_signed_captions_is_an_error() -> None:
    with pytest.raises(ValueError, match="novelty"):
        Media.from_json({**whole_post().media[0].to_json(), "captions": {"novelty": 1}})


def test_limits_of_videos_come_back_the_same() -> None:
    video = VideoLimits(("video/mp4",), codecs=("h264",), min_aspect=0.8, captions=("text/vtt",))
    limits = Limits(280, TextUnit.WEIGHTED, media_types=("image/png",), needs_media=True, video=video)
    assert Limits.from_json(json.loads(json.dumps(limits.to_json()))) == limits
    assert Limits.from_json({"max_text": 1, "video": {"types": ["video/mp4"], "novelty": 1}}).video == VideoLimits(
        ("video/mp4",)
    )


def test_limits_stored_by_a_later_version_still_load() -> None:
    assert Limits.from_json({"max_text": 300, "novelty": 1}) == Limits(max_text=300)


def test_secrets_stand_in_no_repr() -> None:
    connection = Connection("https://x.example", "tok-1", "ref-1", AppCredentials("id", "sec-1"))
    assert not {"tok-1", "ref-1", "sec-1"} & set(repr(connection).replace("'", " ").split())
    assert set(connection.secrets) == {"tok-1", "ref-1", "sec-1"}


def test_every_network_is_found_by_its_slug() -> None:
    assert all_adapters()
    for found in all_adapters():
        assert adapter_class(found.slug) is found
    with pytest.raises(UnknownNetwork):
        adapter_class("nowhere")


def test_codes_are_short_and_unlike_each_other() -> None:
    assert len(set(ALL_CODES)) == len(ALL_CODES)
    assert set(Code) <= set(ALL_CODES)
    assert all(len(code) <= 40 for code in ALL_CODES)


def test_reach_and_followers_are_never_summed() -> None:
    assert set(SPECS) == set(Metric)
    assert {metric for metric, spec in SPECS.items() if not spec.additive} == {Metric.REACH, Metric.FOLLOWERS}
