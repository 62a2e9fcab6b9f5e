"""Videos and cropped pictures on the pages: added, watched in pieces, shown to who signs, and to nobody else."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from campaigns.drafting import add_variant
from campaigns.lifecycle import VariantState
from campaigns.models import Content, MediaFile, Variant
from campaigns.submitting import submit_all
from networks.limits import Limits, VideoLimits
from publishing.models import Channel
from tests.campaigns.conftest import Paper, make_channel, make_picture, own, sheet, write
from tests.films import SPOKEN_SRT, film, needs_ffmpeg
from tests.people import actor_of, api_client, sign_in

VIDEO = VideoLimits(("video/mp4", "video/webm"), has_alt_text=True, captions=("text/vtt",))
LIMITS = replace(Paper.limits, video=VIDEO, min_aspect=0.8, max_aspect=1.91)


@pytest.fixture(autouse=True)
def _limits(channel: Channel) -> Limits:
    channel.limits = LIMITS.to_json()
    channel.save(update_fields=["limits"])
    return LIMITS


def add(client: Client, content: Content, **more: Any) -> Any:
    given = {"picture": SimpleUploadedFile("مقطع.mp4", film(), "video/mp4"), "alt": "شيخ يتكلم", **more}
    return client.post(f"/contents/{content.pk}/pictures/", given)


def with_video(content: Content, variant: Variant, user: User, client: Client, **more: Any) -> MediaFile:
    """A sheet on which a video with captions is saved."""
    sign_in(client, user)
    assert add(client, content, captions=SimpleUploadedFile("a.srt", SPOKEN_SRT.encode())).status_code == 200
    stored = MediaFile.objects.get(mime_type="video/mp4")
    spoken = MediaFile.objects.get(mime_type="text/vtt")
    placed = own(media=[{"media": stored.pk, "alt": "شيخ يتكلم", "captions": spoken.pk}])
    write(content, user, document=sheet("نص يكفي للتوقيع.", variants={str(variant.pk): placed}))
    return stored


@needs_ffmpeg
def test_a_video_comes_with_its_captions_for_every_channel(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    sign_in(client, alice)
    answer = add(client, content, captions=SimpleUploadedFile("a.srt", SPOKEN_SRT.encode())).json()
    drawn = answer["variants"][str(variant.pk)]
    stored = MediaFile.objects.get(pk=answer["media"])
    assert "شيخ يتكلم" in drawn
    assert f"/media/{stored.poster_id}/" in drawn
    assert f'value="{MediaFile.objects.get(mime_type="text/vtt").pk}" data-captions' in drawn


@needs_ffmpeg
def test_a_video_may_be_for_some_channels_and_never_for_none(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    sign_in(client, alice)
    other = add_variant(content=content, channel=make_channel(content.organisation, alice, "@upright"),
                        actor=actor_of(alice))  # fmt: skip
    asked = client.get(f"/contents/{content.pk}/").content.decode()
    assert asked.count('name="to"') == 3
    assert list(add(client, content, to=["", other.pk]).json()["variants"]) == [str(other.pk)]
    refused = add(client, content, to=[""])
    assert (refused.status_code, refused.json()["field"]) == (422, "to")


@needs_ffmpeg
def test_what_is_no_whole_video_is_refused_in_a_sentence(client: Client, content: Content, alice: User) -> None:
    sign_in(client, alice)
    broken = add(client, content, picture=SimpleUploadedFile("a.mp4", film()[:4000]))
    assert (broken.status_code, broken.json()["code"]) == (422, "video_broken")
    words = add(client, content, captions=SimpleUploadedFile("a.srt", b"no captions"))
    assert (words.status_code, words.json()["code"]) == (422, "captions_broken")
    alone = add(client, content, picture=SimpleUploadedFile("a.srt", SPOKEN_SRT.encode()))
    assert (alone.status_code, alone.json()["field"]) == (422, "picture")


@needs_ffmpeg
def test_the_editor_and_the_reviewer_watch_the_video_that_is_signed(
    client: Client, content: Content, variant: Variant, alice: User, bob: User
) -> None:
    stored = with_video(content, variant, alice, client)
    page = client.get(f"/contents/{content.pk}/").content.decode()
    assert f'<source src="/media/{stored.pk}/" type="video/mp4">' in page
    submit_all(content=content, actor=actor_of(alice), base_version=1)
    variant.refresh_from_db()
    assert variant.state == VariantState.IN_REVIEW
    assert variant.payload is not None
    assert stored.poster is not None
    signed = json.loads(variant.payload.canonical)["parts"][0]["media"][0]
    assert (signed["sha256"], signed["video_codec"]) == (stored.sha256, "h264")
    assert signed["poster"] == stored.poster.sha256
    assert signed["captions"]["mime_type"] == "text/vtt"
    sign_in(client, bob)
    review = client.get(f"/review/{variant.pk}/").content.decode()
    assert f'<source src="/media/{stored.pk}/" type="video/mp4">' in review
    whole = review.split('id="view-whole"')[1].split('id="view-preview"')[0]
    assert f'<source src="/media/{stored.pk}/" type="video/mp4">' in whole
    assert "شيخ يتكلم" in whole
    assert "<track" in review
    assert signed["sha256"][:6] in review
    assert signed["captions"]["sha256"][:6] in review


@needs_ffmpeg
def test_a_video_is_served_in_the_pieces_that_a_player_asks_for(
    client: Client, content: Content, variant: Variant, alice: User, charlie: User
) -> None:
    stored = with_video(content, variant, alice, client)
    address = f"/media/{stored.pk}/"
    whole = b"".join(client.get(address))
    assert len(whole) == stored.size
    for asked, start, end in (("bytes=0-99", 0, 99), ("bytes=500-", 500, stored.size - 1), ("bytes=-7", -7, None)):
        answer = client.get(address, headers={"Range": asked, "Accept-Encoding": "gzip"})
        piece = whole[start:] if end is None else whole[start : end + 1]
        assert (answer.status_code, b"".join(answer)) == (206, piece)
        assert int(answer["Content-Length"]) == len(piece)
        assert answer["Content-Range"].endswith(f"/{stored.size}")
    assert client.get(address, headers={"Range": f"bytes={stored.size}-"}).status_code == 416
    assert client.get(address, headers={"Range": "bytes=0-1,5-6"}).status_code == 200
    assert client.head(address, headers={"Range": "bytes=0-9"})["Content-Length"] == "10"
    api = api_client(alice)
    assert api.get(f"/api/v1/media/{stored.pk}/file/", headers={"range": "bytes=0-9"}).status_code == 206
    sign_in(client, charlie)
    assert client.get(address, headers={"Range": "bytes=0-9"}).status_code == 404


@needs_ffmpeg
def test_a_captions_file_is_no_picture_and_a_picture_has_no_captions(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    with_video(content, variant, alice, client)
    spoken = MediaFile.objects.get(mime_type="text/vtt").pk
    poster = MediaFile.objects.get(mime_type="image/jpeg").pk
    for wrong in ({"media": spoken, "alt": "x"}, {"media": poster, "alt": "x", "captions": spoken}):
        document = sheet("نص", variants={str(variant.pk): own(media=[wrong])})
        answer = client.post(
            f"/contents/{content.pk}/measure/", {"document": document}, content_type="application/json"
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong_media")


@needs_ffmpeg
def test_the_api_takes_a_video_and_says_what_stands_in_it(alice: User) -> None:
    file = SimpleUploadedFile("a.mp4", film(), "video/mp4")
    made = api_client(alice).post("/api/v1/media/", {"file": file}).json()
    assert (made["mime_type"], made["video_codec"], made["width"]) == ("video/mp4", "h264", 320)
    assert made["duration_ms"] == pytest.approx(2000, abs=60)


def test_an_author_sees_what_a_channel_leaves_of_a_picture_and_moves_it(
    client: Client, content: Content, variant: Variant, alice: User
) -> None:
    sign_in(client, alice)
    wide = SimpleUploadedFile("a.jpg", make_picture((2000, 500), "JPEG"), "image/jpeg")
    answer = add(client, content, picture=wide).json()
    assert "M0 0H2000V500H0ZM522 0v500h955v-500Z" in answer["variants"][str(variant.pk)]
    placed = own(media=[{"media": answer["media"], "alt": "لوحة", "focus": [0, 50]}])
    document = sheet("نص", variants={str(variant.pk): placed})
    measured = client.post(
        f"/contents/{content.pk}/measure/", {"document": document}, content_type="application/json"
    ).json()["variants"][str(variant.pk)]
    assert measured["frames"] == {str(answer["media"]): "M0 0H2000V500H0ZM0 0v500h955v-500Z"}
    assert 'width="955" height="500"' in measured["preview"]


def test_the_point_is_kept_without_script(client: Client, content: Content, variant: Variant, alice: User) -> None:
    sign_in(client, alice)
    wide = SimpleUploadedFile("a.jpg", make_picture((2000, 500), "JPEG"), "image/jpeg")
    number = add(client, content, picture=wide).json()["media"]
    prefix = f"v{variant.pk}"
    posted = {"title": "سعة المعنى", "body.kind": "text", "body.value": "نص", "base_version": "0"}
    posted |= {f"{prefix}.media": number, f"{prefix}.alt": "لوحة", f"{prefix}.captions": ""}
    posted |= {f"{prefix}.focus_x": "90", f"{prefix}.focus_y": "50"}
    assert client.post(f"/contents/{content.pk}/", posted).status_code == 302
    content.refresh_from_db()
    assert content.draft["variants"][str(variant.pk)]["media"] == [{"media": number, "alt": "لوحة", "focus": [90, 50]}]
