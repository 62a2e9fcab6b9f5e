"""Captions, thumbnails and playlists of the simulated YouTube (developers.google.com/youtube/v3/docs, 2026-11)."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.conftest import picture
from tests.sandbox.youtube import Studio, reason, resource

TRACK = "1\n00:00:00,000 --> 00:00:02,000\nبسم الله\n".encode()
CAPTIONS = "/upload/youtube/v3/captions"
THUMBNAIL = "/upload/youtube/v3/thumbnails/set"


@pytest.fixture
def studio(sandbox: SandboxClient) -> Studio:
    return Studio(sandbox.base("youtube"), sandbox.token("rabitatube"))


@pytest.fixture
def stranger(sandbox: SandboxClient) -> Studio:
    sandbox.add_account(network="youtube", handle="otherone", token="other-token")
    return Studio(sandbox.base("youtube"), "other-token")


# Captions


def captioned(studio: Studio, video_id: str, content: bytes = TRACK, **changes: Any) -> requests.Response:
    snippet = {"videoId": video_id, "language": "ar", "name": "", **changes}
    return studio.multipart(CAPTIONS, {"snippet": snippet}, content, "application/octet-stream", part="snippet")


def test_a_caption_track_is_added_once_per_language_and_name(studio: Studio, clock: ManualClock) -> None:
    video_id = studio.uploaded()
    clock.advance(3)
    assert studio.video(video_id)["contentDetails"]["caption"] == "false"
    made = captioned(studio, video_id).json()
    assert (made["kind"], made["snippet"]["status"], made["snippet"]["language"]) == (
        "youtube#caption",
        "serving",
        "ar",
    )
    assert reason(captioned(studio, video_id)) == (409, "captionExists")
    assert captioned(studio, video_id, language="fr").status_code == 200
    listed = studio.get("captions", part="id,snippet", videoId=video_id).json()["items"]
    assert [one["snippet"]["language"] for one in listed] == ["ar", "fr"]
    assert studio.video(video_id)["contentDetails"]["caption"] == "true"


def test_a_track_of_another_form_fails_after_its_upload(studio: Studio) -> None:
    told = captioned(studio, studio.uploaded(), b"no times here").json()["snippet"]
    assert (told["status"], told["failureReason"]) == ("failed", "unknownFormat")


@pytest.mark.parametrize(
    ("content", "changes", "expected"),
    [
        (b"", {}, (400, "contentRequired")),
        (TRACK, {"language": ""}, (400, "invalidMetadata")),
        (TRACK, {"name": "x" * 151}, (400, "nameTooLong")),
        (TRACK, {"videoId": "AAAAAAAAAAA"}, (404, "videoNotFound")),
    ],
)
def test_a_track_that_does_not_fit_is_refused(
    studio: Studio, content: bytes, changes: dict[str, str], expected: tuple[int, str]
) -> None:
    assert reason(captioned(studio, studio.uploaded(), content, **changes)) == expected


def test_captions_are_the_owners_and_need_their_scope(studio: Studio, stranger: Studio, sandbox: SandboxClient) -> None:
    video_id = studio.uploaded()
    assert reason(captioned(stranger, video_id)) == (403, "forbidden")
    assert reason(stranger.get("captions", part="id", videoId=video_id)) == (403, "forbidden")
    auth = "https://www.googleapis.com/auth/"
    sandbox.add_account(network="youtube", handle="thirdone", token="third", scopes=f"{auth}youtube")
    assert reason(captioned(Studio(studio.base, "third"), video_id)) == (403, "insufficientPermissions")


# Thumbnails


def set_thumbnail(studio: Studio, video_id: str, content: bytes, mime: str = "image/png") -> requests.Response:
    params = {"videoId": video_id, "uploadType": "media"}
    return studio.call("POST", THUMBNAIL, params=params, data=content, headers={"Content-Type": mime})


def test_a_thumbnail_is_set_and_shown(studio: Studio, clock: ManualClock) -> None:
    video_id = studio.uploaded()
    clock.advance(3)
    own = picture((320, 180))
    answer = set_thumbnail(studio, video_id, own).json()
    assert answer["kind"] == "youtube#thumbnailSetResponse"
    assert requests.get(answer["items"][0]["default"]["url"], timeout=5).content == own
    assert studio.video(video_id)["snippet"]["title"] == "عنوان"


def test_a_picture_that_is_none_or_too_heavy_is_refused(studio: Studio, stranger: Studio) -> None:
    video_id = studio.uploaded()
    assert reason(set_thumbnail(studio, video_id, b"no picture")) == (400, "invalidImage")
    assert reason(set_thumbnail(studio, video_id, picture(kind="GIF"), "image/gif")) == (400, "badContent")
    assert reason(set_thumbnail(studio, video_id, picture(kind="GIF"), "image/png")) == (400, "invalidImage")
    assert reason(set_thumbnail(studio, video_id, bytes(2 * 1024 * 1024 + 1))) == (413, "uploadTooLarge")
    assert reason(set_thumbnail(studio, video_id, b"")) == (400, "mediaBodyRequired")
    assert reason(set_thumbnail(studio, "AAAAAAAAAAA", picture())) == (404, "videoNotFound")
    assert reason(set_thumbnail(stranger, video_id, picture())) == (403, "forbidden")


# Playlists


def uploads(studio: Studio) -> str:
    [channel] = studio.get("channels", part="contentDetails", mine="true").json()["items"]
    return str(channel["contentDetails"]["relatedPlaylists"]["uploads"])


def created(studio: Studio, title: str = "سلسلة", privacy: str = "public") -> str:
    body = {"snippet": {"title": title}, "status": {"privacyStatus": privacy}}
    answer = studio.call("POST", "/youtube/v3/playlists", params={"part": "snippet,status"}, json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def put(studio: Studio, playlist: str, video_id: str, **more: Any) -> requests.Response:
    snippet = {"playlistId": playlist, "resourceId": {"kind": "youtube#video", "videoId": video_id}, **more}
    return studio.call("POST", "/youtube/v3/playlistItems", params={"part": "snippet"}, json={"snippet": snippet})


def videos_in(studio: Studio, playlist: str, **more: str) -> list[str]:
    found = studio.get("playlistItems", part="contentDetails", playlistId=playlist, maxResults="50", **more).json()
    return [one["contentDetails"]["videoId"] for one in found["items"]]


def test_a_channels_uploads_are_a_list_newest_first(studio: Studio, stranger: Studio, clock: ManualClock) -> None:
    assert videos_in(studio, uploads(studio)) == []
    ids = []
    for number in range(7):
        clock.advance(1)
        ids.append(studio.uploaded(resource(f"درس {number}", privacyStatus="private" if number == 3 else "public")))
    clock.advance(3)
    assert videos_in(studio, uploads(studio)) == ids[::-1]
    assert videos_in(stranger, uploads(studio)) == [one for one in ids[::-1] if one != ids[3]]
    asked = {"part": "snippet,status", "playlistId": uploads(studio)}
    first = studio.get("playlistItems", **asked).json()
    assert (len(first["items"]), first["pageInfo"]) == (5, {"totalResults": 7, "resultsPerPage": 5})
    assert first["items"][0]["snippet"]["resourceId"] == {"kind": "youtube#video", "videoId": ids[-1]}
    second = studio.get("playlistItems", **asked, pageToken=first["nextPageToken"]).json()
    assert [one["snippet"]["title"] for one in second["items"]] == ["درس 1", "درس 0"]
    assert "nextPageToken" not in second


def test_a_playlist_is_made_and_filled_in_order(studio: Studio, stranger: Studio) -> None:
    playlist, ids = created(studio), [studio.uploaded() for _ in range(3)]
    for video_id in ids[:2]:
        assert put(studio, playlist, video_id).status_code == 200
    assert put(studio, playlist, ids[2], position=0).json()["snippet"]["position"] == 0
    assert videos_in(studio, playlist) == [ids[2], ids[0], ids[1]]
    assert videos_in(studio, playlist, videoId=ids[0]) == [ids[0]]
    [listed] = studio.get("playlists", part="snippet,contentDetails", mine="true").json()["items"]
    assert (listed["snippet"]["title"], listed["contentDetails"]["itemCount"]) == ("سلسلة", 3)
    studio.call("DELETE", "/youtube/v3/videos", params={"id": ids[0]})
    assert videos_in(studio, playlist) == [ids[2], ids[1]]
    assert studio.get("playlists", part="id", mine="true").json()["items"][0]["id"] == playlist
    assert stranger.get("playlists", part="id", mine="true").json()["items"] == []


def test_a_playlist_refuses_what_does_not_fit(studio: Studio, stranger: Studio) -> None:
    playlist, video_id = created(studio, privacy="private"), studio.uploaded()
    empty = studio.call("POST", "/youtube/v3/playlists", params={"part": "snippet"}, json={"snippet": {}})
    assert reason(empty) == (400, "playlistTitleRequired")
    assert reason(put(studio, "PLnothing", video_id)) == (404, "playlistNotFound")
    assert reason(put(studio, playlist, "AAAAAAAAAAA")) == (404, "videoNotFound")
    assert reason(put(studio, playlist, video_id, position=7)) == (400, "invalidPlaylistItemPosition")
    assert reason(put(studio, playlist, video_id, resourceId={"kind": "youtube#channel"})) == (
        400,
        "invalidResourceType",
    )
    assert reason(put(stranger, playlist, video_id)) == (404, "playlistNotFound")
    assert reason(put(stranger, created(studio), video_id)) == (403, "playlistItemsNotAccessible")
    assert reason(stranger.get("playlistItems", part="id", playlistId=playlist)) == (404, "playlistNotFound")


def test_a_reset_forgets_playlists_and_files(studio: Studio, sandbox: SandboxClient) -> None:
    created(studio)
    session = studio.session()
    sandbox.reset()
    assert studio.get("playlists", part="id", mine="true").json()["items"] == []
    assert studio.so_far(session).status_code == 404
