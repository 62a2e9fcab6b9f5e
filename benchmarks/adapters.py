"""What one post costs on each network: requests, processor time, memory; and what the figures of 100 posts cost.

`python benchmarks/adapters.py [--network SLUG] [--json]`. Each adapter goes through its contract against the simulator,
over HTTP, with real files: a text, four pictures, a film of 200 MB and the same film at a tenth of that, each in a
process of its own. What a network takes is read from what its adapter declares. Videos need ffmpeg.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stdout
from dataclasses import asdict, dataclass, replace
from math import ceil
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from _files import MIME_TYPES, Stored, film, picture, poster, served, shot
from _posting import Job, Place, Spent, connected, measure

from networks.base import Adapter, Capability
from networks.graph_adapter import GraphAdapter
from networks.limits import Limits
from networks.registry import adapter_class, all_adapters
from networks.types import Media
from ops.console import Problem
from ops.ports import free_port
from ops.processes import sandbox
from ops.supervise import Stopped, Supervisor
from sandbox.testing import SandboxClient

FILM_BYTES, SHARE = 200_000_000, 10
PICTURES, REPEATED, MEASURED = 4, 5, 100
GROWTH_MIB = 8.0
"""How much higher than the small film's the large one's peak may be."""
PAID_READS, BATCHED = 100, 50
"""Posts whose figures one request must bring: where reads are paid for, and in a batch of Meta's Graph API."""
UP_SECONDS = 30.0
MIB = 1024 * 1024


@dataclass(frozen=True)
class Kinds:
    """What a network takes, by its limits: a text alone, how many pictures, how large a film; 0 is none."""

    text: bool
    pictures: int
    film_bytes: int


@dataclass(frozen=True)
class Figures:
    """Of one network. None: it takes no such post, or tells no figures of posts.

    `most_requests`: asked of a pull of the figures of `MEASURED` posts; None where nothing is asked.
    """

    network: str
    is_by_hand: bool
    text: Spent | None
    pictures: Spent | None
    picture_count: int
    film: Spent | None
    small_film: Spent | None
    film_bytes: int
    pull: Spent | None
    most_requests: int | None

    @property
    def growth(self) -> float | None:
        """The large film's peak by the small one's."""
        if self.film is None or self.small_film is None:
            return None
        return round(self.film.peak_mib / max(self.small_film.peak_mib, 0.1), 2)

    @property
    def broken(self) -> list[str]:
        """The bounds that do not hold."""
        said = []
        if self.pull and self.most_requests is not None and self.pull.requests > self.most_requests:
            said.append(
                f"{self.pull.requests:g} requests for {MEASURED} posts' figures, {self.most_requests} are asked"
            )
        if self.film and self.small_film and self.film.peak_mib - self.small_film.peak_mib > GROWTH_MIB:
            said.append(f"memory grows with the film: {self.small_film.peak_mib} to {self.film.peak_mib} MiB")
        return said


def kinds(limits: Limits) -> Kinds:
    video = limits.video
    return Kinds(
        text=not limits.needs_media,
        pictures=min(PICTURES, limits.max_media) if limits.media_types else 0,
        film_bytes=min(FILM_BYTES, video.max_bytes or FILM_BYTES) if video else 0,
    )


def most_requests(cls: type[Adapter]) -> int | None:
    """For the figures of `MEASURED` posts."""
    has_batches = issubclass(cls, GraphAdapter) and cls.metrics_batch > 1
    together = PAID_READS if cls.cost.per_read else BATCHED if has_batches else 0
    return ceil(MEASURED / together) if together else None


@contextmanager
def simulator(folder: Path) -> Iterator[SandboxClient]:
    """By its command line; it needs no time for a file and has room for all requests."""
    supervisor = Supervisor(dict(os.environ), folder / "log")
    supervisor.catch_signals()
    port = free_port()
    process = sandbox(port, free_port(), folder)
    words = ("--media-seconds", "0", "--rate-limit", "100000")
    try:
        started = supervisor.start(replace(process, command=(*process.command, *words)))
        supervisor.wait_for(started, UP_SECONDS)
        yield SandboxClient(f"http://127.0.0.1:{port}")
    finally:
        supervisor.stop()


def place_on(desk: SandboxClient, cls: type[Adapter]) -> Place:
    """The simulator's own account; a channel where a person posts needs none, only its link. Raises Problem."""
    by_hand = Place(cls.slug, desk.url, f"{desk.base(cls.slug)}/channel/measured")
    if by_hand.is_by_hand:
        return by_hand
    account = next((one for one in desk.accounts() if one["network"] == cls.slug), None)
    if account is None:
        raise Problem(f"the simulator has no {cls.label}")
    return Place(cls.slug, desk.url, f"@{account['handle']}", account["tokens"][0])


