"""Concepts, claims, segments and messengers for tests that need one to stand on."""

from datetime import date
from typing import Any

from accounts.models import User
from campaigns.audiences import add_segment
from campaigns.messengers import add_messenger
from campaigns.models import Messenger, Segment
from library.concepts import add_concept, concept_named
from library.models import Claim, Concept
from library.narratives import add_claim
from tests.people import actor_of


def make_concept(user: User, name: str = "الجهاد") -> Concept:
    """The concept of that name in the user's institution; the same one ever after. The user may edit knowledge."""
    actor = actor_of(user)
    return concept_named(actor.organisation_id or 0, name) or add_concept(name_ar=name, actor=actor)


def make_claim(user: User, text: str = "دعوى أن الجهاد مرادف للقتال وحده", concept: str = "الجهاد") -> Claim:
    return add_claim(concept=make_concept(user, concept), text_ar=text, actor=actor_of(user))


LATER = dict.fromkeys(("theory_of_change", "medium", "measurement", "risks"), "جملة واحدة.")
"""The later parts of a complete brief."""


def make_segment(user: User, name: str = "شباب") -> Segment:
    found = Segment.objects.filter(organisation__memberships__user=user, name=name).first()
    return found or add_segment(name=name, description="شباب بين 18 و25 سنة", actor=actor_of(user))


def make_messenger(user: User, name: str = "باحث", **given: Any) -> Messenger:
    """With a consent in force, unless told otherwise. The user may edit briefs."""
    found = Messenger.objects.filter(organisation__memberships__user=user, public_name=name).first()
    consent = {"basis": "يعرفونه", "consent_on": date(2026, 1, 1), "consent_scope": "هذه الحملات", **given}
    return found or add_messenger(public_name=name, actor=actor_of(user), **consent)


def speaking(user: User) -> dict[str, Any]:
    """What a complete brief needs of the registers and beyond its first prose."""
    return {**LATER, "segments": [make_segment(user)], "messengers": [make_messenger(user)]}
