"""Channels and videos of the simulated YouTube (developers.google.com/youtube/v3/docs, 2026-11)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.youtube import WHOLE, Studio, reason, resource


@pytest.fixture
def studio(sandbox: SandboxClient) -> Studio:
    return Studio(sandbox.base("youtube"), sandbox.token("rabitatube"))


@pytest.fixture
def stranger(sandbox: SandboxClient) -> Studio:
    sandbox.add_account(network="youtube", handle="otherone", token="other-token")
    return Studio(sandbox.base("youtube"), "other-token")


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


# Channels


def test_a_channel_tells_itself_and_the_list_of_its_uploads(studio: Studio, sandbox: SandboxClient) -> None:
    answer = studio.get("channels", part="snippet,statistics,contentDetails", mine="true").json()
    assert (answer["kind"], answer["pageInfo"]["totalResults"]) == ("youtube#channelListResponse", 1)
    [channel] = answer["items"]
    assert channel["snippet"]["customUrl"] == "@rabitatube"
    assert channel["id"].startswith("UC")
    assert channel["contentDetails"]["relatedPlaylists"]["uploads"] == f"UU{channel['id'][2:]}"
    assert channel["statistics"]["subscriberCount"].isdecimal()
    by_id = studio.get("channels", part="id", id=channel["id"]).json()["items"]
    by_handle = studio.get("channels", part="id", forHandle="@rabitatube").json()["items"]
    assert [one["id"] for one in (*by_id, *by_handle)] == [channel["id"]] * 2
    assert studio.call("GET", f"/channel/{channel['id']}").headers["location"] == "/youtube/@rabitatube"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"part": "snippet"}, "missingRequiredParameter"),
        ({"mine": "true"}, "missingRequiredParameter"),
        ({"part": "novelty", "mine": "true"}, "unknownPart"),
        ({"part": "id", "mine": "true", "id": "UC1"}, "incompatibleParameters"),
    ],
)
def test_a_list_needs_a_part_and_one_filter(studio: Studio, params: dict[str, str], expected: str) -> None:
    assert reason(studio.get("channels", **params)) == (400, expected)


# Videos


def test_a_video_is_processed_for_a_while(studio: Studio, clock: ManualClock) -> None:
    video_id = studio.uploaded()
    parts = f"{WHOLE},processingDetails,fileDetails"
    fresh = studio.video(video_id, parts)
    assert (fresh["status"]["uploadStatus"], fresh["contentDetails"]["duration"]) == ("uploaded", "P0D")
    assert fresh["processingDetails"]["processingStatus"] == "processing"
    assert fresh["processingDetails"]["processingProgress"]["timeLeftMs"] == "2000"
    clock.advance(2)
    done = studio.video(video_id, parts)
    assert (done["status"]["uploadStatus"], done["contentDetails"]["duration"]) == ("processed", "PT30S")
    assert done["processingDetails"]["processingStatus"] == "succeeded"
    assert done["fileDetails"]["container"] == "mov,mp4"


def test_up_to_fifty_videos_are_asked_for_at_once_and_missing_ones_left_out(studio: Studio) -> None:
    ids = [studio.uploaded(), studio.uploaded()]
    answer = studio.get("videos", part="id", id=",".join((*ids, "AAAAAAAAAAA"))).json()
    assert [one["id"] for one in answer["items"]] == ids
    assert answer["pageInfo"]["totalResults"] == 2
    many = ",".join(f"{number:011}" for number in range(51))
    assert reason(studio.get("videos", part="id", id=many)) == (400, "invalidFilters")


def test_a_private_video_is_its_owners_and_processing_details_are_too(
    studio: Studio, stranger: Studio, clock: ManualClock
) -> None:
    private = studio.uploaded(resource(privacyStatus="private"))
    unlisted = studio.uploaded(resource(privacyStatus="unlisted"))
    clock.advance(3)
    found = stranger.get("videos", part="status", id=f"{private},{unlisted}").json()["items"]
    assert [(one["id"], one["status"]["privacyStatus"]) for one in found] == [(unlisted, "unlisted")]
    assert reason(stranger.get("videos", part="processingDetails", id=unlisted)) == (403, "forbidden")
    assert len(studio.get("videos", part="processingDetails", id=private).json()["items"]) == 1


def test_a_named_part_is_replaced_whole_and_others_stay(studio: Studio) -> None:
    video_id = studio.uploaded(resource("قديم", "وصف قديم", privacyStatus="unlisted"))
    snippet = {"title": "جديد", "categoryId": "22"}
    changed = studio.update({"id": video_id, "snippet": snippet}, "snippet").json()["snippet"]
    assert (changed["title"], changed["description"], changed["categoryId"]) == ("جديد", "", "22")
    assert "tags" not in changed
    assert studio.video(video_id)["status"]["privacyStatus"] == "unlisted"
    studio.update({"id": video_id, "status": {"embeddable": False}}, "status")
    status = studio.video(video_id)["status"]
    assert (status["privacyStatus"], status["embeddable"]) == ("public", False)
    assert studio.video(video_id)["snippet"]["title"] == "جديد"


def test_an_update_needs_what_a_video_needs(studio: Studio, stranger: Studio) -> None:
    video_id = studio.uploaded()
    snippet = {"title": "جديد", "categoryId": "22"}
    assert reason(studio.update({"snippet": snippet}, "snippet")) == (400, "missingRequiredParameter")
    assert reason(studio.update({"id": "AAAAAAAAAAA", "snippet": snippet}, "snippet")) == (404, "videoNotFound")
    assert reason(stranger.update({"id": video_id, "snippet": snippet}, "snippet")) == (403, "forbidden")
    assert reason(studio.update({"id": video_id, "snippet": {"title": "أ"}}, "snippet")) == (400, "invalidCategoryId")
    assert reason(studio.update({"id": video_id, "snippet": {"categoryId": "1"}}, "snippet")) == (400, "invalidTitle")


def test_a_scheduled_video_goes_public_by_itself(studio: Studio, sandbox: SandboxClient, clock: ManualClock) -> None:
    video_id = studio.uploaded(resource(privacyStatus="private", publishAt=iso(clock() + 600)))
    clock.advance(300)
    before = studio.video(video_id)["status"]
    assert (before["privacyStatus"], before["publishAt"]) == ("private", iso(clock() + 300))
    assert studio.call("GET", f"/watch?v={video_id}").status_code == 404
    clock.advance(600)
    after = studio.video(video_id)
    assert (after["status"]["privacyStatus"], "publishAt" in after["status"]) == ("public", False)
    assert after["snippet"]["publishedAt"] == iso(clock() - 300)
    again = {"id": video_id, "status": {"privacyStatus": "private", "publishAt": iso(clock() + 60)}}
    assert reason(studio.update(again, "status")) == (400, "invalidPublishAt")


def test_a_moment_that_is_over_publishes_at_once(studio: Studio, clock: ManualClock) -> None:
    video_id = studio.uploaded(resource(privacyStatus="private"))
    plan = {"privacyStatus": "private", "publishAt": iso(clock() - 60)}
    told = studio.update({"id": video_id, "status": plan}, "status").json()["status"]
    assert told["privacyStatus"] == "public"


def test_figures_grow_once_people_can_see_it(studio: Studio, clock: ManualClock) -> None:
    public, private = studio.uploaded(), studio.uploaded(resource(privacyStatus="private"))
    views = []
    for _ in range(3):
        clock.advance(120)
        views.append(int(studio.video(public)["statistics"]["viewCount"]))
    assert views == sorted(views)
    assert views[0] > int(studio.video(public)["statistics"]["commentCount"]) >= 0
    assert set(studio.video(private)["statistics"].values()) == {"0"}


def test_a_deleted_video_is_gone_with_its_file(studio: Studio, stranger: Studio, clock: ManualClock) -> None:
    video_id = studio.uploaded()
    clock.advance(3)
    query = {"id": video_id}
    assert reason(stranger.call("DELETE", "/youtube/v3/videos", params=query)) == (403, "forbidden")
    assert studio.call("DELETE", "/youtube/v3/videos", params=query).status_code == 204
    assert studio.get("videos", part="id", id=video_id).json()["items"] == []
    assert studio.call("GET", f"/file/{video_id}").status_code == 404
    assert reason(studio.call("DELETE", "/youtube/v3/videos", params=query)) == (404, "videoNotFound")


# Pages


def test_readers_see_public_videos_on_the_channels_page_and_unlisted_ones_by_their_link(
    studio: Studio, sandbox: SandboxClient, clock: ManualClock
) -> None:
    ids = {
        privacy: studio.uploaded(resource(f"درس {privacy}", privacyStatus=privacy))
        for privacy in ("public", "unlisted", "private")
    }
    clock.advance(3600)
    timeline = requests.get(f"{studio.base}/@rabitatube", timeout=5).text
    assert ("درس public" in timeline, "درس unlisted" in timeline, "درس private" in timeline) == (True, False, False)
    assert 'dir="rtl"' in timeline
    pages = {name: requests.get(f"{studio.base}/watch", params={"v": one}, timeout=5) for name, one in ids.items()}
    assert [pages[name].status_code for name in ids] == [200, 200, 404]
    assert 'class="comment"' in pages["public"].text
    assert "Unlisted" in requests.get(f"{pages['unlisted'].url}?lang=en", timeout=5).text
    own_page = requests.get(f"{studio.base}/@rabitatube/{ids['private']}", timeout=5)
    assert own_page.status_code == 404


def test_a_video_of_the_past_is_there_with_its_title(
    studio: Studio, sandbox: SandboxClient, clock: ManualClock
) -> None:
    at = clock() - 86_400
    past = sandbox.add_post(network="youtube", account="rabitatube", text="درس قديم\n\nوصفه", created_at=at)
    told = studio.video(past["id"])
    assert (told["snippet"]["title"], told["snippet"]["publishedAt"]) == ("درس قديم", iso(at))
    assert int(told["statistics"]["viewCount"]) > 0


def test_a_person_opens_a_channel_and_it_is_connected_by_its_token(sandbox: SandboxClient) -> None:
    typed = {"network": "youtube", "handle": "newchannel", "display_name": "قناة", "bio": "نبذة"}
    opened = requests.post(f"{sandbox.url}/accounts/new", data=typed, timeout=5)
    assert opened.status_code == 200
    studio = Studio(sandbox.base("youtube"), sandbox.token("newchannel"))
    assert studio.get("channels", part="snippet", mine="true").json()["items"][0]["snippet"]["title"] == "قناة"
