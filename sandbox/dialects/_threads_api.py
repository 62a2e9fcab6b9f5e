"""Owns the endpoints of the simulated Threads below its version: profiles, posts, containers, replies and insights.

Sources: https://developers.facebook.com/docs/threads/ (read 2026-11, see methods).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.dialects import _threads_access as access
from sandbox.dialects import _threads_errors as errors
from sandbox.dialects._graph_access import Call, GraphError, Json, envelope
from sandbox.dialects._graph_fields import read_fields
from sandbox.dialects._graph_ids import FIRST_CHILD, FIRST_USER, numbered
from sandbox.dialects._graph_rows import no_such, page_of_rows
from sandbox.dialects._graph_web import call_of
from sandbox.dialects._threads_access import PRODUCT, SLUG, Calls
from sandbox.dialects._threads_containers import DELETIONS, Containers
from sandbox.dialects._threads_entities import Teller
from sandbox.dialects._threads_insights import Figures
from sandbox.dialects._threads_login import Login
from sandbox.dialects._threads_tree import Place, Tree
from sandbox.dialects.base import Setting
from sandbox.records import Account, Media, Post, Token

EARLIEST = 1_688_540_400
MOST_A_PAGE = 100


class Api:
    """Each method below `answer` is one documented operation and answers JSON or raises GraphError.

    Calls are answered on a thread of their own: some fetch a file from whoever is asking.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.login = Login(setting)
        self.containers = Containers(setting)
        self.tree = Tree(setting)
        self.figures = Figures(setting)
        self.calls = Calls(setting)

    def routes(self) -> list[BaseRoute]:
        path = "/v{version}/{path:path}"
        return [*self.login.routes(), Route(path, self.call, methods=["GET", "POST", "DELETE"])]

    async def call(self, request: Request) -> Response:
        steps = tuple(step for step in request.path_params["path"].split("/") if step)
        status, body, headers = await run_in_threadpool(self._answered, call_of(request, PRODUCT, steps))
        return JSONResponse(body, status, headers=headers)

    def _answered(self, call: Call) -> tuple[int, Json, dict[str, str]]:
        headers: dict[str, str] = {}
        try:
            token = access.valid_token(self.setting, call)
            account = self.world.account(token.account_id or 0)
            assert account is not None
            headers, refusal = self.calls.spend(account, token.app_id)
            if refusal is not None:
                raise refusal
            return 200, self.answer(call, token, account), headers
        except GraphError as error:
            return error.status, envelope(error), headers

    def answer(self, call: Call, token: Token, account: Account) -> Json:
        if call.steps == ("debug_token",):
            return self.login.debug_token(call, token)
        if len(call.steps) == 1:
            return self._node(call, token, account, call.steps[0])
        does = self._edges().get((call.method, call.steps[-1]))
        if does is None or len(call.steps) != 2:
            raise GraphError(2500, f"Unknown path components: /{'/'.join(call.steps)}")
        return does(call, token, account)

    def _edges(self) -> dict[tuple[str, str], Callable[[Call, Token, Account], Json]]:
        return {
            ("POST", "threads"): self.create,
            ("POST", "threads_publish"): self.publish,
            ("GET", "threads"): self.posts,
            ("GET", "threads_publishing_limit"): self.limit,
            ("GET", "threads_insights"): self.user_insights,
            ("GET", "replies"): self.replies,
            ("GET", "conversation"): self.conversation,
            ("GET", "insights"): self.insights,
        }

    # Nodes

    def _node(self, call: Call, token: Token, account: Account, node: str) -> Json:
        if call.method == "DELETE":
            return self.delete(call, token, account, node)
        if call.method != "GET":
            raise GraphError(100, "(#100) The sandbox does not imitate this operation")
        access.allow(token, access.BASIC)
        fields, teller = read_fields(call.params.text("fields")), Teller(self.setting, call.base)
        if self._is_own(account, node):
            return teller.user(account, fields)
        if media := self.containers.find(node):
            if media.account_id != account.id:
                raise no_such(call, node)
            return self.containers.tell(media, fields)
        if place := self.tree.place(account, node):
            return teller.place(account, place, fields)
        if found := self._child(account, node):
            return teller.child(account, *found, fields)
        raise no_such(call, node)

    def delete(self, call: Call, token: Token, account: Account, node: str) -> Json:
        """DELETE /{threads-media-id}, .../posts/delete-posts, read 2026-11: 100 a day."""
        access.allow(token, access.DELETE)
        post = self.world.post(SLUG, node)
        if post is None or post.account_id != account.id:
            raise no_such(call, node)
        if self.containers.deleted(account) >= DELETIONS:
            raise errors.refused(errors.QUOTA)
        self.world.delete_post(SLUG, post.id)
        return {"success": True, "deleted_id": post.id}

    # Publishing

    def create(self, call: Call, token: Token, account: Account) -> Json:
        self._own(call, token, account, access.PUBLISH)
        return self.containers.create(call, account)

    def publish(self, call: Call, token: Token, account: Account) -> Json:
        self._own(call, token, account, access.PUBLISH)
        return self.containers.publish(call, account)

    def limit(self, call: Call, token: Token, account: Account) -> Json:
        fields = read_fields(call.params.text("fields"))
        is_of_replies = any(one.name.startswith("reply_") for one in fields)
        self._own(call, token, account, access.MANAGE_REPLIES if is_of_replies else access.PUBLISH)
        return self.containers.limit(account, fields)

    # Reading

    def posts(self, call: Call, token: Token, account: Account) -> Json:
        """GET /{threads-user-id}/threads, .../retrieve-and-discover-posts/retrieve-posts, read 2026-11: no replies."""
        self._own(call, token, account, access.BASIC)
        return self._listed(call, account, [post for post in self._within(call, account) if post.in_reply_to is None])

    def replies(self, call: Call, token: Token, account: Account) -> Json:
        """GET /{threads-user-id}/replies, those of the account, .../reference/user; or of a post, see `_under`."""
        if not self._is_own(account, call.steps[0]):
            return self._under(call, token, account, self.tree.directly_under)
        self._own(call, token, account, access.REPLIES)
        return self._listed(call, account, [post for post in self._within(call, account) if post.in_reply_to])

    def conversation(self, call: Call, token: Token, account: Account) -> Json:
        return self._under(call, token, account, self.tree.all_under)

    def _under(self, call: Call, token: Token, account: Account, reach: Callable[[Place], list[Place]]) -> Json:
        """GET /{threads-media-id}/replies and /conversation, .../replies-and-conversations, read 2026-11."""
        place = self._place(call, token, account, access.REPLIES)
        found = reach(place)
        if call.params.text("reverse", "true").lower() != "false":
            found = found[::-1]
        fields, teller = read_fields(call.params.text("fields")), Teller(self.setting, call.base)
        rows, paging = page_of_rows(_one_way(call), found, [one.id for one in found], MOST_A_PAGE)
        return {"data": [teller.place(account, one, fields) for one in rows], **paging}

    def insights(self, call: Call, token: Token, account: Account) -> Json:
        return self.figures.of_media(self._place(call, token, account, access.INSIGHTS), _metrics(call))

    def user_insights(self, call: Call, token: Token, account: Account) -> Json:
        self._own(call, token, account, access.INSIGHTS)
        since, until = (call.params.text(name) for name in ("since", "until"))
        return self.figures.of_user(account, str(FIRST_USER + account.id), _metrics(call), since, until)

    def _listed(self, call: Call, account: Account, found: list[Post]) -> Json:
        fields, teller = read_fields(call.params.text("fields")), Teller(self.setting, call.base)
        rows, paging = page_of_rows(_one_way(call), found, [post.id for post in found], MOST_A_PAGE)
        return {"data": [teller.post(account, post, fields) for post in rows], **paging}

    def _within(self, call: Call, account: Account) -> list[Post]:
        """Newest first, between `since` and `until`, .../reference/user, read 2026-11."""
        now = self.setting.clock()
        since, until = (_time(call.params.text(name), name) for name in ("since", "until"))
        too_early = any(one is not None and one < EARLIEST for one in (since, until))
        if too_early or (until is not None and until > now) or (since or 0) >= (until or now + 1):
            raise errors.wrong(f"since and until must lie in this order between {EARLIEST} and now")
        start, end = since or 0, now if until is None else until
        return [post for post in self.world.posts_of(account) if start <= post.created_at <= end]

    # Whose

    def _is_own(self, account: Account, node: str) -> bool:
        return node == "me" or numbered(node, FIRST_USER) == account.id

    def _own(self, call: Call, token: Token, account: Account, permissions: tuple[str, ...]) -> None:
        if not self._is_own(account, call.steps[0]):
            raise no_such(call, call.steps[0])
        access.allow(token, permissions)

    def _place(self, call: Call, token: Token, account: Account, permissions: tuple[str, ...]) -> Place:
        place = self.tree.place(account, call.steps[0])
        if place is None:
            raise no_such(call, call.steps[0])
        access.allow(token, permissions)
        return place

    def _child(self, account: Account, node: str) -> tuple[Post, Media] | None:
        number = numbered(node, FIRST_CHILD)
        media = self.world.media(SLUG, str(number)) if number else None
        post = self.world.post(SLUG, media.post_id) if media and media.post_id else None
        return (post, media) if post and media and post.account_id == account.id else None


def _metrics(call: Call) -> list[str]:
    listed = ",".join(str(item) for item in call.params.items("metric"))
    return [name for name in re.split(r"[,\s]+", listed) if name]


def _one_way(call: Call) -> Call:
    if call.params.text("before") and call.params.text("after"):
        raise errors.wrong("before and after cannot be passed at the same time")
    return call


def _time(said: str, name: str) -> float | None:
    """A Unix timestamp, or a date as ISO 8601 writes it; of what else `strtotime()` reads nothing is taken."""
    if not said or said.isdecimal():
        return float(said) if said else None
    try:
        found = datetime.fromisoformat(said)
    except ValueError as error:
        raise errors.wrong(f"Param {name} must be a Unix timestamp or a date") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
