"""Owns Graph over HTTP in the simulator: its versions, usage headers, the error envelope, and batches of calls.

Sources (read 2026-11), below https://developers.facebook.com/docs/graph-api/: guides/versioning, batch-requests,
overview/rate-limiting.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects._graph_access import Call, GraphError, Json, Product, Usage, envelope, token_of
from sandbox.dialects._graph_login import Login
from sandbox.dialects._graph_rows import read_json
from sandbox.dialects.base import Setting
from sandbox.faults import marks_of
from sandbox.params import Params

BATCH = 50


class Graph(Protocol):
    """The nodes and edges of one network: answers JSON or raises GraphError."""

    login: Login

    def answer(self, call: Call) -> Json: ...


def call_of(request: Request, product: Product, steps: tuple[str, ...]) -> Call:
    """The request as a call, at the moment at which it was received."""
    params: Params = request.scope["sandbox.params"]
    method = params.text("method", request.method).upper() if request.method == "POST" else request.method
    return Call(
        product=product, method=method, steps=steps, params=params, token=token_of(request),
        base=f"{request.url.scheme}://{request.url.netloc}/{product.slug}",
        version=request.path_params.get("version", ""), received_at=request.scope["sandbox.received_at"],
        marks=marks_of(request),
    )  # fmt: skip


class Web:
    """Calls are answered on a thread of their own: some fetch a file from whoever is asking."""

    def __init__(self, setting: Setting, product: Product, graph: Graph) -> None:
        self.setting = setting
        self.product = product
        self.graph = graph
        self.usage = Usage(setting, product)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v{version}/dialog/oauth", self.graph.login.dialog, methods=["GET", "POST"]),
            Route("/dialog/oauth", self.graph.login.dialog, methods=["GET", "POST"]),
            Route("/v{version}", self.batch, methods=["POST"]),
            Route("/v{version}/{path:path}", self.call, methods=["GET", "POST", "DELETE"]),
        ]

    async def call(self, request: Request) -> Response:
        steps = tuple(step for step in request.path_params["path"].split("/") if step)
        status, body, headers = await run_in_threadpool(self.answer, call_of(request, self.product, steps))
        return JSONResponse(body, status, headers=headers)

    def answer(self, call: Call) -> tuple[int, Json, dict[str, str]]:
        """Status, body and headers of one call, from HTTP or out of a batch."""
        found = self.setting.world.token(self.product.slug, call.token)
        account = self.setting.world.account(found.account_id) if found and found.account_id else None
        headers, refusal = self.usage.spend(account)
        headers["facebook-api-version"] = f"v{call.version}"
        try:
            if refusal is not None:
                raise refusal
            return 200, self.graph.answer(call), headers
        except GraphError as error:
            return error.status, envelope(error), headers

    async def batch(self, request: Request) -> Response:
        """POST / with `batch`, https://developers.facebook.com/docs/graph-api/batch-requests, read 2026-11."""
        whole = call_of(request, self.product, ())
        given = whole.params.items("batch")
        listed = read_json(given[0]) if given and isinstance(given[0], str) else given
        if not isinstance(listed, list) or not 0 < len(listed) <= BATCH:
            return JSONResponse(envelope(GraphError(100, f"(#100) Too many requests in batch, at most {BATCH}")), 400)
        answers = await run_in_threadpool(lambda: [self._one(whole, item) for item in listed])
        return JSONResponse(answers)

    def _one(self, whole: Call, item: object) -> Json:
        told = item if isinstance(item, dict) else {}
        address = urlsplit(str(told.get("relative_url", "")))
        steps = tuple(step for step in address.path.split("/") if step and not re.fullmatch(r"v\d+\.\d+", step))
        values: dict[str, list[Any]] = {}
        for name, value in [*parse_qsl(address.query), *parse_qsl(str(told.get("body", "")))]:
            values.setdefault(name, []).append(value)
        params = Params(values, {})
        method = str(told.get("method", "GET")).upper()
        call = replace(
            whole, method=method, steps=steps, params=params, token=params.text("access_token") or whole.token
        )
        status, body, headers = self.answer(call)
        shown = [{"name": name, "value": value} for name, value in headers.items()]
        return {"code": status, "headers": shown, "body": json.dumps(body, ensure_ascii=False)}
