"""Owns Graph's nodes and edges of the simulated Instagram: pages, accounts, containers, media, comments and insights.

Sources: https://developers.facebook.com/docs/instagram-platform/ (read 2026-11, see methods).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.dialects import _instagram_entities as entities
from sandbox.dialects._graph_access import Call, GraphError, Json, page_by_id, pages_in, valid_token
from sandbox.dialects._graph_fields import Field, read_fields
from sandbox.dialects._graph_ids import COMMENT, FIRST_CHILD, FIRST_USER, comment_id, numbered
from sandbox.dialects._graph_login import PERSON, Login
from sandbox.dialects._graph_rows import insights_paging, no_such, page_of_rows
from sandbox.dialects._instagram_containers import Containers
from sandbox.dialects._instagram_entities import PRODUCT, SLUG, Teller
from sandbox.dialects._instagram_insights import DAY
from sandbox.dialects.base import Setting
from sandbox.engagement import Reply
from sandbox.records import Account, Media, Post, Token


class Graph:
    """Nodes and edges; each method is one documented operation and answers JSON or raises GraphError."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world
        self.login = Login(setting, PRODUCT, self._tell_page)
        self.containers = Containers(setting)

    def answer(self, call: Call) -> Json:
        if len(call.steps) == 1 and call.steps[0] not in ("debug_token",):
            return self._node(call, call.steps[0])
        does = self._named(call.steps) or self._edges().get((call.method, call.steps[-1]))
        if does is None or len(call.steps) > 2:
            raise GraphError(2500, f"Unknown path components: /{'/'.join(call.steps)}")
        return does(call)

    def _named(self, steps: tuple[str, ...]) -> Callable[[Call], Json] | None:
        return {
            ("oauth", "access_token"): self.login.access_token,
            ("me", "accounts"): self.login.accounts,
            ("me", "permissions"): self.login.permissions,
            ("debug_token",): self.login.debug_token,
        }.get(steps)

    def _edges(self) -> dict[tuple[str, str], Callable[[Call], Json]]:
        return {
            ("POST", "media"): self.create,
            ("POST", "media_publish"): self.publish,
            ("GET", "content_publishing_limit"): self.limit,
            ("GET", "media"): self.media,
            ("GET", "children"): self.children,
            ("GET", "comments"): self.comments,
            ("GET", "insights"): self.insights,
        }

    # Nodes

    def _tell_page(self, call: Call, page: Account, fields: tuple[Field, ...], token: str) -> Json:
        return Teller(self.setting, call.base).page(page, fields, token=token)

    def _node(self, call: Call, node: str) -> Json:
        token = valid_token(self.setting, call)
        fields = read_fields(call.params.text("fields"))
        if call.method == "DELETE":
            return self._delete(call, token, node)
        if call.method != "GET":
            raise GraphError(100, "(#100) The sandbox does not imitate this operation")
        if node == "me" and token.account_id is None:
            return {"id": PERSON, **({"name": "Sandbox"} if not fields or Field("name") in fields else {})}
        page = self.world.account(token.account_id or 0) if node == "me" else page_by_id(SLUG, self.world, node)
        if page is not None and page in pages_in(self.world, token):
            own = self.login.page_token(token, page) if token.account_id is None else token.token
            return self._tell_page(call, page, fields, own)
        return self._read(call, token, fields, node)

    def _read(self, call: Call, token: Token, fields: tuple[Field, ...], node: str) -> Json:
        """GET of an account, a container, a media object, one of an album's, or a comment."""
        teller = Teller(self.setting, call.base)
        if account := self._reached(token, numbered(node, FIRST_USER)):
            entities.allow(token.scopes, entities.READ)
            return teller.user(account, fields)
        if media := self.containers.find(node):
            entities.allow(token.scopes, entities.PUBLISH)
            self._reach(call, token, media.account_id)
            return self.containers.tell(media, fields)
        entities.allow(token.scopes, entities.READ)
        if post := self.world.post(SLUG, node):
            return teller.media(self._reach(call, token, post.account_id), post, fields)
        if found := self._child(node):
            return teller.child(self._reach(call, token, found[0].account_id), *found, fields)
        if said := self._comment(teller, node):
            entities.allow(token.scopes, entities.COMMENTS)
            return teller.comment(self._reach(call, token, said[0].account_id), *said, fields)
        raise no_such(call, node)

    def _delete(self, call: Call, token: Token, node: str) -> Json:
        """DELETE /{ig-media}, .../instagram-platform/reference/instagram-media (deleting), read 2026-11.

        With Facebook Login only, whole albums and never one of their pictures.
        """
        post = self.world.post(SLUG, node)
        if post is None:
            raise no_such(call, node)
        self._reach(call, token, post.account_id)
        entities.allow(token.scopes, entities.DELETE)
        self.world.delete_post(SLUG, post.id)
        return {"success": True, "deleted_id": post.id}

    # Publishing

    def create(self, call: Call) -> Json:
        return self.containers.create(call, self._user(call, entities.PUBLISH))

    def publish(self, call: Call) -> Json:
        return self.containers.publish(call, self._user(call, entities.PUBLISH))

    def limit(self, call: Call) -> Json:
        return self.containers.limit(call, self._user(call, entities.PUBLISH))

    # Reading

    def media(self, call: Call) -> Json:
        """GET /{ig-user}/media, .../instagram-graph-api/reference/ig-user/media (reading), read 2026-11.

        Newest first, by cursors, or between `since` and `until`.
        """
        account = self._user(call, entities.READ)
        since, until = (call.params.text(name) for name in ("since", "until"))
        found = [
            post
            for post in self.world.posts_of(account)
            if (not since.isdecimal() or post.created_at >= int(since))
            and (not until.isdecimal() or post.created_at <= int(until))
        ]
        fields, teller = read_fields(call.params.text("fields")), Teller(self.setting, call.base)
        rows, paging = page_of_rows(call, found, [post.id for post in found])
        return {"data": [teller.media(account, post, fields) for post in rows], **paging}

    def children(self, call: Call) -> Json:
        """GET /{ig-media}/children, .../instagram-graph-api/reference/ig-media/children, read 2026-11."""
        account, post = self._own_media(call, entities.READ)
        fields, teller = read_fields(call.params.text("fields")), Teller(self.setting, call.base)
        files = teller.media_of(post) if post.extra.get("kind") == "CAROUSEL_ALBUM" else []
        return {"data": [teller.child(account, post, file, fields) for file in files]}

    def comments(self, call: Call) -> Json:
        """GET /{ig-media}/comments, .../instagram-graph-api/reference/ig-media/comments, read 2026-11."""
        account, post = self._own_media(call, entities.COMMENTS)
        fields, teller = read_fields(call.params.text("fields")), Teller(self.setting, call.base)
        replies = teller.replies(post)
        ids = [comment_id(post, reply) for reply in replies]
        rows, paging = page_of_rows(call, replies, ids, most=entities.COMMENTS_A_PAGE)
        return {"data": [teller.comment(account, post, reply, fields) for reply in rows], **paging}

    def insights(self, call: Call) -> Json:
        """GET /{ig-media}/insights and /{ig-user}/insights, read 2026-11: see the figures for their pages."""
        listed = ",".join(str(item) for item in call.params.items("metric"))
        names = [name for name in re.split(r"[,\s]+", listed) if name]
        teller = Teller(self.setting, call.base)
        if not numbered(call.steps[0], FIRST_USER):
            return {"data": teller.figures.of_media(self._own_media(call, entities.INSIGHTS)[1], names)}
        account = self._user(call, entities.INSIGHTS)
        if call.params.text("period") != "day":
            raise GraphError(100, "(#100) period[0] must be one of the following values: day")
        now = self.setting.clock()
        since, until = (call.params.text(name) for name in ("since", "until"))
        end = min(float(until), now) if until.isdecimal() else now
        start = float(since) if since.isdecimal() else end - DAY
        how = call.params.text("metric_type")
        rows = teller.figures.of_account(account, call.steps[0], names, how=how, since=start, until=end)
        return {"data": rows, **insights_paging(call)}

    # Whose

    def _user(self, call: Call, permissions: tuple[str, ...]) -> Account:
        """The account in the path, which the token must have been granted with these permissions."""
        token = valid_token(self.setting, call)
        account = self._own_user(call, token)
        entities.allow(token.scopes, permissions)
        return account

    def _own_user(self, call: Call, token: Token) -> Account:
        account = self._reached(token, numbered(call.steps[0], FIRST_USER))
        if account is None:
            raise no_such(call, call.steps[0])
        return account

    def _own_media(self, call: Call, permissions: tuple[str, ...]) -> tuple[Account, Post]:
        token = valid_token(self.setting, call)
        post = self.world.post(SLUG, call.steps[0])
        if post is None:
            raise no_such(call, call.steps[0])
        account = self._reach(call, token, post.account_id)
        entities.allow(token.scopes, permissions)
        return account, post

    def _reach(self, call: Call, token: Token, number: int) -> Account:
        account = self._reached(token, number)
        if account is None:
            raise no_such(call, call.steps[0])
        return account

    def _reached(self, token: Token, number: int) -> Account | None:
        return next((account for account in pages_in(self.world, token) if account.id == number), None)

    def _child(self, node: str) -> tuple[Post, Media] | None:
        number = numbered(node, FIRST_CHILD)
        media = self.world.media(SLUG, str(number)) if number else None
        post = self.world.post(SLUG, media.post_id) if media and media.post_id else None
        return (post, media) if post and media and post.extra.get("kind") == "CAROUSEL_ALBUM" else None

    def _comment(self, teller: Teller, node: str) -> tuple[Post, Reply] | None:
        for post in self.world.all_posts(SLUG) if node.startswith(COMMENT) else ():
            for reply in teller.replies(post) if post.deleted_at is None else ():
                if comment_id(post, reply) == node:
                    return post, reply
        return None
