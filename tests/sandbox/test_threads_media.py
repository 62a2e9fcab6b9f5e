"""Pictures, films and carousels on the simulated Threads: what it takes and how it shows them (read 2026-11)."""

from __future__ import annotations

import pytest
import requests

from sandbox.dialects import _threads_fetch
from sandbox.testing import ManualClock, SandboxClient
from tests.sandbox.boxes import headless, mp4
from tests.sandbox.instagram import Files, jpeg
from tests.sandbox.threads import Profile, error_of


def refused(ours: Profile, address: str) -> tuple[int, int | None]:
    return error_of(ours.post("me/threads", media_type="IMAGE", image_url=address))


def film(ours: Profile, address: str) -> tuple[str, str | None]:
    status, said = ours.status(ours.ready(media_type="VIDEO", video_url=address))
    return status, said


def test_a_picture_is_fetched_and_goes_out_with_its_description(ours: Profile, files: Files) -> None:
    picture = jpeg()
    made = ours.ready(media_type="IMAGE", image_url=files.put(picture), text="نص", alt_text="وصف")
    assert files.asked[0][1].startswith("facebookexternalhit")
    assert ours.status(made) == ("FINISHED", None)
    post = ours.publish(made)["id"]
    told = ours.get(post, fields="media_type,media_url,alt_text,text,thumbnail_url")
    assert (told["media_type"], told["alt_text"], told["text"]) == ("IMAGE", "وصف", "نص")
    assert requests.get(told["media_url"], timeout=5).content == picture
    assert "thumbnail_url" not in told
    page = requests.get(f"{ours.base}/@rabita_threads/{post}", timeout=5).text
    assert 'alt="وصف"' in page


def test_a_picture_may_go_out_without_words(ours: Profile, files: Files) -> None:
    post = ours.publish(ours.ready(media_type="IMAGE", image_url=files.put(jpeg(kind="PNG"))))["id"]
    told = ours.get(post, fields="text,media_url")
    assert "text" not in told
    assert requests.get(told["media_url"], timeout=5).headers["content-type"] == "image/png"


@pytest.mark.parametrize("address", ["https://rabita.example/a.jpg", "http://10.0.0.1/a.jpg", "a.jpg"])
def test_nothing_is_fetched_from_elsewhere(ours: Profile, address: str) -> None:
    assert refused(ours, address) == (1, 2207052)
    assert film(ours, address) == ("ERROR", "FAILED_DOWNLOADING_VIDEO")


def test_a_picture_that_is_not_one_or_is_missing_is_refused(ours: Profile, files: Files) -> None:
    assert refused(ours, files.put(b"", 404)) == (1, 2207052)
    assert refused(ours, files.put(b"<html>not a picture</html>")) == (1, 2207052)
    assert refused(ours, files.put(jpeg(kind="WEBP"))) == (36001, 2207005)


@pytest.mark.parametrize(
    ("size", "is_taken"), [((1000, 100), True), ((1010, 100), False), ((100, 1000), True), ((100, 1010), False)]
)
def test_a_picture_is_at_most_ten_times_as_long_as_wide(
    ours: Profile, files: Files, size: tuple[int, int], is_taken: bool
) -> None:
    told = ours.post("me/threads", media_type="IMAGE", image_url=files.put(jpeg(size)))
    assert ("id" in told) is is_taken
    if not is_taken:
        assert error_of(told) == (36003, 2207009)


def test_a_picture_is_at_most_eight_mebibytes(ours: Profile, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_threads_fetch, "IMAGE_BYTES", len(jpeg()))
    assert "id" in ours.post("me/threads", media_type="IMAGE", image_url=files.put(jpeg()))
    assert refused(ours, files.put(jpeg() + b"\0")) == (36000, 2207004)


