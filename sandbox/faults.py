"""Owns the faults that a test or a demo arms against the simulated networks, and the middleware that plays them.

A fault is matched by network, account and route, strikes `count` times with `probability`, and never touches control.
"""

from __future__ import annotations

import asyncio
import fnmatch
import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.dialects.base import Dialect, Setting, Wait
from sandbox.params import Params, UnreadableBody, read_params
from sandbox.sockets import Connections

KINDS: Mapping[str, bool] = {
    # kind: is the request carried out before the fault strikes, unless `accepted` says otherwise?
    "refuse": False,
    "hang_up": False,
    "drop_answer": True,
    "delay": True,
    "server_error": False,
    "rate_limited": False,
    "revoked_token": False,
    "missing_scope": False,
    "not_json": True,
    "truncated_json": True,
    "cut_off": True,
    "redirect": False,
    "endless": True,
    "media_refused": False,
    "media_stuck": True,
    "media_failed": True,
    "media_rejected": True,
    "kept_private": True,
    "quota_exceeded": False,
    "upload_limit": False,
}
MARKS = frozenset({"media_stuck", "media_failed", "media_rejected", "kept_private"})
"""These let the request through with a mark, `sandbox.<kind>` in its scope, that the network's routes look for."""
OF_FEW = frozenset({"media_failed", "media_rejected", "kept_private", "quota_exceeded", "upload_limit"})
"""These strike only networks that name them in `own_faults`."""
MEDIA_KINDS = MARKS | {"media_refused", "upload_limit"}
UNANSWERED = frozenset({"hang_up", "drop_answer", "refuse", "delay"})
PROXY_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"


def marks_of(request: Request) -> frozenset[str]:
    """The faults that let this request through."""
    return frozenset(kind for kind in MARKS if request.scope.get(f"sandbox.{kind}"))


class UnknownFault(ValueError):
    """The fault asked for has no such kind, network or field value."""


@dataclass(frozen=True)
class Fault:
    """One armed fault.

    `route` is an act of the dialect (publish, media, …) or a path pattern such as `GET /api/v1/media/*`; `count` None
    means for ever; `seconds` is the delay, the outage, or the wait of a 429; `accepted` overrides the kind's default.
    """

    id: int
    kind: str
    network: str = "*"
    account: str = "*"
    route: str = "*"
    count: int | None = 1
    probability: float = 1.0
    seconds: float = 30.0
    status: int = 503
    accepted: bool | None = None
    location: str = "http://elsewhere.invalid/"
    struck: int = 0

    @property
    def carries_out(self) -> bool:
        return KINDS[self.kind] if self.accepted is None else self.accepted


@dataclass(frozen=True)
class Paths:
    """The path asked for, and what the network's dialect makes of it for its acts."""

    asked: str
    told: str


class FaultDesk:
    """The armed faults. Chance is drawn from a generator seeded by the fault's id, so that a run can be repeated."""

    def __init__(self) -> None:
        self._next = 1
        self._armed: list[Fault] = []
        self._chance: dict[int, random.Random] = {}

    def arm(self, **fields: Any) -> Fault:
        """Raises UnknownFault."""
        known = set(Fault.__dataclass_fields__) - {"id", "struck"}
        if set(fields) - known or fields.get("kind") not in KINDS:
            raise UnknownFault(f"kind must be one of {', '.join(KINDS)}; fields: {', '.join(sorted(known))}")
        if fields["kind"] in MEDIA_KINDS:
            fields.setdefault("route", "media")
        fault = Fault(id=self._next, **fields)
        self._next += 1
        self._armed.append(fault)
        self._chance[fault.id] = random.Random(fault.id)  # noqa: S311 (a fault's dice, not a secret)
        return fault

    def disarm(self, fault_id: int | None = None) -> None:
        self._armed = [fault for fault in self._armed if fault_id is not None and fault.id != fault_id]

    def armed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._armed]

    def take(self, dialect: Dialect, method: str, paths: Paths, account: str | None) -> Fault | None:
        """The first fault that strikes this request, one of its strikes spent."""
        for position, fault in enumerate(self._armed):
            if not _matches(fault, dialect, method, paths, account):
                continue
            if self._chance[fault.id].random() >= fault.probability:
                continue
            left = None if fault.count is None else fault.count - 1
            struck = replace(fault, count=left, struck=fault.struck + 1)
            if left == 0:
                del self._armed[position]
            else:
                self._armed[position] = struck
            return struck
        return None


def _matches(fault: Fault, dialect: Dialect, method: str, paths: Paths, account: str | None) -> bool:
    if fault.network not in {"*", dialect.slug} or fault.account not in {"*", account}:
        return False
    if fault.kind in OF_FEW - dialect.own_faults:
        return False
    if not any(fnmatch.fnmatchcase(paths.asked, pattern) for pattern in dialect.api_paths):
        return False
    if fault.route == "*":
        return True
    if fault.route in dialect.acts:
        methods, patterns = dialect.acts[fault.route]
        return method in methods and any(fnmatch.fnmatchcase(paths.told, one) for one in patterns.split("|"))
    verb, _, pattern = fault.route.rpartition(" ")
    return verb in {"", method} and fnmatch.fnmatchcase(paths.asked, pattern)


