"""How fast the pages of a large institution answer, what they ask of the database and what they send.

`python benchmarks/pages.py [--deliveries 100000] [--snapshots 1000000] [--json]`. Through gunicorn and PostgreSQL after
ANALYZE, signed in on the real pages, everything in the signed-in person's institution: 30 requests after 3, one at a
time and 4 at a time. Queries are counted there and in an institution of a tenth of its size: they must not grow.
`--keep NAME` leaves the database (of that name) for the next run, which then only measures; drop it when done.
"""

import argparse
import json
import math
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import requests
from _memory import descendants, processor_ms
from _rig import Rig, rig

from ops.console import Problem
from ops.ports import free_port
from ops.processes import web
from ops.supervise import Child, Stopped

if TYPE_CHECKING:
    from accounts.models import User
    from campaigns.models import Campaign

REQUESTS, WARM_UP, AT_ONCE = 30, 3, 4
YEAR = 365 * 24 * 3600
MEDIAN_MS, P95_MS, QUERIES, WIRE_KIB, FONTS_KIB = 100.0, 200.0, 25, 200.0, 300.0
LARGE, SMALL = "measured", "neighbour"
PASSWORD, SECRET = "a long road of light 27", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PEER = (
    "the nearest peer at that size, measured once on such a machine (2026-11), not again here: month calendar 3.5 s, "
    "161 queries; analytics 1.3 to 4.9 s and 440 to 4,542 queries; week view 5 MB of HTML"
)


@dataclass
class PageFigures:
    """Milliseconds, one at a time and four at a time, and of the processor for one request (without the database's);
    KiB on the wire with static files cold, fonts apart."""

    path: str
    median_ms: float = math.nan
    p95_ms: float = math.nan
    cpu_ms: float = math.nan
    median_at_once_ms: float = math.nan
    p95_at_once_ms: float = math.nan
    queries_at_a_tenth: int = 0
    queries: int = 0
    wire_kib: float = math.nan
    fonts_kib: float = math.nan
    kept_for_a_year: bool = True
    failed: int = 0

    @property
    def is_good(self) -> bool:
        medians, slowest = (self.median_ms, self.median_at_once_ms), (self.p95_ms, self.p95_at_once_ms)
        is_quick = max(medians) <= MEDIAN_MS and max(slowest) <= P95_MS
        is_light = not self.wire_kib > WIRE_KIB and not self.fonts_kib > FONTS_KIB and self.kept_for_a_year
        is_steady = self.queries <= QUERIES and self.queries <= self.queries_at_a_tenth
        return is_quick and is_light and is_steady and not self.failed


@dataclass
class Figures:
    """`rebuilt` says how long the days of all figures took; it is empty where they were there already."""

    rows: dict[str, int]
    rebuilt: dict[str, float]
    load: tuple[float, float, float] = (0.0, 0.0, 0.0)
    pages: dict[str, PageFigures] = field(default_factory=dict)


def measure(deliveries: int, snapshots: int, kept: str) -> Figures:
    with rig(rate_limit=300, kept=kept) as running:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        return measure_on(running, deliveries, snapshots)


def measure_on(running: Rig, deliveries: int, snapshots: int) -> Figures:
    import _crowd

    from accounts.models import Organisation

    running.supervisor.run("catalogues", (sys.executable, "-m", "ops.messages", "compile"), lambda line: None)
    running.supervisor.run("static", (sys.executable, "manage.py", "collectstatic", "--no-input"), lambda line: None)
    rebuilt = {} if Organisation.objects.exists() else crowd(running, deliveries, snapshots)
    figures = Figures(_crowd.counts(), rebuilt)
    port = free_port()
    started = running.supervisor.start(web(port, workers=2))
    running.supervisor.wait_for(started, 60)
    base = f"http://127.0.0.1:{port}"
    person, neighbour = reader(LARGE), reader(SMALL)
    session = signed_in(base, person)
    at_a_tenth = paths(first_campaign(SMALL))
    for name, path in paths(first_campaign(LARGE)).items():
        say(f"Measuring {name}")
        figures.pages[name] = measure_page(base, session, path, started[0])
        figures.pages[name].queries_at_a_tenth = queries_of(neighbour, at_a_tenth[name])
        figures.pages[name].queries = queries_of(person, path)
    figures.load = os.getloadavg()
    weigh(base, session, figures)
    return figures


