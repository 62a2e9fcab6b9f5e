"""Tries an adapter, as it is, on an account of a real server: `python -m tests.networks.trying NETWORK URL ACCOUNT`.

The token is read from TRY_TOKEN. It publishes, so give it an account that nobody reads; docs/compatible-servers.md says
which servers were tried. Nothing here knows a network: each step is done where the adapter says that it can be.
"""

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from networks.base import Adapter, Capability
from networks.errors import NetworkError
from networks.registry import adapter_class
from networks.types import Connection, Post, Published, Ready
from outgoing import Client
from tests.networks.contract import BASMALA
from tests.networks.test_with_sandbox import PLATE, Plates


def connected(network: str, url: str, account: str, token: str) -> Adapter:
    """The account's adapter, as it is after connecting."""
    cls, http = adapter_class(network), Client(allow_private=True)
    pasted = Connection(url, access_token=token, handle=account)
    tokens = cls(pasted, http, Plates()).sign_in()
    opened = replace(pasted, access_token=tokens.access_token, refresh_token=tokens.refresh_token)
    profile = cls(opened, http, Plates()).get_profile()
    return cls(replace(opened, remote_id=profile.remote_id, handle=profile.handle), http, Plates())


def publish(adapter: Adapter, post: Post, key: str) -> Published:
    ready = adapter.prepare(post, {})
    assert isinstance(ready, Ready), ready
    published = adapter.publish(ready, key)
    assert isinstance(published, Published), published
    return published


def delete(adapter: Adapter, out: list[Published]) -> int:
    for one in reversed(out):
        adapter.delete_post(one.remote_id)
    return len(out)


def give_back(adapter: Adapter) -> str:
    adapter.revoke_token()
    return adapter.connection.base_url


def steps(adapter: Adapter) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is tried, in order; each gives what is to be printed of it."""
    began, key = datetime.now(UTC), uuid.uuid4().hex
    text = Post(f"{BASMALA} — https://rabita.example/س #سند", language="ar")
    out: list[Published] = []

    def send(post: Post, given: str = "") -> str:
        out.append(publish(adapter, post, given or uuid.uuid4().hex))
        return out[-1].remote_id

    yield "profile", lambda: adapter.get_profile().handle
    yield "text", lambda: send(text, key)
    if Capability.FIND_PUBLISHED in adapter.capabilities:
        yield "found", lambda: adapter.find_published(text, key, began)
        yield "another not found", lambda: adapter.find_published(Post("غيره"), uuid.uuid4().hex, began)
    if Capability.IDEMPOTENCY_KEY in adapter.capabilities:
        yield "the same key again", lambda: publish(adapter, text, key).remote_id == out[0].remote_id
    yield "picture", lambda: send(Post("صورة", media=(PLATE,)))
    if Capability.REPLY in adapter.capabilities:
        yield "second of a thread", lambda: send(Post("ثانيا", reply_to=out[0].remote_id))
        yield "third of a thread", lambda: send(Post("ثالثا", reply_to=out[-1].remote_id))
    if Capability.POST_METRICS in adapter.capabilities:
        yield "figures", lambda: adapter.get_post_metrics([one.remote_id for one in out])
    if Capability.ACCOUNT_METRICS in adapter.capabilities:
        yield "figures of the account", adapter.get_account_metrics
    if Capability.COMMENTS in adapter.capabilities:
        yield "answers", lambda: adapter.get_comments(out[0].remote_id)
    if Capability.DELETE_POST in adapter.capabilities:
        for one in ("deleted", "deleted again"):
            yield one, lambda: delete(adapter, out)
    if Capability.REFRESH_TOKEN in adapter.capabilities and adapter.connection.refresh_token:
        yield "access renewed", lambda: adapter.refresh_token().expires_at
    if Capability.REVOKE_TOKEN in adapter.capabilities and adapter.connection.refresh_token:
        yield "access given back", lambda: give_back(adapter)


def main(network: str, url: str, account: str) -> int:
    failed = 0
    for name, step in steps(connected(network, url, account, os.environ["TRY_TOKEN"])):
        try:
            print(f"{name}: {step()}")
        except NetworkError as error:
            failed += 1
            print(f"{name}: {error!r} {error.detail}")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