@dataclass(frozen=True)
class Bench:
    desk: SandboxClient
    stored: Stored
    shot: Path
    """The film before it is made long."""

    def of(self, cls: type[Adapter]) -> Figures:
        place = place_on(self.desk, cls)
        limits = connected(place, self.stored)[0].effective_limits
        takes = kinds(limits)
        shown = tuple(self._picture(limits, number) for number in range(takes.pictures))
        plainest = () if takes.text else shown[:1] or (self._film(limits, 0),)
        pull = Job(place, self.stored, plainest, MEASURED, reads=True)
        return Figures(
            network=cls.slug,
            is_by_hand=place.is_by_hand,
            text=self._spent(Job(place, self.stored, (), REPEATED)) if takes.text else None,
            pictures=self._spent(Job(place, self.stored, shown, REPEATED)) if shown else None,
            picture_count=takes.pictures,
            film=self._filmed(place, limits, takes.film_bytes),
            small_film=self._filmed(place, limits, takes.film_bytes // SHARE),
            film_bytes=takes.film_bytes,
            pull=self._spent(pull) if Capability.POST_METRICS in cls.capabilities else None,
            most_requests=most_requests(cls),
        )

    def _spent(self, job: Job) -> Spent:
        """In a process of its own; the networks are empty and at today's time before it."""
        self.desk.reset()
        self.desk.let_clock_go()
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            return alone.submit(measure, job).result()

    def _filmed(self, place: Place, limits: Limits, size: int) -> Spent | None:
        return self._spent(Job(place, self.stored, (self._film(limits, size),))) if size else None

    def _picture(self, limits: Limits, number: int) -> Media:
        mime_type = next(one for one in MIME_TYPES if one in limits.media_types)
        return picture(self.stored.folder, number, mime_type)

    def _film(self, limits: Limits, size: int) -> Media:
        alt_text = "شيخ يتكلم" if limits.video and limits.video.has_alt_text else ""
        still = poster(self.stored.folder)
        return replace(film(self.stored.folder, self.shot, size), alt_text=alt_text, poster=still.sha256)


def measure_all(networks: Sequence[type[Adapter]], on_each: Callable[[Figures], None]) -> list[Figures]:
    if shutil.which("ffmpeg") is None:
        raise Problem("This benchmark needs ffmpeg, which makes its film: apt-get install ffmpeg")
    found = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sanad-bench-")))
        files = folder / "files"
        files.mkdir()
        stored, desk = stack.enter_context(served(files)), stack.enter_context(simulator(folder))
        bench = Bench(desk, stored, shot(folder))
        for cls in networks:
            found.append(bench.of(cls))
            on_each(found[-1])
    return found


def line_of(figures: Figures) -> str:
    """For people."""
    film = "no video"
    if figures.film and figures.small_film:
        size = figures.film_bytes / 1_000_000
        small = f"of {size / SHARE:.0f} MB: {told(figures.small_film)}"
        film = f"video of {size:.0f} MB: {told(figures.film)}, {small}, peaks {figures.growth} : 1"
    parts = [
        f"text: {told(figures.text)}" if figures.text else "no text alone",
        f"pictures, {figures.picture_count}: {told(figures.pictures)}" if figures.pictures else "no pictures",
        film,
        f"figures of {MEASURED} posts: {told(figures.pull)}" if figures.pull else "tells no figures of posts",
        *(["a person posts: no requests"] if figures.is_by_hand else []),
    ]
    return f"{figures.network:10} " + "   ".join(parts)


def told(spent: Spent) -> str:
    return f"{spent.cpu_ms:g} ms {spent.peak_mib:g} MiB {spent.requests:g} req"


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", choices=[cls.slug for cls in all_adapters()], help="this one alone")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(words)
    networks = [adapter_class(options.network)] if options.network else all_adapters()
    show = say if options.json else print
    try:
        with redirect_stdout(sys.stderr) if options.json else nullcontext():
            found = measure_all(networks, lambda figures: show(line_of(figures)))
    except (Problem, Stopped) as ended:
        say(f"Not measured: {str(ended) or 'told to end'}")
        return 1
    for figures in found:
        for broken in figures.broken:
            say(f"{figures.network}: {broken}")
    if options.json:
        print(json.dumps({"networks": [as_json(one) for one in found], "cores": os.cpu_count()}))
    return 1 if any(figures.broken for figures in found) else 0


def as_json(figures: Figures) -> dict[str, object]:
    return {**asdict(figures), "growth": figures.growth, "broken": figures.broken}


if __name__ == "__main__":
    sys.exit(main())