def crowd(running: Rig, deliveries: int, snapshots: int) -> dict[str, float]:
    """Both institutions, by the product's actions where there is one of a kind, by copies where there are many."""
    import _crowd
    from _institution import found, release, signed_variant
    from django.utils import timezone

    for slug, size in ((SMALL, deliveries // 10), (LARGE, deliveries)):
        say(f"Copying {size:,} deliveries")
        house = found(running.network, slug)
        _crowd.multiply(release(house, signed_variant(house, 1), timezone.now() + timedelta(days=1)), size)
    _crowd.fill_up(snapshots)
    _crowd.run("ANALYZE")
    say("Rebuilding the days of all figures, then VACUUM and ANALYZE")
    rebuilt = _crowd.rebuild()
    _crowd.run("VACUUM ANALYZE")
    return rebuilt


def first_campaign(slug: str) -> "Campaign":
    from campaigns.models import Campaign

    return Campaign.objects.filter(organisation__slug=slug).order_by("pk")[0]


def paths(campaign: "Campaign") -> dict[str, str]:
    return {
        "desk": "/",
        "calendar month": "/calendar/?view=month",
        "deliveries": "/deliveries/",
        "campaign": f"/campaigns/{campaign.pk}/",
        "dashboard": f"/dashboard/{campaign.pk}/",
        "ledger": f"/ledger/{campaign.organisation.slug}/",
    }


# Who reads


def reader(slug: str) -> "User":
    """Somebody who writes, signs and schedules, with a password and an authenticator app for the real sign-in."""
    from _institution import seat
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    from accounts.capabilities import Role
    from accounts.models import Organisation, User

    email = f"reader@{slug}.test"
    if not User.objects.filter(email=email).exists():
        seat(Organisation.objects.get(slug=slug), "Reader", Role.AUTHOR, Role.REVIEWER, Role.COORDINATOR)
    user = User.objects.get(email=email)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    TOTP.activate(user, SECRET)
    return user


def signed_in(base: str, person: "User") -> requests.Session:
    """The cookies that the real sign-in leaves."""
    from sandbox.people import totp

    session = requests.Session()
    session.trust_env = False
    post(session, f"{base}/account/login/", {"login": person.email, "password": PASSWORD})
    code, _left = totp(SECRET, time.time())
    answer = post(session, f"{base}/account/2fa/authenticate/", {"code": code})
    if "/account/" in answer.url:
        raise Problem(f"The benchmark could not sign in: it was left at {answer.url}.")
    return session


def post(session: requests.Session, url: str, fields: dict[str, str]) -> requests.Response:
    page = session.get(url, timeout=60)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    form = {**fields, "csrfmiddlewaretoken": token.group(1) if token else ""}
    return session.post(url, data=form, headers={"Referer": url}, timeout=60)


def queries_of(person: "User", path: str) -> int:
    """How many the page asks, in this process, over the same rows."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(raise_request_exception=True)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get(path, HTTP_HOST="127.0.0.1")
    with CaptureQueriesContext(connection) as captured:
        client.get(path, HTTP_HOST="127.0.0.1")
    return len(captured)


# How fast


def measure_page(base: str, session: requests.Session, path: str, server: Child) -> PageFigures:
    figures = PageFigures(path)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    headers = {"Cookie": cookies, "Accept-Encoding": "gzip", "Accept": "text/html,application/json"}

    def once(client: requests.Session) -> float:
        began = time.perf_counter()
        answer = client.get(f"{base}{path}", headers=headers, timeout=120, allow_redirects=False)
        figures.failed += answer.status_code != 200
        return (time.perf_counter() - began) * 1000

    for at_once in (1, AT_ONCE):
        before = processor_ms(serving(server))
        times = timed(once, at_once)
        figures.cpu_ms = round((processor_ms(serving(server)) - before) / (len(times) + at_once * WARM_UP), 1)
        median, p95 = percentile(times, 0.5), percentile(times, 0.95)
        if at_once == 1:
            figures.median_ms, figures.p95_ms = median, p95
        else:
            figures.median_at_once_ms, figures.p95_at_once_ms = median, p95
    return figures


def serving(server: Child) -> list[int]:
    return descendants(server.running.pid) if server.running else []


def timed(once: Callable[[requests.Session], float], at_once: int) -> list[float]:
    """REQUESTS after WARM_UP, shared by so many clients, each with its own connection."""

    def client(count: int) -> list[float]:
        with requests.Session() as own:
            own.trust_env = False
            return [once(own) for _ in range(WARM_UP + count)][WARM_UP:]

    with ThreadPoolExecutor(at_once) as pool:
        return [ms for some in pool.map(client, [math.ceil(REQUESTS / at_once)] * at_once) for ms in some]


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1) if ordered else math.nan


# How heavy


def weigh(base: str, session: requests.Session, figures: Figures) -> None:
    """Each page in a browser of its own, with an empty cache: what came over the wire, fonts apart."""
    from ops.services import chromium

    program = chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = ""
    if not program:
        say("No Chromium: the weight of the pages is not measured")
        return
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        flags = ["--disable-background-networking", *(["--no-sandbox"] if os.getuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        for page_figures in figures.pages.values():
            weigh_page(browser, base, session, page_figures)
        browser.close()


def weigh_page(browser: Any, base: str, session: requests.Session, figures: PageFigures) -> None:
    context = browser.new_context(locale="ar", viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": c.name, "value": c.value, "url": base} for c in session.cookies])
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    kinds: dict[str, str] = {}
    weights: dict[str, float] = {}
    kept: list[bool] = []
    devtools.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    devtools.on("Network.responseReceived", lambda event: kept.append(is_kept(event)))
    devtools.on(
        "Network.loadingFinished", lambda event: weights.update({event["requestId"]: event["encodedDataLength"]})
    )
    page.goto(f"{base}{figures.path}", wait_until="networkidle")
    fonts = sum(weight for request, weight in weights.items() if kinds.get(request) == "Font")
    figures.fonts_kib = round(fonts / 1024, 1)
    figures.wire_kib = round((sum(weights.values()) - fonts) / 1024, 1)
    figures.kept_for_a_year = all(kept)
    context.close()


def is_kept(event: Mapping[str, Any]) -> bool:
    """Whether a file beside the page may be kept for a year without asking again."""
    if "/static/" not in event["response"]["url"]:
        return True
    said = {name.lower(): value for name, value in event["response"]["headers"].items()}.get("cache-control", "")
    age = re.search(r"max-age=(\d+)", said)
    return "immutable" in said and age is not None and int(age.group(1)) >= YEAR


# Saying it


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def show(figures: Figures) -> None:
    print(", ".join(f"{count:,} {table}" for table, count in figures.rows.items()), f"; {os.cpu_count()} cores")
    print("load of the machine while it was measured (1, 5, 15 minutes): ", *(f"{one:.1f}" for one in figures.load))
    print(f"asked: median {MEDIAN_MS:g} ms, 95 % {P95_MS:g} ms, {QUERIES} queries, ", end="")
    print(f"{WIRE_KIB:g} KiB and {FONTS_KIB:g} KiB of fonts")
    for name, one in figures.pages.items():
        print(line_of(name, one))
    if figures.rebuilt:
        print("all days of the figures: {rebuilt:,.0f} subjects rebuilt in {seconds:,.1f} s".format(**figures.rebuilt))
    print(PEER)


def line_of(name: str, one: PageFigures) -> str:
    alone = f"{one.median_ms:7.1f} / {one.p95_ms:7.1f} ms"
    at_once = f"{one.median_at_once_ms:7.1f} / {one.p95_at_once_ms:7.1f} ms"
    weight = f"{one.wire_kib:6.1f} + {one.fonts_kib:6.1f} KiB"
    failed = f"   {one.failed} FAILED" if one.failed else ""
    asked = f"queries {one.queries_at_a_tenth} → {one.queries}"
    cpu = f"cpu {one.cpu_ms:5.1f} ms"
    return f"{'ok ' if one.is_good else 'NOT'} {name:<15} {alone}   four {at_once}   {cpu}   {asked}   {weight}{failed}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=100_000)
    parser.add_argument("--snapshots", type=int, default=1_000_000)
    parser.add_argument("--keep", default="", metavar="NAME", help="a database for this run and the next")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args()
    try:
        with redirect_stdout(sys.stderr):
            figures = measure(max(1_000, options.deliveries), options.snapshots, options.keep)
    except (Problem, Stopped) as ended:
        say(f"Not measured: {str(ended) or 'told to end'}")
        return 1
    if options.json:
        print(json.dumps({**asdict(figures), "cores": os.cpu_count(), "peer": PEER}))
    else:
        show(figures)
    return 0 if all(page.is_good for page in figures.pages.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
