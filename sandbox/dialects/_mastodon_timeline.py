"""Owns which statuses stand on an account's timeline on the simulated Mastodon, and how it is read page by page.

Sources (read 2026-11): https://docs.joinmastodon.org/methods/accounts/#statuses, /api/guidelines/#pagination
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from sandbox.params import Params
from sandbox.posttext import hashtags
from sandbox.records import Account, Post


def listed(post: Post, author: Account, viewer: Account | None, params: Params) -> bool:
    if post.extra["visibility"] not in {"public", "unlisted"} and (viewer is None or viewer.id != author.id):
        return False
    if params.flag("only_media") and not post.extra["media_ids"]:
        return False
    tag = params.text("tagged").lower()
    if tag and tag not in hashtags(post.text.lower()):
        return False
    return not (params.flag("pinned") or (params.flag("exclude_sensitive") and post.extra["sensitive"]))


def cut(newest_first: Sequence[Post], params: Params) -> list[Post]:
    limit_text = params.text("limit", "20")
    limit = max(1, min(40, int(limit_text))) if limit_text.isdecimal() else 20
    given = {name: params.text(name) for name in ("max_id", "since_id", "min_id")}
    bounds = {name: int(value) for name, value in given.items() if value.isdecimal()}
    lowest = max(bounds.get("since_id", -1), bounds.get("min_id", -1))
    within = [post for post in newest_first if lowest < int(post.id) < bounds.get("max_id", 1 << 80)]
    return within[-limit:] if "min_id" in bounds else within[:limit]


def link_header(request: Request, page: Sequence[Post]) -> dict[str, str]:
    if not page:
        return {}
    kept = request.url.remove_query_params(["max_id", "since_id", "min_id"])
    older = kept.include_query_params(max_id=page[-1].id)
    newer = kept.include_query_params(min_id=page[0].id)
    return {"Link": f'<{older}>; rel="next", <{newer}>; rel="prev"'}
