"""Every route of the product, walked by a stranger, by the outsider, and by each role that lacks its capability.

A route without an example object, or one that names no capability and is not listed here as open, fails.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.capabilities import ROLE_CAPABILITIES, Capability, Role
from chain.models import Event
from tests.institution import MARK, one_of_each
from tests.people import People, make_person, sign_in

pytestmark = pytest.mark.django_db

LEDGER = {
    "ledgers", "ledger", "ledger-posts", "ledger-accounts", "ledger-json", "ledger-feed",
    "seals", "seals-json", "seals-day",
}  # fmt: skip
OPEN = {
    "healthz", "readyz", "metrics", "api-schema", "api-docs", "api-nothing", "invitation", "set_language",
    "public-file",
} | LEDGER  # fmt: skip
"""Anybody: liveness, metrics (they have a guard of their own), the API's description, an invitation's own secret, the
language of a stranger, a file at its signed address, the ledger."""

OWN = {
    "my-settings", "set-language", "my-byline", "my-time-zone", "choose-institution", "second-factor-first", "notices",
    "notice", "notices-read", "api-me", "api-notice-list", "api-notice-read",
    "api-notice-read-all",
}  # fmt: skip
"""Anyone signed in: what concerns only oneself."""

SIGN = (Capability.SIGN_SCIENTIFIC, Capability.SIGN_LANGUAGE)
IN_THE_ACTION: dict[str, tuple[Capability, ...]] = {
    "campaign-sign": (Capability.SIGN_BRIEF,),
    "campaign-return": (Capability.SIGN_BRIEF,),
    "campaign-withdraw": (Capability.SIGN_BRIEF,),
    "content-save": (Capability.WRITE_CONTENT,),
    "content-measure": (Capability.WRITE_CONTENT,),
    "content-lay": (Capability.WRITE_CONTENT,),
    "content-thread": (Capability.WRITE_CONTENT,),
    "content-cite": (Capability.WRITE_CONTENT,),
    "content-picture": (Capability.WRITE_CONTENT,),
    "content-source": (Capability.WRITE_CONTENT,),
    "source-find": (Capability.WRITE_CONTENT,),
    "verse-look": (Capability.WRITE_CONTENT,),
    "review-sign": SIGN,
    "review-return": SIGN,
    "review-withdraw": SIGN,
    "remark-settle": (Capability.COMMENT, Capability.WRITE_CONTENT),
    "api-token-revoke": (Capability.MANAGE_TOKENS, Capability.MANAGE_PEOPLE),
    "token-revoke": (Capability.MANAGE_TOKENS, Capability.MANAGE_PEOPLE),
}
"""Routes whose writing is checked by the action on the object itself; any one of these lets in."""

LITERAL = {
    "surah": 2, "ayah_from": 255, "ayah_to": 256, "secret": "no-such-secret", "verb": "x", "network": "mastodon",
    "kind": "work",
}  # fmt: skip
OBJECT = {
    "claim_id": "claim", "content_id": "content", "variant_id": "variant", "media_id": "media", "remark_id": "remark",
    "campaign_id": "campaign", "member_id": "member", "grant_id": "grant", "invitation_id": "invitation",
    "token_id": "token", "notice_id": "notice", "citation_id": "citation", "consent_id": "consent",
    "concept_id": "concept", "narrative_id": "narrative",
    "programme_id": "programme", "segment_id": "segment", "messenger_id": "messenger",
}  # fmt: skip
BY_NAME = (
    ("api-member", "member"), ("api-role-grant", "grant"), ("api-invitation", "invitation"), ("api-token", "token"),
    ("api-notice", "notice"), ("api-claim", "claim"), ("api-citation", "citation"), ("api-campaign", "campaign"),
    ("api-content", "content"), ("api-variant", "variant"), ("api-remark", "remark"), ("api-media", "media"),
    ("api-programme", "programme"), ("api-segment", "segment"), ("api-messenger", "messenger"),
    ("api-concept", "concept"), ("api-narrative", "narrative"),
    ("api-channel", "channel"), ("api-delivery", "delivery"), ("api-freeze", "hold"),
    ("api-application", "application"), ("api-consent", "consent"), ("delivery", "delivery"),
    ("api-hand", "delivery"),
    ("api-slot", "slot"), ("api-bulk", "bulk"), ("slot", "slot"), ("bulk", "bulk"), ("calendar-move", "delivery"),
    ("release", "variant"), ("frozen", "hold"), ("channel", "channel"), ("dashboard", "campaign"),
    ("hand", "delivery"), ("api-recall", "recall"),
)  # fmt: skip


@dataclass(frozen=True)
class Route:
    name: str
    parameters: tuple[str, ...]
    view: Any

    def capabilities(self, method: str) -> tuple[Capability, ...]:
        """What the route asks for, read from the view itself; else from IN_THE_ACTION."""
        if (cls := getattr(self.view, "cls", None)) is None:
            found = getattr(self.view, "capability", None)
        else:
            table = getattr(cls, "needs", {})
            action = (getattr(self.view, "actions", None) or {}).get(method.lower())
            found = table.get(action) or table.get(method)
        if isinstance(found, tuple):
            return found
        return (found,) if found else IN_THE_ACTION.get(self.name, ())

    def methods(self) -> list[str]:
        if actions := getattr(self.view, "actions", None):
            return [method.upper() for method in actions if method not in {"head", "options"}]
        cls = getattr(self.view, "cls", None)
        if cls is not None:
            return [m for m in ("GET", "POST", "PUT", "PATCH") if hasattr(cls, m.lower())]
        return ["GET", "POST"]

    def address(self, objects: dict[str, int]) -> str:
        return reverse(self.name, kwargs={name: self.argument(name, objects) for name in self.parameters})

    def argument(self, parameter: str, objects: dict[str, int]) -> Any:
        if parameter in LITERAL:
            return LITERAL[parameter]
        return objects[self.kind(parameter)]

    def kind(self, parameter: str) -> str:
        if parameter in OBJECT:
            return OBJECT[parameter]
        return next(kind for start, kind in BY_NAME if self.name.startswith(start))

    @property
    def has_object(self) -> bool:
        return any(name not in LITERAL for name in self.parameters)


def walk(resolver: Any) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if str(entry.pattern) != "account/":
                yield from walk(entry)
        elif isinstance(entry, URLPattern):
            yield Route(entry.name or "", tuple(entry.pattern.regex.groupindex), entry.callback)


ROUTES = {route.name: route for route in walk(get_resolver())}
GUARDED = [name for name in ROUTES if name not in OPEN | OWN]


@pytest.fixture
def objects(people: People) -> dict[str, int]:
    return one_of_each(people)


def asked(names: Iterable[str], objects: dict[str, int]) -> Iterator[tuple[str, str, str]]:
    """Each route's name, with each of its methods and its address."""
    for name in names:
        for method in ROUTES[name].methods():
            yield name, method, ROUTES[name].address(objects)


