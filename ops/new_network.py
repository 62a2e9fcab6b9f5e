"""`make new-network NAME=slug`: lays the files of a network that is to be written, each where its kind lives.

What it lays can be imported and fails its contract until it is filled in; docs/adding-a-network.md leads through it.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SLUG = re.compile(r"[a-z][a-z0-9_]{0,29}")

ADAPTER = '''"""{label}.

Written from (name each page of the network's documentation and the month in which it was read).
"""

from collections.abc import Mapping
from typing import ClassVar

from networks.base import Adapter, Auth, Capability
from networks.length import TextUnit
from networks.limits import Limits
from networks.metrics import Metric
from networks.types import Cost, Post, Profile, Published, Quota, Ready, Visibility, Waiting


class {name}(Adapter):
    slug: ClassVar[str] = "{slug}"
    label: ClassVar[str] = "{label}"
    auth: ClassVar[tuple[Auth, ...]] = (Auth.TOKEN,)
    limits: ClassVar[Limits] = Limits(max_text=1, text_unit=TextUnit.GRAPHEMES)
    visibilities: ClassVar[tuple[Visibility, ...]] = (Visibility.PUBLIC,)
    metrics: ClassVar[frozenset[Metric]] = frozenset()
    account_metrics: ClassVar[frozenset[Metric]] = frozenset()
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    cost: ClassVar[Cost] = Cost()
    quotas: ClassVar[tuple[Quota, ...]] = ()

    def get_profile(self) -> Profile:
        raise NotImplementedError

    def probe(self) -> None:
        raise NotImplementedError

    def prepare(self, post: Post, saved: Mapping[str, object]) -> Ready | Waiting:
        raise NotImplementedError

    def publish(self, ready: Ready, key: str) -> Published:
        raise NotImplementedError
'''

DIALECT = '''"""Owns the simulated {label}: its documented routes and nothing beyond them.

Written from (name each page of the network's documentation and the month in which it was read), never from the adapter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from sandbox.dialects.base import Dialect, Refusal, Setting, ShownPost, bearer
from sandbox.records import Account, Post
from sandbox.world import World

SLUG = "{slug}"


def routes(setting: Setting) -> Sequence[BaseRoute]:
    """Each route names its page of the documentation."""
    return []


def account_of(world: World, request: Request) -> Account | None:
    found = world.token(SLUG, bearer(request) or "")
    return world.account(found.account_id) if found and found.account_id else None


def show(setting: Setting, base: str, account: Account, post: Post) -> ShownPost:
    raise NotImplementedError


def make_post_id(world: World, at: float) -> str:
    raise NotImplementedError


def past(given: Mapping[str, Any]) -> Mapping[str, Any]:
    raise NotImplementedError


DIALECT = Dialect(
    slug=SLUG,
    name={{"ar": "{label}", "fr": "{label}", "en": "{label}"}},
    routes=routes,
    api_paths=(),
    acts={{}},
    refusals={{"broken": Refusal(500, {{}})}},
    account_of=account_of,
    show=show,
    make_post_id=make_post_id,
    past=past,
)
'''

TEST = '''"""{label}: the contract, and what is this network's own."""

from networks.adapters.{slug} import {name}
from tests.networks.contract import AdapterContract
from tests.outgoing.loopback import Asked


class Test{name}(AdapterContract):
    """Recordings stand in tests/networks/recordings/{slug}/; name them here."""

    slug = {name}.slug
    good_day = ()
    publish_call = ("POST", "/")
    read_call = ("GET", "/")
    token_revoked = "token_revoked"
    scope_missing = "scope_missing"
    rate_limited = "rate_limited"
    post_refused = "post_refused"
    reset_headers = {{}}

    def text_sent(self, asked: Asked) -> str:
        raise NotImplementedError
'''

PREVIEW = """{{# The only template that may look like this network; it is an approximation and says so beside it. #}}
{{% include "networks/preview.html" %}}
"""

FILES = {
    "networks/adapters/{slug}.py": ADAPTER,
    "sandbox/dialects/{slug}.py": DIALECT,
    "tests/networks/test_{slug}.py": TEST,
    "templates/networks/{slug}/preview.html": PREVIEW,
}


class Refused(Exception):
    """Nothing was written; the message says why."""


def lay(root: Path, slug: str) -> list[Path]:
    """Write the four files below `root` and say which. Raises Refused, and overwrites nothing."""
    if not SLUG.fullmatch(slug):
        raise Refused("NAME is the network's slug: small letters, digits and _, as in `make new-network NAME=name`.")
    names = {"slug": slug, "label": slug.replace("_", " ").title(), "name": slug.title().replace("_", "")}
    texts = {root / path.format(**names): text.format(**names) for path, text in FILES.items()}
    if there := [path for path in texts if path.exists()]:
        raise Refused(f"{there[0].relative_to(root)} is there already.")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def main(arguments: list[str]) -> int:
    try:
        laid = lay(ROOT, arguments[0] if arguments else "")
    except Refused as refused:
        print(refused)
        return 1
    print("\n".join([*(str(path.relative_to(ROOT)) for path in laid), "", "Next: docs/adding-a-network.md"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
