"""Owns the numbers under which the networks of one house know accounts, containers, media and comments.

The house publishes no scheme: only that ids are strings of digits, and what its samples look like.
"""

from __future__ import annotations

import hashlib
import itertools

from sandbox.engagement import Reply
from sandbox.records import Account, Post
from sandbox.world import World

FIRST_USER = 17_841_400_000_000_000
FIRST_CONTAINER = 17_900_000_000_000_000
FIRST_CHILD = 17_950_000_000_000_000
MEDIA = "18"
COMMENT = "178"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_sequence = itertools.count()


def make_post_id(_world: World, at: float) -> str:
    """A media id of 17 digits that sorts by `at`."""
    return f"{MEDIA}{int(at * 1000) % 10**13:013d}{next(_sequence) % 100:02d}"


def user_id(account: Account) -> str:
    return str(FIRST_USER + account.id)


def numbered(node: str, first: int) -> int:
    """Which of the numbers from `first` on it is; 0: none of them."""
    number = int(node) - first if node.isdecimal() and len(node) < 18 else 0
    return number if 0 < number < 40_000_000_000_000 else 0


def comment_id(post: Post, reply: Reply) -> str:
    draw = hashlib.sha256(f"{post.id}:{reply.position}".encode()).digest()
    return f"{COMMENT}{int.from_bytes(draw[:8], 'big') % 10**14:014d}"


def shortcode(post_id: str) -> str:
    number, code = int(post_id), ""
    while number:
        number, digit = divmod(number, len(LETTERS))
        code = LETTERS[digit] + code
    return code


def post_of(code: str) -> str:
    """The post that a shortcode names."""
    number = 0
    for letter in code:
        number = number * len(LETTERS) + max(LETTERS.find(letter), 0)
    return str(number)
