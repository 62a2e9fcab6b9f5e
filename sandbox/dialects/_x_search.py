"""Owns the search of the simulated X over its last seven days: the query language, and what each operator looks at.

Sources (read 2026-11): https://docs.x.com/x-api/posts/search/integrate/build-a-query, .../integrate/operators
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.dialects._x_access import SLUG, invalid
from sandbox.dialects._x_entities import FIRST_READER, Entities, reader_name, user_id
from sandbox.engagement import Reply
from sandbox.records import Post

SECONDS = 7 * 86_400.0
WORD = re.compile(r"\s*(\(|\)|-?[a-z_]+:[^\s()]+|OR\b|-)")


@dataclass(frozen=True)
class Found:
    """One post of ours, or a reader's answer to it (then `reply` is there)."""

    id: str
    post: Post
    reply: Reply | None
    at: float
    author: frozenset[str]
    reply_to: str
    to: frozenset[str]
    conversation: str


Test = Callable[[Found], bool]
OPERATORS: dict[str, Callable[[str], Test]] = {
    "conversation_id": lambda value: lambda one: one.conversation == value,
    "in_reply_to_tweet_id": lambda value: lambda one: one.reply_to == value,
    "from": lambda value: lambda one: value.lstrip("@").lower() in one.author,
    "to": lambda value: lambda one: value.lstrip("@").lower() in one.to,
    "is": lambda value: lambda one: value == "reply" and bool(one.reply_to),
}


def search(entities: Entities, query: str, now: float) -> list[Found]:
    """Newest first. Raises Refused for what is no query, or uses an operator that the simulator does not imitate."""
    test = _Query(query).whole()
    found = [one for one in _everything(entities) if now - SECONDS <= one.at <= now and test(one)]
    return sorted(found, key=lambda one: int(one.id), reverse=True)


def _everything(entities: Entities) -> list[Found]:
    found: list[Found] = []
    for post in entities.world.all_posts(SLUG):
        if post.deleted_at is None:
            author, root = _names(entities, post), entities.root(post)
            parent = entities.world.post(SLUG, post.in_reply_to) if post.in_reply_to else None
            to = _names(entities, parent) if parent else frozenset[str]()
            found.append(Found(post.id, post, None, post.created_at, author, post.in_reply_to or "", to, root))
            found += [
                Found(
                    reply_id,
                    post,
                    reply,
                    entities.setting.moment_at(post.created_at, reply.after),
                    _reader(reply),
                    post.id,
                    author,
                    root,
                )
                for reply_id, reply in entities.replies(post)
            ]
    return found


def _names(entities: Entities, post: Post) -> frozenset[str]:
    account = entities.author(post)
    return frozenset({account.handle.lower(), user_id(account.id)})


def _reader(reply: Reply) -> frozenset[str]:
    return frozenset({reader_name(reply), str(FIRST_READER + reply.position)})


class _Query:
    """Space is AND and binds closer than OR; `-` negates one operator or a group."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.words = self._split()
        self.at = 0

    def _split(self) -> list[str]:
        words, at = [], 0
        while self.query[at:].strip():
            found = WORD.match(self.query, at)
            if found is None:
                raise self._wrong()
            words.append(found[1])
            at = found.end()
        return words

    def _wrong(self) -> Exception:
        return invalid("There were errors processing your request: the query is not understood", query=[self.query])

    def whole(self) -> Test:
        test = self._either()
        if self.at < len(self.words):
            raise self._wrong()
        return test

    def _next(self) -> str:
        return self.words[self.at] if self.at < len(self.words) else ""

    def _take(self) -> str:
        word = self._next()
        self.at += 1
        return word

    def _either(self) -> Test:
        tests = [self._all()]
        while self._next() == "OR":
            self._take()
            tests.append(self._all())
        return lambda one: any(test(one) for test in tests)

    def _all(self) -> Test:
        tests: Sequence[Test] = [self._single()]
        while self._next() not in ("", "OR", ")"):
            tests = [*tests, self._single()]
        return lambda one: all(test(one) for test in tests)

    def _single(self) -> Test:
        word = self._take()
        if word == "-":
            return _not(self._single())
        if word == "(":
            test = self._either()
            if self._take() != ")":
                raise self._wrong()
            return test
        if word.startswith("-"):
            return _not(self._operator(word[1:]))
        return self._operator(word)

    def _operator(self, word: str) -> Test:
        name, _, value = word.partition(":")
        if name not in OPERATORS:
            raise self._wrong()
        return OPERATORS[name](value)


def _not(test: Test) -> Test:
    return lambda one: not test(one)
