"""Scopes of a freeze: what each kind covers, which of them an institution has, and how each is called.

Language and tags are read from the signed payload, the very bytes that would go out; a tag also where it stands in the
text. The concept is that of the claim which the content answers.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Content, Payload
from chain.models import Hold
from library.folding import fold
from library.models import Concept
from networks.registry import label_in
from publishing.frozen import body_of
from publishing.lifecycle import DeliveryState
from publishing.models import Channel, Delivery

Words = str | Promise
EVERYTHING = "everything"
TAG = re.compile(r"#(\w+)")
TAGS_OFFERED_FROM = 500
"""So many waiting posts are read for the tags that the page offers; any tag of the institution can be typed."""

SCOPES: dict[str, Words] = {
    EVERYTHING: _("Everything"),
    "network": _("Network:"),
    "channel": _("Channel:"),
    "campaign": _("Campaign:"),
    "concept": _("Concept:"),
    "language": _("Language:"),
    "tag": _("Tag:"),
}
IN_THE_PAYLOAD = frozenset({"language", "tag"})
"""Scopes that no column tells: each payload is read."""
WAITING = (DeliveryState.PENDING, DeliveryState.PREPARING, DeliveryState.HELD)


def covers(hold: Hold, delivery: Delivery) -> bool:
    """Whether the delivery lies in the scope. A scope of another version covers nothing here."""
    return hold.scope in MATCHES and MATCHES[hold.scope](delivery, hold.scope_id)


MATCHES: dict[str, Callable[[Delivery, str], bool]] = {
    EVERYTHING: lambda delivery, scope_id: scope_id == "",
    "network": lambda delivery, scope_id: delivery.channel.network == scope_id,
    "channel": lambda delivery, scope_id: str(delivery.channel_id) == scope_id,
    "campaign": lambda delivery, scope_id: str(delivery.campaign_id) == scope_id,
    "concept": lambda delivery, scope_id: str(delivery.variant.content.claim.concept_id) == scope_id,
    "language": lambda delivery, scope_id: body_of(delivery.payload).get("language") == scope_id,
    "tag": lambda delivery, scope_id: folded_tag(scope_id) in tags_in(delivery.payload),
}


def folded_tag(tag: str) -> str:
    """A tag as it is compared: without its sign, vowels and forms of letters."""
    return fold(tag.strip().lstrip("#"))


def tags_in(payload: Payload) -> set[str]:
    """The tags of a payload, folded: those in its fields and those that stand in its text."""
    return {folded_tag(tag) for tag in tags_written(payload)}


def tags_written(payload: Payload) -> set[str]:
    found: set[str] = set()
    for part in body_of(payload)["parts"]:
        found |= {tag.lstrip("#") for tag in part.get("tags", ())}
        found |= set(TAG.findall(fold(part["text"])))
    return found


def is_own(organisation_id: int, scope: str, scope_id: str) -> bool:
    """Whether such a scope exists in the institution, written exactly as it is compared."""
    if scope == EVERYTHING:
        return scope_id == ""
    if scope == "tag":
        return has_tag(organisation_id, folded_tag(scope_id))
    return scope_id in own_ids(organisation_id, scope)


def own_ids(organisation_id: int, scope: str) -> set[str]:
    columns: dict[str, tuple[type[Any], str]] = {
        "campaign": (Campaign, "pk"),
        "channel": (Channel, "pk"),
        "network": (Channel, "network"),
        "concept": (Concept, "pk"),
        "language": (Content, "language"),
    }
    model, column = columns[scope]
    found = model._default_manager.filter(organisation_id=organisation_id).order_by()
    return {str(value) for value in found.values_list(column, flat=True).distinct()}


def has_tag(organisation_id: int, tag: str) -> bool:
    payloads = Payload.objects.filter(organisation_id=organisation_id).only("canonical").order_by("-id")
    return bool(tag) and any(tag in tags_in(payload) for payload in payloads.iterator(chunk_size=200))


def tags_waiting(organisation_id: int) -> list[str]:
    """The tags of what waits to go out, each once, as it is written first."""
    waiting = Delivery.objects.filter(organisation_id=organisation_id, state__in=WAITING).select_related("payload")
    written: dict[str, str] = {}
    for delivery in waiting.order_by("due_at")[:TAGS_OFFERED_FROM]:
        for tag in sorted(tags_written(delivery.payload)):
            written.setdefault(folded_tag(tag), tag)
    return sorted(written.values())


def offered(organisation_id: int) -> list[tuple[str, Words]]:
    """What can be stopped, as (value of the form, words), the widest first."""
    house = {"organisation_id": organisation_id}
    return [
        (EVERYTHING, SCOPES[EVERYTHING]),
        *named("network", ((slug, network_in(slug)) for slug in sorted(own_ids(organisation_id, "network")))),
        *named("channel", Channel.objects.filter(**house).values_list("pk", "handle")),
        *named("campaign", Campaign.objects.filter(**house).values_list("pk", "title")),
        *named("concept", Concept.objects.filter(**house).values_list("pk", "name_ar")),
        *named("language", ((code, language_in(code)) for code in sorted(own_ids(organisation_id, "language")))),
        *named("tag", ((tag, f"#{tag}") for tag in tags_waiting(organisation_id))),
    ]


def named(scope: str, things: Iterable[tuple[Any, str]]) -> list[tuple[str, Words]]:
    return [(f"{scope}:{key}", format_lazy("{} {}", SCOPES[scope], name)) for key, name in things]


def label_of(hold: Hold) -> Words:
    """What a freeze stopped, in words; a scope of another version as it is called there."""
    if hold.scope == EVERYTHING or hold.scope not in SCOPES:
        return SCOPES.get(hold.scope, hold.scope)
    return format_lazy("{} {}", SCOPES[hold.scope], name_of(hold))


def name_of(hold: Hold) -> str:
    own: dict[str, tuple[type[Any], str]] = {
        "campaign": (Campaign, "title"),
        "channel": (Channel, "handle"),
        "concept": (Concept, "name_ar"),
    }
    if hold.scope in own:
        model, column = own[hold.scope]
        found = model._default_manager.filter(organisation_id=hold.organisation_id, pk=hold.scope_id)
        return str(found.values_list(column, flat=True).first() or hold.scope_id)
    said: dict[str, Callable[[str], str]] = {"network": network_in, "language": language_in}
    return said[hold.scope](hold.scope_id) if hold.scope in said else f"#{hold.scope_id.lstrip('#')}"


def network_in(slug: str) -> str:
    try:
        return label_in(slug, get_language())
    except KeyError:
        return slug


def language_in(code: str) -> str:
    return dict(settings.LANGUAGES).get(code, code)