def ask(client: Client, method: str, address: str) -> Any:
    return client.generic(method, address, b"{}", content_type="application/json")


def test_a_stranger_is_sent_to_sign_in_or_refused(objects: dict[str, int]) -> None:
    """Each time from another address, so that it is not for asking much that one is refused."""
    let_in = []
    for number, (name, method, address) in enumerate(asked(GUARDED, objects)):
        answer = ask(Client(REMOTE_ADDR=f"192.0.2.{number % 256}"), method, address)
        led_away = answer.status_code == 302 and "/account/login/" in answer["Location"]
        if not led_away and answer.status_code not in {401, 403, 405}:
            let_in.append((name, method, answer.status_code))
    assert let_in == []


def test_the_outsider_finds_nothing_of_another_institution(
    people: People, objects: dict[str, int], client: Client
) -> None:
    sign_in(client, people.charlie)
    found = []
    for name, method, address in asked([name for name in GUARDED if ROUTES[name].has_object], objects):
        answer = ask(client, method, address)
        if answer.status_code not in {403, 404, 405} or MARK in answer.content.decode():
            found.append((name, method, answer.status_code))
    assert found == []


def test_the_outsiders_lists_show_nothing_of_another_institution(
    people: People, objects: dict[str, int], client: Client
) -> None:
    sign_in(client, people.charlie)
    lists = [name for name in GUARDED if not ROUTES[name].has_object]
    showing = [name for name in lists if MARK in ask(client, "GET", ROUTES[name].address(objects)).content.decode()]
    assert showing == []


@pytest.mark.parametrize("name", GUARDED)
def test_every_route_names_the_capability_that_it_serves(name: str) -> None:
    route = ROUTES[name]
    unnamed = [method for method in route.methods() if not route.capabilities(method)]
    assert unnamed == [], f"{name} serves {unnamed} to everyone"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_without_the_capability_is_refused_everywhere(
    role: Role, people: People, objects: dict[str, int], client: Client
) -> None:
    person = make_person(f"only-{role}", [role], people.rabita)
    sign_in(client, person)
    let_in = []
    for name in GUARDED:
        route = ROUTES[name]
        for method in route.methods():
            if ROLE_CAPABILITIES[role] & set(route.capabilities(method)):
                continue
            answer = ask(client, method, route.address(objects))
            refusals = {403, 404, 405} | ({302, 422} if name in IN_THE_ACTION else set())
            if answer.status_code not in refusals:
                let_in.append((name, method, answer.status_code))
    assert let_in == []
    assert list(Event.objects.filter(user=person).values_list("verb", flat=True)) == []


def test_every_object_parameter_has_an_example(objects: dict[str, int]) -> None:
    for route in ROUTES.values():
        if route.name not in OPEN:
            assert re.match(r"^/", route.address(objects)), route.name