class FaultMiddleware:
    """Stands before one network's routes: stamps the receive time, then plays the fault that strikes, if any."""

    def __init__(self, app: ASGIApp, dialect: Dialect, setting: Setting, desk: FaultDesk, links: Connections) -> None:
        self.app = app
        self.dialect = dialect
        self.setting = setting
        self.desk = desk
        self.links = links

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Rails, like most of the networks' routers, takes a trailing slash for the same route.
        root = scope.get("root_path", "")
        bare = scope["path"].rstrip("/")
        scope = {**scope, "path": f"{root}/" if bare == root else bare, "sandbox.received_at": self.setting.clock()}
        path = scope["path"].removeprefix(root)
        if any(fnmatch.fnmatchcase(path, pattern) for pattern in self.dialect.streamed):
            scope["sandbox.params"], scope["sandbox.is_streamed"] = Params({}, {}), True
        else:
            scope["sandbox.params"], receive = await _read_ahead(scope, receive)
        account = self.dialect.account_of(self.setting.world, Request(scope))
        paths = Paths(path, self.dialect.told_path(Request(scope), path))
        fault = self.desk.take(self.dialect, scope["method"], paths, account.handle if account else None)
        if fault is None:
            await self.app(scope, receive, send)
            return
        await self._strike(fault, scope, receive, send)

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind in MARKS:
            scope[f"sandbox.{fault.kind}"] = True
            await self.app(scope, receive, send)
            return
        if fault.kind == "revoked_token":
            self._revoke(scope)
        answer = await self._carry_out(scope, receive) if fault.carries_out else Answer()
        if scope.get("sandbox.is_streamed") and not fault.carries_out and fault.kind not in UNANSWERED:
            await _drain(receive)
        if fault.kind in {"hang_up", "drop_answer"}:
            self.links.abort(scope)
        elif fault.kind == "refuse":
            self.links.abort(scope)
            self.links.stop_listening(fault.seconds)
        elif fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            await self._after_delay(fault, answer, scope, receive, send)
        elif fault.kind == "endless":
            await self._endless(scope, send)
        elif fault.kind in {"truncated_json", "cut_off"}:
            await self._shortened(fault, answer, send)
        else:
            await self._refusal(fault, scope)(scope, receive, send)

    async def _carry_out(self, scope: Scope, receive: Receive) -> Answer:
        answer = Answer()
        await self.app(scope, receive, answer.keep)
        return answer

    async def _after_delay(self, fault: Fault, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.carries_out:
            await answer.replay(send)
        else:
            await self.app(scope, receive, send)

    def _revoke(self, scope: Scope) -> None:
        if self.dialect.revoke is not None:
            self.dialect.revoke(self.setting.world, Request(scope))
            return
        self.setting.world.revoke_token(self.dialect.slug, self.dialect.token_of(Request(scope)) or "")

    def _refusal(self, fault: Fault, scope: Scope) -> Response:
        if fault.kind == "not_json":
            return HTMLResponse("<!doctype html><title>Just a moment…</title><p>Checking your browser</p>")
        if fault.kind == "redirect":
            return RedirectResponse(fault.location, 307)
        if fault.kind == "server_error":
            if fault.status == 500:
                return JSONResponse(dict(self.dialect.refusals["broken"].body), 500)
            return HTMLResponse(PROXY_PAGE.format(fault.status), fault.status)
        refusal = self.dialect.refusal_of(fault.kind, Request(scope)) or self.dialect.refusals[fault.kind]
        is_wait = fault.kind == "rate_limited"
        wait = self.dialect.wait(self.setting, fault.seconds) if is_wait else Wait()
        return JSONResponse({**refusal.body, **wait.body}, refusal.status, headers=dict(wait.headers))

    async def _endless(self, scope: Scope, send: Send) -> None:
        """Blanks for as long as the client listens: legal JSON that never comes to its value."""
        await send(_start([(b"content-type", b"application/json; charset=utf-8")]))
        while not self.links.is_gone(scope):
            await send({"type": "http.response.body", "body": b" " * 16384, "more_body": True})
            await asyncio.sleep(0.01)

    async def _shortened(self, fault: Fault, answer: Answer, send: Send) -> None:
        """Half the answer: announced as whole (`truncated_json`), or with its rest missing (`cut_off`)."""
        whole = b"".join(answer.bodies) or json.dumps({"id": "1"}).encode()
        half = whole[: len(whole) // 2]
        announced = len(half) if fault.kind == "truncated_json" else len(whole)
        headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", b"%d" % announced)]
        await send(_start(headers))
        await send({"type": "http.response.body", "body": half, "more_body": False})


async def _read_ahead(scope: Scope, receive: Receive) -> tuple[Params, Receive]:
    """The request's parameters, where some networks put their tokens, and a `receive` that tells its body again."""
    request = Request(scope, receive)
    untold = [{"type": "http.request", "body": await request.body(), "more_body": False}]

    async def again() -> Message:
        return untold.pop() if untold else await receive()

    try:
        return await read_params(request), again
    except UnreadableBody:
        return Params({}, {}), again


async def _drain(receive: Receive) -> None:
    """Read the file over, as a server does that refuses it: the client that still sends would hear nothing."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        continue


class Answer:
    """An answer kept back instead of sent."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    @property
    def bodies(self) -> list[bytes]:
        return [message.get("body", b"") for message in self.messages if message["type"] == "http.response.body"]

    async def keep(self, message: Message) -> None:
        self.messages.append(message)

    async def replay(self, send: Send) -> None:
        for message in self.messages:
            await send(message)


def _start(headers: list[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": 200, "headers": headers}
