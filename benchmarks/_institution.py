"""Owns an institution for benchmarks, and posts made as people make them: every step is the product's own action.

Import it only after django.setup().
"""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.actors import session_actor
from accounts.capabilities import Role
from accounts.founding import Founder, found_institution
from accounts.models import GrantState, Membership, Organisation, RoleGrant
from accounts.registering import register
from campaigns import briefs, drafting, reviewing, submitting
from campaigns.models import Campaign, Variant
from chain.actors import Actor, system_actor
from chain.engine import advance, begin
from library.citing import add_claim
from library.models import Claim
from publishing import channels, scheduling
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
NETWORK, HANDLE, TOKEN = "mastodon", "measured", "token-of-the-benchmark"


@dataclass(frozen=True)
class House:
    """People with a fresh second factor, a signed campaign, a claim and a connected channel."""

    author: Actor
    reviewers: tuple[Actor, Actor]
    coordinator: Actor
    campaign: Campaign
    claim: Claim
    channel: Channel


def found(network: SandboxClient) -> House:
    organisation = found_institution(
        name=NAME, slug="measured", admin=Founder("admin@measured.test", "Adil"),
        manager=Founder("manager@measured.test", "Mounir"),
    )  # fmt: skip
    manager = actor_of(Membership.objects.get(user__email="manager@measured.test"))
    author, first, second, coordinator = (
        seat(organisation, name, role)
        for name, role in (
            ("Alice", Role.AUTHOR), ("Bob", Role.REVIEWER), ("Basma", Role.REVIEWER), ("Carla", Role.COORDINATOR),
        )
    )  # fmt: skip
    network.add_account(network=NETWORK, handle=HANDLE, display_name=NAME, bio="", token=TOKEN, scopes="read write")
    channel = channels.connect(
        actor=coordinator, network=NETWORK, server_url=network.base(NETWORK), token=TOKEN, language="ar"
    )
    claim = add_claim(concept="الجهاد", text_ar="دعوى أن الدين لا يقوم إلا على الشدة.", actor=author)
    return House(author, (first, second), coordinator, signed_campaign(coordinator, manager), claim, channel)


def seat(organisation: Organisation, name: str, role: Role) -> Actor:
    """A member with one role in force, as the founding command seats the first two."""
    by = system_actor("benchmark", organisation.pk)
    user = register(email=f"{name.lower()}@measured.test", name=name)
    membership = Membership.objects.create(organisation=organisation, user=user)
    advance(begin(RoleGrant(membership=membership, role=role), actor=by), GrantState.ACTIVE, actor=by)
    return actor_of(membership)


def actor_of(membership: Membership) -> Actor:
    return session_actor(membership, fresh=True)


def signed_campaign(coordinator: Actor, manager: Actor) -> Campaign:
    made = briefs.create_campaign(title="حملة القياس", code="measured", changes=BRIEF, actor=coordinator)
    made = briefs.submit_brief(campaign=made, actor=coordinator)
    return briefs.sign_brief(campaign=made, digest=made.digest, actor=manager)


def signed_variant(house: House, number: int) -> Variant:
    """Written by the author, submitted, signed at both gates by two people."""
    title = f"منشور {number}"
    content = drafting.create_content(
        campaign=house.campaign, claim=house.claim, title=title, channels=[house.channel], actor=house.author
    )
    sheet = {"title": title, "body": [{"type": "text", "text": TEXT.format(number=number)}], "variants": {}}
    drafting.save_draft(content=content, document=sheet, base_version=content.draft_version, actor=house.author)
    variant = submitting.submit(variant=content.variants.get(), actor=house.author)
    for gate, reviewer in zip(("scientific", "language"), house.reviewers, strict=True):
        variant = reviewing.sign(variant=variant, gate_code=gate, digest=variant.digest, actor=reviewer)
    return variant


def release(house: House, variant: Variant, due_at: datetime) -> Delivery:
    return scheduling.schedule(variant=variant, due_at=due_at, actor=house.coordinator)
