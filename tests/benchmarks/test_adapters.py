"""What benchmarks/adapters.py takes from what an adapter declares, how it counts, when it says that one falls short."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import adapters
import pytest
import requests
from _files import Stored, film, picture, served, shot
from _posting import Job, Spent, measure

from networks.limits import Limits, VideoLimits
from networks.registry import adapter_class, all_adapters
from ops.console import Problem
from sandbox.films import film_at
from sandbox.testing import SandboxClient, running_sandbox
from tests.films import needs_ffmpeg

ONE = Spent(1, 1.0, 1.0)
GOOD = adapters.Figures("measured", False, ONE, ONE, 4, ONE, ONE, 200_000_000, ONE, 1)
VIDEO = VideoLimits(types=("video/mp4",))


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Stored]:
    with served(tmp_path) as files:
        yield files


@pytest.fixture
def desk() -> Iterator[SandboxClient]:
    with running_sandbox(rate_limit=100_000) as running:
        yield running


def job(desk: SandboxClient, network: str, stored: Stored, **changes: object) -> Job:
    return replace(Job(adapters.place_on(desk, adapter_class(network)), stored), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "kinds"),
    [
        (Limits(500, max_media=10, media_types=("image/jpeg",)), adapters.Kinds(True, 4, 0)),
        (Limits(500, max_media=1, media_types=("image/jpeg",)), adapters.Kinds(True, 1, 0)),
        (Limits(500, max_media=1, needs_media=True, video=VIDEO), adapters.Kinds(False, 0, 200_000_000)),
        (Limits(500, video=replace(VIDEO, max_bytes=50_000_000)), adapters.Kinds(True, 0, 50_000_000)),
    ],
)
def test_what_is_measured_follows_from_what_a_network_declares(limits: Limits, kinds: adapters.Kinds) -> None:
    assert adapters.kinds(limits) == kinds


def test_paid_reads_come_a_hundred_at_a_time_and_those_of_graph_fifty() -> None:
    asked = {cls.slug: adapters.most_requests(cls) for cls in all_adapters()}
    assert (asked["x"], asked["facebook"], asked["instagram"], asked["mastodon"]) == (1, 2, 2, None)


@pytest.mark.parametrize("network", ["x", "facebook"])
def test_the_figures_of_many_posts_keep_to_what_is_asked(desk: SandboxClient, stored: Stored, network: str) -> None:
    spent = measure(job(desk, network, stored, posts=adapters.MEASURED, reads=True))
    assert spent.requests == adapters.most_requests(adapter_class(network))


@needs_ffmpeg
def test_reels_have_their_figures_in_a_second_batch(desk: SandboxClient, stored: Stored) -> None:
    reel = film(stored.folder, shot(stored.folder))
    assert measure(job(desk, "instagram", stored, media=(reel,), posts=3, reads=True)).requests == 2


def test_figures_within_their_bounds_are_good() -> None:
    assert GOOD.broken == []
    assert replace(GOOD, pull=replace(ONE, requests=40), most_requests=None).broken == []
    assert replace(GOOD, film=None, small_film=None, pull=None).broken == []


def test_more_requests_than_asked_and_memory_that_grows_with_the_film_are_told() -> None:
    grown = replace(GOOD, film=replace(ONE, peak_mib=190.0), pull=replace(ONE, requests=2))
    assert len(grown.broken) == 2
    assert grown.growth == 190.0


@needs_ffmpeg
def test_the_film_is_as_large_as_was_asked_and_still_a_film(tmp_path: Path) -> None:
    drawn = shot(tmp_path)
    large = film(tmp_path, drawn, 50_000_000)
    found = film_at(tmp_path / f"{large.sha256}.mp4")
    assert (large.size, found.mime, found.width) == (50_000_000, "video/mp4", 640)
    assert found.seconds == pytest.approx(66, 0.01)
    assert film(tmp_path, drawn).size == drawn.stat().st_size


def test_a_file_is_served_as_it_is_stored(stored: Stored) -> None:
    media = picture(stored.folder, 1, "image/jpeg")
    answer = requests.get(stored.address(media.sha256), timeout=5)
    with stored.open(media.sha256) as file:
        assert answer.content == file.read()
    assert answer.headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("network", ["mastodon", "x", "facebook"])
def test_requests_are_counted_below_the_client_libraries_too(desk: SandboxClient, stored: Stored, network: str) -> None:
    assert measure(job(desk, network, stored, posts=3)).requests == 1
    assert len(desk.posts(network)) == 3


def test_a_post_by_hand_makes_no_request(desk: SandboxClient, stored: Stored) -> None:
    assert measure(job(desk, "whatsapp", stored)).requests == 0


def test_a_spent_quota_is_waited_out_on_the_networks_own_clock(desk: SandboxClient, stored: Stored) -> None:
    shown = picture(stored.folder, 1, "image/jpeg")
    spent = measure(job(desk, "tiktok", stored, media=(shown,), posts=8, reads=True))
    assert (spent.requests, len(desk.posts("tiktok"))) == (1, 8)


def test_a_network_that_refuses_is_no_figure(desk: SandboxClient, stored: Stored) -> None:
    desk.arm_fault("server_error", network="mastodon", route="publish")
    with pytest.raises(Problem):
        measure(job(desk, "mastodon", stored))
