"""Owns putting the simulator together: networks under their slugs, control, human pages, the phone, in one application.

`create_app` is the public entry; `python -m sandbox` and `sandbox.testing` serve what it returns.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.staticfiles import StaticFiles

from sandbox.clock import Clock, NetworkClock
from sandbox.control import ControlDesk, open_account
from sandbox.dialects import all_dialects
from sandbox.dialects.base import Dialect, Setting
from sandbox.faults import FaultDesk, FaultMiddleware
from sandbox.opening import Opening
from sandbox.pages import Pages
from sandbox.people import FreshPeople, PeopleFile
from sandbox.phone import PhonePages
from sandbox.sockets import Connections
from sandbox.strictness import StrictPages
from sandbox.world import World

STATIC = Path(__file__).parent / "static"
LOOK = Path(__file__).parent.parent / "static"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
RATE_LIMIT = 300


class InProduction(RuntimeError):
    """The simulator refuses to exist where SANAD_ENV says production."""


@dataclass(frozen=True)
class Sandbox:
    """What `create_app` puts on `app.state.sandbox` for whoever serves it."""

    setting: Setting
    dialects: dict[str, Dialect]
    desk: FaultDesk
    connections: Connections
    people: PeopleFile


def create_app(
    data_dir: Path,
    people_file: Path | None = None,
    speed: float = 1.0,
    clock: Clock = time.time,
    *,
    media_seconds: float = 1.0,
    rate_limit: int = RATE_LIMIT,
    knows_keys: bool = True,
) -> Starlette:
    """The simulator over `data_dir`.

    `speed`: seconds of the networks' life per real second, for engagement only (60: a minute counts as an hour).
    `clock` answers epoch seconds. Raises InProduction.
    """
    if os.environ.get("SANAD_ENV", "").lower() == "production":
        raise InProduction("the sandbox does not start where SANAD_ENV is production")
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    times = NetworkClock(clock, data_dir / "past-until")
    setting = Setting(World(data_dir, times), times, speed, media_seconds, rate_limit, knows_keys)
    people = PeopleFile(people_file)
    sandbox = Sandbox(setting, all_dialects(), FaultDesk(), Connections(), people)
    _open_accounts(sandbox)
    app = Starlette(
        routes=_routes(sandbox),
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=ALLOWED_HOSTS),
            Middleware(FreshPeople, people=people),
            Middleware(StrictPages),
        ],
        lifespan=_lifespan,
    )
    app.state.sandbox = sandbox
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    yield
    app.state.sandbox.setting.world.close()


def _open_accounts(sandbox: Sandbox) -> None:
    """The networks' default accounts, then those of the people file, which is watched from then on."""
    for dialect in sandbox.dialects.values():
        for fields in dialect.default_accounts:
            if sandbox.setting.world.account_by_handle(dialect.slug, fields["handle"]) is None:
                open_account(sandbox.setting, dialect, dict(fields))

    def seed(accounts: list[dict[str, object]]) -> None:
        for fields in accounts:
            if fields.get("network") in sandbox.dialects and fields.get("handle"):
                open_account(sandbox.setting, sandbox.dialects[str(fields["network"])], fields)

    sandbox.people.on_accounts(seed)


def _routes(sandbox: Sandbox) -> list[BaseRoute]:
    control = ControlDesk(sandbox.setting, sandbox.dialects, sandbox.desk, sandbox.connections)
    pages = Pages(sandbox.setting, sandbox.dialects, sandbox.people)
    phone = PhonePages(sandbox.setting, sandbox.people, sandbox.dialects)
    return [
        Mount("/_control", routes=control.routes()),
        Mount("/_static", StaticFiles(directory=STATIC)),
        Mount("/_look", StaticFiles(directory=LOOK, check_dir=False)),
        Route("/healthz", pages.health),
        *pages.routes(),
        *Opening(sandbox.setting, sandbox.dialects).routes(),
        *phone.routes(),
        *(Mount(f"/{slug}", app=_network(sandbox, dialect)) for slug, dialect in sandbox.dialects.items()),
    ]


def _network(sandbox: Sandbox, dialect: Dialect) -> FaultMiddleware:
    router = Router(routes=list(dialect.routes(sandbox.setting)), redirect_slashes=False)
    return FaultMiddleware(router, dialect, sandbox.setting, sandbox.desk, sandbox.connections)
