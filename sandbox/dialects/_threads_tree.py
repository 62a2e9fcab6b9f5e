"""Owns which reply stands under which post in the simulated Threads: those of its own accounts, and of its readers.

Source (read 2026-11): https://developers.facebook.com/docs/threads/retrieve-and-manage-replies/replies-and-conversations
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.dialects._graph_ids import COMMENT, comment_id
from sandbox.dialects._threads_access import SLUG
from sandbox.dialects.base import Setting
from sandbox.engagement import Reply, crowd_of
from sandbox.records import Account, Post


@dataclass(frozen=True)
class Place:
    """A post of ours, or what a reader said under it; `root` is the first post of the thread."""

    post: Post
    root: str
    reply: Reply | None = None

    @property
    def id(self) -> str:
        return comment_id(self.post, self.reply) if self.reply else self.post.id


class Tree:
    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.world = setting.world

    def place(self, account: Account, node: str) -> Place | None:
        """A post of the account, or a reader's reply in one of its threads."""
        post = self.world.post(SLUG, node)
        if post is not None:
            return Place(post, _root(post)) if post.account_id == account.id else None
        for ours in self.world.posts_of(account) if node.startswith(COMMENT) else ():
            for reply in self.said_under(ours):
                if comment_id(ours, reply) == node:
                    return Place(ours, _root(ours), reply)
        return None

    def said_under(self, post: Post) -> list[Reply]:
        """By readers, the first one first."""
        return crowd_of(post.id).replies_by(self.setting.age(post.created_at), self.setting.speed)

    def at(self, place: Place) -> float:
        post = place.post
        return self.setting.moment_at(post.created_at, place.reply.after) if place.reply else post.created_at

    def directly_under(self, place: Place) -> list[Place]:
        """The replies to it, the oldest first."""
        ours = self.world.replies_to(SLUG, place.post.id)
        answers = [Place(one, place.root) for one in ours if one.extra.get("replied_to", place.post.id) == place.id]
        said = [] if place.reply else [Place(place.post, place.root, one) for one in self.said_under(place.post)]
        return sorted([*answers, *said], key=lambda one: (self.at(one), one.id))

    def all_under(self, place: Place) -> list[Place]:
        """However deep, the oldest first."""
        return sorted(self._walk(place), key=lambda one: (self.at(one), one.id))

    def _walk(self, place: Place) -> Iterator[Place]:
        for one in self.directly_under(place):
            yield one
            yield from self._walk(one)


def _root(post: Post) -> str:
    return str(post.extra.get("root", post.in_reply_to or post.id))
