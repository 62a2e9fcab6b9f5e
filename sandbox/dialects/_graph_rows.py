"""Owns what Graph's lists have in common: pages of rows by cursor, rows of insights, the error for what is not there.

Source: https://developers.facebook.com/docs/graph-api/results (read 2026-11).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from sandbox.dialects._graph_access import Call, GraphError, Json
from sandbox.params import Params

Row = TypeVar("Row")


def read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise GraphError(100, "(#100) Param must be valid JSON") from None


def listed(params: Params, name: str) -> list[str]:
    """A list parameter: its items with commas between them, a JSON list, or the parameter repeated."""
    items: list[str] = []
    for said in params.items(name):
        text = str(said).strip()
        many = read_json(text) if text.startswith("[") else text.split(",")
        items += [str(item).strip() for item in many if str(item).strip()]
    return items


def no_such(call: Call, node: str) -> GraphError:
    message = (
        f"Unsupported {call.method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation."
    )
    return GraphError(100, message, kind="GraphMethodException", subcode=33)


def page_of_rows(call: Call, rows: Sequence[Row], ids: Sequence[str], most: int = 100) -> tuple[list[Row], Json]:
    """One page after the cursor `after` or before `before`, with its cursors and the address of the next.

    https://developers.facebook.com/docs/graph-api/results, read 2026-11.
    """
    asked = call.params.text("limit")
    limit = max(1, min(most, int(asked))) if asked.isdecimal() else 25
    after, before = call.params.text("after"), call.params.text("before")
    cursors = [_cursor(one) for one in ids]
    start = cursors.index(after) + 1 if after in cursors else 0
    if before in cursors:
        start, limit = max(0, cursors.index(before) - limit), min(limit, cursors.index(before))
    page = list(rows[start : start + limit])
    if not page:
        return [], {}
    paging: Json = {"cursors": {"before": cursors[start], "after": cursors[start + len(page) - 1]}}
    if start + limit < len(rows):
        kept = {name: call.params.text(name) for name in call.params.values if name not in ("after", "before")}
        query = urlencode({**kept, "access_token": call.token, "after": paging["cursors"]["after"]})
        paging["next"] = f"{call.base}/v{call.version}/{'/'.join(call.steps)}?{query}"
    return page, {"paging": paging}


def _cursor(node: str) -> str:
    return base64.urlsafe_b64encode(node.encode()).decode()


def insights_paging(call: Call) -> Json:
    address = f"{call.base}/v{call.version}/{'/'.join(call.steps)}"
    return {"paging": {"previous": address, "next": address}}


def insight(node: str, name: str, period: str, **figures: Any) -> Json:
    """One row of insights; `figures` are its `values`, or its `total_value`."""
    title = name.replace("_", " ").capitalize()
    return {
        "name": name, "period": period, **figures, "title": title, "description": title,
        "id": f"{node}/insights/{name}/{period}",
    }  # fmt: skip


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
