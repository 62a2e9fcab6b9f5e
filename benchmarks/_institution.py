"""Owns an institution for benchmarks, and posts made as people make them: every step is the product's own action.

Import it only after django.setup().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.actors import session_actor
from accounts.capabilities import Role
from accounts.founding import Founder, found_institution
from accounts.models import GrantState, Membership, Organisation, RoleGrant
from accounts.registering import register
from campaigns import briefs, drafting, reviewing, submitting
from campaigns.audiences import add_segment
from campaigns.messengers import add_messenger
from campaigns.models import Campaign, Variant
from chain.actors import Actor, system_actor
from chain.engine import advance, begin
from library.concepts import add_concept
from library.models import Claim
from library.narratives import add_claim
from publishing import channels, scheduling
from publishing.disclosing import Disclosure
from publishing.models import Channel, Delivery
from sandbox.testing import SandboxClient

NAME = "رابطة القياس"
TEXT = "الرفق في القول أبلغ من الغلظة فيه، ومن حُرم الرفق فقد حُرم خيرًا كثيرًا. منشور القياس رقم {number}."
BRIEF = {
    "goal": "قياس زمن النشر",
    "segment": "لا أحد: هذه حملة للقياس",
    "message": "الرفق قبل الغلظة",
    "messenger": "المؤسسة",
    "call_to_action": "لا شيء",
    "languages": ["ar"],
    "disclosure": {"ar": f"حساب {NAME}"},
    "starts_on": date(2026, 1, 1),
    "ends_on": date(2036, 1, 1),
    "lateness_policy": "publish",
}
NETWORK = "mastodon"


@dataclass(frozen=True)
class House:
    """People with a fresh second factor, a signed campaign, a claim and a connected channel."""

    author: Actor
    reviewers: tuple[Actor, Actor]
    coordinator: Actor
    campaign: Campaign
    claim: Claim
    channels: Sequence[Channel]

    @property
    def channel(self) -> Channel:
        return self.channels[0]


@dataclass(frozen=True)
class Place:
    """Where posts go: a dialect at an address, a token for each account. `simulator` makes the accounts, if ours."""

    network: str
    url: str
    tokens: Sequence[str]
    simulator: SandboxClient | None = None


def simulated(network: SandboxClient, slug: str = "measured", dialect: str = NETWORK, channels: int = 1) -> Place:
    tokens = [f"{12345 + number}:token-of-{slug}" for number in range(channels)]
    return Place(dialect, network.base(dialect), tokens, network)


def found(network: SandboxClient, slug: str = "measured") -> House:
    """An institution with one channel; `slug` is also the name of its account and of its people's addresses."""
    return found_at(simulated(network, slug), slug)


def found_at(place: Place, slug: str = "measured") -> House:
    """An institution with a channel for each token of the place."""
    organisation = found_institution(
        name=NAME, slug=slug, admin=Founder(f"admin@{slug}.test", "Adil"),
        manager=Founder(f"manager@{slug}.test", "Mounir"),
    )  # fmt: skip
    manager = actor_of(Membership.objects.get(user__email=f"manager@{slug}.test"))
    author, first, second, coordinator = (
        seat(organisation, name, role)
        for name, role in (
            ("Alice", Role.AUTHOR), ("Bob", Role.REVIEWER), ("Basma", Role.REVIEWER), ("Carla", Role.COORDINATOR),
        )
    )  # fmt: skip
    connected = [connect(place, number, coordinator, organisation) for number in range(len(place.tokens))]
    claim = add_claim(
        concept=add_concept(name_ar="الجهاد", actor=author),
        text_ar="دعوى أن الدين لا يقوم إلا على الشدة.",
        actor=author,
    )
    return House(author, (first, second), coordinator, signed_campaign(coordinator, manager), claim, connected)


def connect(place: Place, number: int, coordinator: Actor, organisation: Organisation) -> Channel:
    handle, token = f"{organisation.slug}{number or ''}", place.tokens[number]
    if place.simulator is not None:
        place.simulator.add_account(network=place.network, handle=handle, display_name=NAME, bio=NAME, token=token)
    return channels.connect(
        actor=coordinator, network=place.network, server_url=place.url, token=token, account=f"@{handle}",
        language="ar", disclosure=Disclosure.proposed(organisation),
    )  # fmt: skip


def seat(organisation: Organisation, name: str, *roles: Role) -> Actor:
    """A member with roles in force, as the founding command seats the first two."""
    by = system_actor("benchmark", organisation.pk)
    user = register(email=f"{name.lower()}@{organisation.slug}.test", name=name)
    membership = Membership.objects.create(organisation=organisation, user=user)
    for role in roles:
        advance(begin(RoleGrant(membership=membership, role=role), actor=by), GrantState.ACTIVE, actor=by)
    return actor_of(membership)


def actor_of(membership: Membership) -> Actor:
    return session_actor(membership, fresh=True)


def registers(coordinator: Actor) -> dict[str, Any]:
    """What a complete brief points at, and its later parts."""
    prose = dict.fromkeys(Campaign.LATER, "جملة واحدة.")
    segment = add_segment(name="شباب", description="شباب", actor=coordinator)
    messenger = add_messenger(kind="institution", public_name=NAME, basis="معروفة", actor=coordinator)
    return {**prose, "segments": [segment], "messengers": [messenger]}


def signed_campaign(coordinator: Actor, manager: Actor) -> Campaign:
    made = briefs.create_campaign(
        title="حملة القياس", code="measured", changes={**BRIEF, **registers(coordinator)}, actor=coordinator
    )
    made = briefs.submit_brief(campaign=made, actor=coordinator)
    return briefs.sign_brief(campaign=made, digest=made.digest, actor=manager)


def signed_variant(house: House, number: int) -> Variant:
    """Written by the author, submitted, signed at both gates by two people; the channels take turns."""
    channel = house.channels[number % len(house.channels)]
    title = f"منشور {number}"
    content = drafting.create_content(
        campaign=house.campaign, claim=house.claim, title=title, channels=[channel], actor=house.author
    )
    sheet = {"title": title, "body": [{"type": "text", "text": TEXT.format(number=number)}], "variants": {}}
    drafting.save_draft(content=content, document=sheet, base_version=content.draft_version, actor=house.author)
    variant = submitting.submit(variant=content.variants.get(), actor=house.author)
    for gate, reviewer in zip(("scientific", "language"), house.reviewers, strict=True):
        variant = reviewing.sign(variant=variant, gate_code=gate, digest=variant.digest, actor=reviewer)
    return variant


def release(house: House, variant: Variant, due_at: datetime) -> Delivery:
    return scheduling.schedule(variant=variant, due_at=due_at, actor=house.coordinator)
