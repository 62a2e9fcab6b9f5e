"""What the shell of every page shows: the index of places this person may go, whose house it is, today in two
calendars, and whether publishing is stopped. Nothing here is asked of the database until a page draws it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import NOBODY
from accounts.capabilities import Capability, Role
from accounts.models import Membership, Organisation
from chain.actors import Actor
from chain.compiled import Compiled
from chain.models import Hold, HoldState
from config import counts, dates
from publishing.scoping import label_of

Text = str | Promise


@dataclass(frozen=True)
class Place:
    """One line of the index: shown to those who hold any of `needs`, with what waits for them there (of Waiting)."""

    label: Text
    path: str
    icon: str
    needs: frozenset[Capability]
    count: Literal["desk", "sign", "deliveries", "channels"] | None = None


@dataclass(frozen=True)
class Entry:
    label: Text
    url: str
    icon: str
    count: int
    current: bool


@dataclass(frozen=True)
class Chapter:
    label: Text
    entries: list[Entry]


@dataclass(frozen=True)
class Today:
    iso: str
    gregorian: str
    hijri: str


@dataclass(frozen=True)
class Banner:
    title: str
    body: str
    more: str
    link: Text
    url: str


C = Capability
EVERYONE = frozenset({C.VIEW_CONTENTS})
DESK = Place(_("My desk"), "/", "feather", EVERYONE, "desk")
CONTENTS = Place(_("Contents"), "/contents/", "file-text", EVERYONE)
REVIEW = Place(_("To sign"), "/review/", "stamp", frozenset({C.SIGN_SCIENTIFIC, C.SIGN_LANGUAGE, C.SIGN_BRIEF}), "sign")
CAMPAIGNS = Place(_("Campaigns"), "/campaigns/", "flag", frozenset({C.VIEW_CAMPAIGNS}))
PROGRAMMES = Place(_("Programmes"), "/programmes/", "layers", frozenset({C.VIEW_CAMPAIGNS}))
SEGMENTS = Place(_("Segments"), "/segments/", "users", frozenset({C.VIEW_CAMPAIGNS}))
MESSENGERS = Place(_("Messengers"), "/messengers/", "user-round", frozenset({C.VIEW_CAMPAIGNS}))
DELIVERIES = Place(_("Deliveries"), "/deliveries/", "send", frozenset({C.VIEW_DELIVERIES}), "deliveries")
CALENDAR = Place(_("Calendar"), "/calendar/", "calendar-days", frozenset({C.VIEW_DELIVERIES}))
CHANNELS = Place(_("Channels"), "/channels/", "plug", frozenset({C.VIEW_CHANNELS}), "channels")
CLAIMS = Place(_("Claims"), "/claims/", "book-open", frozenset({C.VIEW_KNOWLEDGE}))
CONCEPTS = Place(_("Concepts"), "/concepts/", "library", frozenset({C.VIEW_KNOWLEDGE}))
NARRATIVES = Place(_("Narratives"), "/narratives/", "messages-square", frozenset({C.VIEW_KNOWLEDGE}))
SOURCES = Place(_("Sources"), "/sources/", "quote", frozenset({C.VIEW_KNOWLEDGE}))
DASHBOARD = Place(_("Dashboard"), "/dashboard/", "activity", frozenset({C.VIEW_FIGURES}))
MEMBERS = Place(_("Members"), "/members/", "users", frozenset({C.VIEW_PEOPLE}))
TOKENS = Place(_("API tokens"), "/tokens/", "key-round", frozenset({C.MANAGE_TOKENS}))
LEDGER = Place(_("Transparency ledger"), "/ledger/", "book-open-check", EVERYONE)
AUDIT = Place(_("Audit trail"), "/audit/", "scroll-text", frozenset({C.VIEW_AUDIT}))

CHAPTERS: tuple[tuple[Text, tuple[Place, ...]], ...] = (
    (_("My work"), (DESK, CONTENTS, REVIEW)),
    (_("Publishing"), (CAMPAIGNS, CALENDAR, DELIVERIES, CHANNELS)),
    (_("Planning"), (PROGRAMMES, SEGMENTS, MESSENGERS)),
    (_("Knowledge"), (CLAIMS, NARRATIVES, CONCEPTS, SOURCES)),
    (_("Measuring"), (DASHBOARD, LEDGER, AUDIT)),
    (_("The house"), (MEMBERS, TOKENS)),
)

DOCKS: dict[Role, tuple[Place, ...]] = {
    Role.COORDINATOR: (DESK, CAMPAIGNS, CALENDAR, DELIVERIES),
    Role.MANAGER: (DESK, CAMPAIGNS, DASHBOARD, DELIVERIES),
    Role.REVIEWER: (DESK, REVIEW, CONTENTS, CAMPAIGNS),
    Role.AUTHOR: (DESK, CONTENTS, CAMPAIGNS, DASHBOARD),
    Role.ANALYST: (DESK, DASHBOARD, CAMPAIGNS, CLAIMS),
    Role.ADMIN: (DESK, MEMBERS, CHANNELS, AUDIT),
}
"""Four places on a phone, by the first role in this order that a person holds."""

HTMX_CONFIG = json.dumps(
    {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "409|422", "swap": True},
            {"code": "[45]..", "swap": False, "error": True},
        ],
    }
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Also right for a stranger and for error pages, where no actor was made."""
    waiting: Any = SimpleLazyObject(lambda: counts.waiting(actor_of(request)))
    return {
        "layout": layout(request),
        "language_names": settings.LANGUAGES,
        "htmx_config": HTMX_CONFIG,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "organisation": SimpleLazyObject(lambda: house(request)),
        "roles": SimpleLazyObject(lambda: role_words(request)),
        "nav": SimpleLazyObject(lambda: index(request, waiting)),
        "dock": SimpleLazyObject(lambda: dock(request)),
        "place": SimpleLazyObject(lambda: place(request)),
        "today": SimpleLazyObject(today),
        "unread": SimpleLazyObject(lambda: waiting.unread),
        "may_stop": SimpleLazyObject(lambda: may_stop(request)),
        "banner": SimpleLazyObject(lambda: banner(request)),
    }


