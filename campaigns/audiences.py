"""Segments: groups that campaigns speak to, described without persons. What names or reaches a person is refused."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from accounts.models import Language
from campaigns.briefs import reopen
from campaigns.models import Segment
from chain.actors import Actor
from chain.errors import Invalid
from library.folding import fold
from library.registers import Reader, add, edit, house_of, line, prose, read
from networks import registry

PERSONAL = (
    (re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), _("This is an e-mail address: a segment is a group, never a person.")),
    (re.compile(r"(?:^|[\s(])@\w"), _("This is somebody's account: a segment is a group, never a person.")),
    (
        re.compile(r"(?:\+|00|\b0)\d(?:[\s.()-]{0,2}\d){7,13}"),
        _("This is a telephone number: a segment is a group, never a person."),
    ),
)  # fmt: skip


def impersonal(reader: Reader) -> Reader:
    """The same reading, refusing what reaches one person. Digits of any script are looked at."""

    def reading(name: str, value: Any) -> str:
        text = str(reader(name, value))
        for pattern, sentence in PERSONAL:
            if pattern.search(fold(text)):
                raise Invalid(sentence, code="personal_data", field=name)
        return text

    return reading


def languages(name: str, value: Any) -> list[str]:
    return among(name, value, Language.values)


def networks(name: str, value: Any) -> list[str]:
    return among(name, value, [adapter.slug for adapter in registry.all_adapters()])


def among(name: str, value: Any, offered: list[str]) -> list[str]:
    if not isinstance(value, list | tuple) or not set(value) <= set(offered):
        raise Invalid(_("Choose one of the offered values."), code="bad_choice", field=name)
    return [one for one in offered if one in value]


READERS: dict[str, Reader] = {
    "name": impersonal(line(120, missing=_("Name the group."))),
    "description": impersonal(prose(5_000, missing=_("Describe the group: what they need, whom they trust."))),
    "languages": languages,
    "networks": networks,
}


def taken() -> Invalid:
    return Invalid(_("A segment of this name is recorded already."), code="segment_exists", field="name")


def add_segment(*, actor: Actor, **given: Any) -> Segment:
    house = house_of(actor, Capability.EDIT_BRIEF)
    return add(
        Segment(organisation=house, **read(READERS, {"name": "", "description": "", **given})), taken(), actor=actor
    )


@transaction.atomic
def edit_segment(*, segment: Segment, changes: Mapping[str, Any], version: int, actor: Actor) -> Segment:
    """Edit; the briefs that name it, where signed or under review, are drafts again."""
    actor.require(Capability.EDIT_BRIEF, on=segment)
    before = segment.said()
    done = edit(segment, read(READERS, changes), taken(), version=version, actor=actor)
    if done.said() != before:
        reopen(done.campaigns.order_by("pk"), actor, "segments")
    return done