def test_a_description_is_at_most_a_thousand_characters(ours: Profile, files: Files) -> None:
    how = {"media_type": "IMAGE", "image_url": files.put(jpeg())}
    assert "id" in ours.post("me/threads", alt_text="ا" * 1000, **how)
    assert error_of(ours.post("me/threads", alt_text="ا" * 1001, **how))[0] == 100


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (mp4(), None), (mp4(300), None), (mp4(300.5), "INVALID_DURATION"), (mp4(sound=b""), None),
        (mp4(size=(1920, 1080), brand=b"qt  "), None), (mp4(size=(1922, 1080)), "FAILED_PROCESSING_VIDEO"),
        (mp4(size=(1000, 99)), "INVALID_ASPEC_RATIO"), (mp4(frames=22), "INVALID_FRAME_RATE"),
        (mp4(frames=61), "INVALID_FRAME_RATE"), (mp4(sound=b"Opus"), "FAILED_PROCESSING_AUDIO"),
        (jpeg(), "FAILED_PROCESSING_VIDEO"), (headless(), None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_film_is_told_by_its_container(
    ours: Profile, files: Files, content: bytes, said: str | None
) -> None:
    assert film(ours, files.put(content)) == ("ERROR" if said else "FINISHED", said)


def test_a_film_goes_out_and_is_shown_with_its_cover_and_length(
    ours: Profile, files: Files, clock: ManualClock
) -> None:
    content = mp4(65)
    made = ours.container(media_type="VIDEO", video_url=files.put(content), text="نص", alt_text="وصف المقطع")
    assert ours.status(made) == ("IN_PROGRESS", None)
    clock.advance(3)
    post = ours.publish(made)["id"]
    told = ours.get(post, fields="media_type,media_url,thumbnail_url,alt_text")
    assert (told["media_type"], told["alt_text"]) == ("VIDEO", "وصف المقطع")
    assert requests.get(told["media_url"], timeout=5).content == content
    assert requests.get(told["thumbnail_url"], timeout=5).headers["content-type"] == "image/jpeg"
    page = requests.get(f"{ours.base}/@rabita_threads", timeout=5).text
    assert f'poster="{told["thumbnail_url"]}"' in page
    assert "1:05" in page


def test_a_film_that_was_refused_is_not_published(ours: Profile, files: Files) -> None:
    made = ours.ready(media_type="VIDEO", video_url=files.put(b"not a film"))
    assert error_of(ours.publish(made)) == (-1, 2207032)


def test_a_carousel_holds_its_items_in_their_order(ours: Profile, files: Files) -> None:
    how = {"is_carousel_item": "true"}
    items = [ours.ready(media_type="IMAGE", image_url=files.put(jpeg()), alt_text=f"وصف {n}", **how) for n in (1, 2)]
    items.append(ours.ready(media_type="VIDEO", video_url=files.put(mp4()), **how))
    made = ours.ready(media_type="CAROUSEL", children=",".join(items), text="نص")
    post = ours.publish(made)["id"]
    told = ours.get(post, fields="media_type,text,children{media_type,alt_text,media_url}")
    assert (told["media_type"], told["text"]) == ("CAROUSEL_ALBUM", "نص")
    children = told["children"]["data"]
    assert [child["media_type"] for child in children] == ["IMAGE", "IMAGE", "VIDEO"]
    assert [child.get("alt_text") for child in children] == ["وصف 1", "وصف 2", None]
    assert ours.get(children[2]["id"], fields="thumbnail_url")["thumbnail_url"].endswith("/cover")
    assert error_of(ours.get(f"{children[0]['id']}/insights", metric="likes")) == (100, 33)


def test_a_carousel_has_two_to_twenty_finished_items_of_its_own(
    ours: Profile, files: Files, clock: ManualClock
) -> None:
    item = ours.ready(media_type="IMAGE", image_url=files.put(jpeg()), is_carousel_item="true")
    alone = ours.ready(media_type="IMAGE", image_url=files.put(jpeg()))
    bad = ours.ready(media_type="VIDEO", video_url=files.put(b"no film"), is_carousel_item="true")

    def made(*items: str) -> tuple[int, int | None] | str:
        told = ours.post("me/threads", media_type="CAROUSEL", children=",".join(items))
        return str(told["id"]) if "id" in told else error_of(told)

    assert made(item) == made(*[item] * 21) == (100, 2207028)
    assert isinstance(made(*[item] * 20), str)
    assert made(item, alone) == (24, 4279009)
    assert error_of(ours.publish(item)) == (24, 4279009)
    broken = made(item, bad)
    clock.advance(3)
    assert ours.status(str(broken)) == ("ERROR", "FAILED_PROCESSING_VIDEO")


def test_a_file_is_seen_by_others_once_it_is_published(ours: Profile, files: Files) -> None:
    post = ours.publish(ours.ready(media_type="IMAGE", image_url=files.put(jpeg())))["id"]
    address = ours.get(post, fields="media_url")["media_url"]
    number = int(address.rpartition("/")[2])
    ours.container(media_type="IMAGE", image_url=files.put(jpeg()))
    assert requests.get(f"{ours.base}/file/{number + 1}", timeout=5).status_code == 404
    ours.call("DELETE", post)
    assert requests.get(address, timeout=5).status_code == 404


# Faults


def test_a_file_is_stuck_fails_or_is_refused(
    ours: Profile, files: Files, sandbox: SandboxClient, clock: ManualClock
) -> None:
    how = {"media_type": "VIDEO", "video_url": files.put(mp4())}
    sandbox.arm_fault("media_stuck", network="threads")
    assert "id" in ours.post("me/threads", media_type="TEXT", text="نص")
    stuck = ours.container(**how)
    clock.advance(3600)
    assert ours.status(stuck) == ("IN_PROGRESS", None)
    assert error_of(ours.publish(stuck)) == (24, 4279009)
    sandbox.arm_fault("media_failed", network="threads")
    assert ours.status(ours.ready(**how)) == ("ERROR", "FAILED_PROCESSING_VIDEO")
    sandbox.arm_fault("media_failed", network="threads")
    assert ours.status(ours.ready(media_type="IMAGE", image_url=files.put(jpeg()))) == ("ERROR", "UNKNOWN")
    sandbox.arm_fault("media_refused", network="threads")
    assert refused(ours, files.put(jpeg())) == (36003, 2207009)