def layout(request: HttpRequest) -> str:
    """What an answer stands in: the shell for a member, the open page for a stranger, nothing for a fragment."""
    if getattr(request, "htmx", False):
        return "_shell/bare.html"
    return "base.html" if membership_of(request) else "base_out.html"


def index(request: HttpRequest, waiting: counts.Waiting) -> list[Chapter]:
    """The chapters with the places that this person may see; empty chapters are left out."""
    chapters = [Chapter(label, entries(request, places, waiting)) for label, places in CHAPTERS]
    return [chapter for chapter in chapters if chapter.entries]


def entries(request: HttpRequest, places: Iterable[Place], waiting: counts.Waiting) -> list[Entry]:
    return [
        Entry(p.label, p.path, p.icon, getattr(waiting, p.count) if p.count else 0, is_current(request, p))
        for p in open_to(actor_of(request), places)
    ]


def dock(request: HttpRequest) -> list[Entry]:
    """Four places, without what waits there: the index beside them says it."""
    membership = membership_of(request)
    held = membership.roles if membership else []
    first = next((role for role in DOCKS if role in held), None)
    places = open_to(actor_of(request), DOCKS[first]) if first else []
    return [Entry(p.label, p.path, p.icon, 0, is_current(request, p)) for p in places]


def open_to(actor: Actor, places: Iterable[Place]) -> list[Place]:
    return [place for place in places if may_enter(actor, place) and exists(place.path)]


def place(request: HttpRequest) -> str:
    """The running head: the place's name in the index, for pages that say nothing better."""
    for label, places in CHAPTERS:
        for one in places:
            if is_current(request, one):
                return str(one.label) if one is DESK else f"{label} / {one.label}"
    return ""


def is_current(request: HttpRequest, at: Place) -> bool:
    return request.path == at.path if at is DESK else request.path.startswith(at.path)


def may_enter(actor: Actor, at: Place) -> bool:
    return any(actor.can(capability) for capability in at.needs)


@cache
def exists(path: str) -> bool:
    """Whether this installation serves the place: no line of the index leads nowhere."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def house(request: HttpRequest) -> Organisation | None:
    """The institution whose page it is; to a stranger, the only one installed here."""
    if membership := membership_of(request):
        return membership.organisation
    only = list(Organisation.objects.order_by("id")[:2])
    return only[0] if len(only) == 1 else None


def role_words(request: HttpRequest) -> str:
    membership = membership_of(request)
    return gettext(", ").join(str(role.label) for role in membership.roles) if membership else ""


def today() -> Today:
    day = dates.today()
    words = dates.gregorian(day, weekday=True)
    return Today(day.isoformat(), words[:1].upper() + words[1:], dates.hijri(day))


def banner(request: HttpRequest) -> Banner | None:
    """The oldest stop in force in this institution: what it stops, who placed it and why, and how many others stand."""
    actor = actor_of(request)
    if actor.organisation_id is None:
        return None
    found = stops(actor.organisation_id)
    return banner_of(found[0], others=len(found) - 1) if found else None


stops = Compiled(
    lambda house: (
        Hold.objects.filter(organisation_id=house, state=HoldState.ACTIVE)
        .select_related("placed_by")
        .order_by("placed_at")
    )
)
"""Those in force in an institution, the oldest first."""


def banner_of(stop: Hold, others: int) -> Banner:
    said = {"time": dates.when(stop.placed_at), "scope": label_of(stop)}
    more = ngettext("%(n)d other stop is in force.", "%(n)d other stops are in force.", others) % {"n": others}
    return Banner(
        title=gettext("Publishing is stopped since %(time)s: %(scope)s") % said,
        body=gettext("%(name)s: %(reason)s") % {"name": stop.placed_by, "reason": stop.reason},
        more=more if others else "",
        link=_("What was stopped, and what was already out"),
        url=f"/freeze/{stop.pk}/",
    )


def may_stop(request: HttpRequest) -> bool:
    """Whether the act that stops publishing is offered on every page."""
    return actor_of(request).can(Capability.FREEZE)


def signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated)


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = getattr(request, "actor", NOBODY)
    return actor if signed_in(request) else NOBODY


def membership_of(request: HttpRequest) -> Membership | None:
    membership: Membership | None = getattr(request, "membership", None)
    return membership if signed_in(request) and membership else None
