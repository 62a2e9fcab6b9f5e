"""Owns the JSON control desk of the simulator: arming faults, reading every post and mail, back-dating, resetting.

It is for tests, benchmarks and the demo; it accepts JSON bodies only, which no foreign web page can send unasked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.dialects.base import Dialect, Setting
from sandbox.faults import KINDS, FaultDesk, UnknownFault
from sandbox.mailbox import mail_json
from sandbox.records import Post
from sandbox.sockets import Connections


class ControlDesk:
    """Routes below /_control."""

    def __init__(
        self, setting: Setting, dialects: dict[str, Dialect], desk: FaultDesk, connections: Connections
    ) -> None:
        self.setting = setting
        self.world = setting.world
        self.dialects = dialects
        self.desk = desk
        self.connections = connections

    def routes(self) -> list[Route]:
        return [
            Route("/faults", self.list_faults, methods=["GET"]),
            Route("/faults", self.arm_fault, methods=["POST"]),
            Route("/faults", self.disarm, methods=["DELETE"]),
            Route("/faults/{id:int}", self.disarm, methods=["DELETE"]),
            Route("/posts", self.list_posts, methods=["GET"]),
            Route("/posts", self.back_date, methods=["POST"]),
            Route("/accounts", self.list_accounts, methods=["GET"]),
            Route("/accounts", self.put_account, methods=["POST"]),
            Route("/mails", self.list_mails, methods=["GET"]),
            Route("/clock", self.set_clock, methods=["POST"]),
            Route("/clock", self.let_clock_go, methods=["DELETE"]),
            Route("/outage", self.outage, methods=["POST"]),
            Route("/reset", self.reset, methods=["POST"]),
        ]

    async def list_faults(self, request: Request) -> Response:
        acts = {slug: sorted(dialect.acts) for slug, dialect in self.dialects.items()}
        return JSONResponse({"armed": self.desk.armed(), "kinds": list(KINDS), "acts": acts})

    async def arm_fault(self, request: Request) -> Response:
        """Body: the fields of `faults.Fault`; `kind` is required."""
        fields = await _body(request)
        if fields is None:
            return NEEDS_JSON
        try:
            fault = self.desk.arm(**fields)
        except UnknownFault as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse({"id": fault.id}, 201)

    async def disarm(self, request: Request) -> Response:
        self.desk.disarm(request.path_params.get("id"))
        return JSONResponse({"armed": self.desk.armed()})

    async def list_posts(self, request: Request) -> Response:
        """Every post a network accepted, deleted ones too, by `received_at` (epoch seconds, microseconds kept)."""
        posts = self.world.all_posts(request.query_params.get("network"))
        return JSONResponse({"posts": [self._post_json(post) for post in posts]})

    def _post_json(self, post: Post) -> dict[str, Any]:
        account = self.world.account(post.account_id)
        return {
            "id": post.id, "network": post.network, "account": account.handle if account else None, "text": post.text,
            "created_at": post.created_at, "received_at": round(post.received_at, 6), "edited_at": post.edited_at,
            "deleted_at": post.deleted_at, "in_reply_to": post.in_reply_to, **post.extra,
        }  # fmt: skip

    async def back_date(self, request: Request) -> Response:
        """Body: network, account (handle), text, created_at (epoch seconds or ISO 8601), language; for demo history."""
        fields = await _body(request)
        if fields is None:
            return NEEDS_JSON
        dialect = self.dialects.get(fields.get("network", ""))
        account = dialect.account_named(self.world, str(fields.get("account", ""))) if dialect else None
        if dialect is None or account is None or not fields.get("text"):
            return JSONResponse({"error": "network, account, text and created_at are needed"}, 422)
        at = _epoch(fields.get("created_at", self.setting.clock()))
        extra = dict(dialect.past(fields))
        post_id = dialect.owned(account, dialect.make_post_id(self.world, at))
        text = str(fields["text"])
        post = Post(post_id, dialect.slug, account.id, text, extra, fields.get("in_reply_to"), at, at, None, None)
        self.world.add_post(post)
        return JSONResponse(self._post_json(post), 201)

    async def list_accounts(self, request: Request) -> Response:
        found = [
            {
                "network": account.network, "handle": account.handle, "display_name": account.display_name,
                "bio": account.bio, "tokens": [token.token for token in self.world.tokens_of(account.id)],
            }
            for account in self.world.accounts()
        ]  # fmt: skip
        return JSONResponse({"accounts": found})

    async def put_account(self, request: Request) -> Response:
        """Body: network, handle, display_name, bio, website, token, scopes."""
        fields = await _body(request)
        if fields is None:
            return NEEDS_JSON
        if fields.get("network") not in self.dialects or not fields.get("handle"):
            return JSONResponse({"error": "network and handle are needed"}, 422)
        open_account(self.setting, self.dialects[fields["network"]], fields)
        return JSONResponse({"handle": fields["handle"]}, 201)

    async def list_mails(self, request: Request) -> Response:
        wanted = request.query_params.get("to")
        mails = [mail for mail in self.world.mails() if wanted is None or wanted.lower() in mail.recipients]
        return JSONResponse({"mails": [mail_json(mail) for mail in mails]})

    async def outage(self, request: Request) -> Response:
        """Body: seconds. The whole port then refuses connections for that long."""
        fields = await _body(request)
        if fields is None:
            return NEEDS_JSON
        self.connections.stop_listening(float(fields.get("seconds", 5)))
        return JSONResponse({}, 202)

    async def set_clock(self, request: Request) -> Response:
        """Body: at (epoch seconds or ISO 8601). To the networks it is then, until the clock is let go."""
        fields = await _body(request)
        if fields is None or "at" not in fields:
            return NEEDS_JSON
        self.setting.clock.set(_epoch(fields["at"]))
        return JSONResponse({})

    async def let_clock_go(self, request: Request) -> Response:
        self.setting.clock.let_go()
        return JSONResponse({})

    async def reset(self, request: Request) -> Response:
        """Forget posts, media, mails and faults; accounts and tokens stay."""
        self.world.reset()
        self.desk.disarm()
        return JSONResponse({})


NEEDS_JSON = JSONResponse({"error": "send a JSON object as application/json"}, 415)


async def _body(request: Request) -> dict[str, Any] | None:
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        return None
    try:
        fields = await request.json()
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _epoch(value: object) -> float:
    return float(value) if isinstance(value, int | float) else datetime.fromisoformat(str(value)).timestamp()


def open_account(setting: Setting, dialect: Dialect, fields: dict[str, Any]) -> None:
    """Create or rename the account and give it its token, as a seed file or the control desk describes them."""
    handle = dialect.whole_handle(str(fields["handle"]).lstrip("@"))
    account = setting.world.put_account(
        network=dialect.slug, handle=handle, display_name=str(fields.get("display_name") or handle),
        bio=str(fields.get("bio", "")), website=str(fields.get("website", "")),
    )  # fmt: skip
    if fields.get("token"):
        scopes = fields.get("scopes", dialect.scopes)
        setting.world.put_token(
            network=account.network, token=str(fields["token"]), account_id=account.id,
            scopes=" ".join(scopes) if isinstance(scopes, list) else str(scopes),
        )  # fmt: skip
