"""Signed variants and deliveries for tests, built on the models: for tests of what comes after writing and signing.

The road through the actions is walked by tests/journeys; here only its result matters.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign, Content, Payload, Revision, Variant
from chain.models import Decision, Gate, Verdict
from chain.trail import canonical
from library.models import Claim, Concept
from networks.limits import Limits
from networks.types import Media, Post
from publishing import credentials
from publishing.claiming import claim, cleared
from publishing.disclosing import Disclosure
from publishing.frozen import part_key
from publishing.lifecycle import DeliveryState, PartState
from publishing.models import Attempt, Channel, Delivery, Part

TEXT = "الرفق في القول أبلغ من الغلظة فيه."
GATES = (("scientific", "sign_scientific"), ("language", "sign_language"))


def make_gates(organisation: Organisation) -> list[Gate]:
    gates = []
    for position, (code, capability) in enumerate(GATES, start=1):
        gate, _new = Gate.objects.get_or_create(
            organisation=organisation,
            kind="variant",
            code=code,
            defaults={"position": position, "capability": capability},
        )
        gates.append(gate)
    return gates


def make_channel(
    organisation: Organisation, by: User, *, server_url: str = "http://127.0.0.1:9/mastodon", **fields: Any
) -> Channel:
    token = fields.pop("token", "token-of-a-test")
    now = timezone.now()
    values: dict[str, Any] = {
        "network": "mastodon",
        "remote_id": "1",
        "handle": "@rabita_demo",
        "display_name": organisation.name,
        **asdict(Disclosure.proposed(organisation)),
        "profile_url": f"{server_url}/@rabita_demo",
        "limits": Limits(max_text=500, url_weight=23, max_media=4, max_alt_text=1500).to_json(),
        "connected_by": by,
        "connected_at": now,
        "checked_at": now,
        **fields,
    }
    channel = Channel.objects.create(organisation=organisation, server_url=server_url, **values)
    credentials.store(channel, {"access_token": token})
    return channel


def make_campaign(organisation: Organisation, by: User, *, code: str = "mercy", **fields: Any) -> Campaign:
    values: dict[str, Any] = {
        "title": "سعة الرحمة",
        "state": CampaignState.SIGNED,
        "languages": ["ar"],
        "disclosure": {"ar": "حملة للرابطة"},
        "created_by": by,
        "created_at": timezone.now(),
        **fields,
    }
    return Campaign.objects.create(organisation=organisation, code=code, **values)


def make_variant(
    campaign: Campaign,
    channel: Channel,
    author: User,
    *,
    texts: tuple[str, ...] = (TEXT,),
    title: str = "الرفق أولًا",
    media: tuple[Media, ...] = (),
    options: Mapping[str, str] | None = None,
) -> Variant:
    """An approved variant with its frozen payload, not signed yet (see `sign`). `media` go with the first part."""
    now = timezone.now()
    concept, _new = Concept.objects.get_or_create(
        organisation=campaign.organisation, name_ar="الرفق", defaults={"created_by": author, "created_at": now}
    )
    claim, _new = Claim.objects.get_or_create(
        organisation=campaign.organisation,
        text_ar="دعوى أن الدين لا يقوم إلا على الشدة.",
        defaults={"concept": concept, "created_by": author, "created_at": now},
    )
    content = Content.objects.create(
        organisation=campaign.organisation,
        campaign=campaign,
        claim=claim,
        title=title,
        draft={"title": title, "body": [{"type": "text", "text": texts[0]}], "variants": {}},
        created_by=author,
        created_at=now,
    )
    content.contributors.add(author)
    variant = Variant.objects.create(
        organisation=campaign.organisation, content=content, channel=channel, state=VariantState.APPROVED
    )
    revision = Revision.objects.create(
        content=content, number=1, document=content.draft, created_by=author, created_at=now
    )
    variant.payload = make_payload(variant, revision, texts, media, options)
    variant.save(update_fields=["payload"])
    return variant


def make_payload(
    variant: Variant,
    revision: Revision,
    texts: tuple[str, ...],
    media: tuple[Media, ...] = (),
    options: Mapping[str, str] | None = None,
) -> Payload:
    channel = variant.channel
    body = {
        "channel": {"id": channel.pk, "network": channel.network, "remote_id": channel.remote_id},
        "language": "ar",
        "disclosure": "حملة للرابطة",
        "parts": [
            Post(text=text, language="ar", media=() if position else media, options=options or {}).to_json()
            for position, text in enumerate(texts)
        ],
        "citations": [],
    }
    text = canonical(body).decode()
    return Payload.objects.create(
        organisation=variant.organisation,
        variant=variant,
        revision=revision,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        canonical=text,
        created_at=timezone.now(),
    )


def sign(variant: Variant, *signers: User) -> Variant:
    """Sign the variant's payload at every gate, one signer each."""
    assert variant.payload is not None
    for gate, signer in zip(make_gates(variant.organisation), signers, strict=True):
        Decision.objects.create(
            organisation=variant.organisation,
            gate=gate,
            digest=variant.payload.digest,
            subject_type="campaigns.variant",
            subject_id=str(variant.pk),
            verdict=Verdict.APPROVED,
            user=signer,
            at=timezone.now(),
        )
    return variant


def make_delivery(variant: Variant, by: User, *, due_at: datetime | None = None, **fields: Any) -> Delivery:
    """A delivery of a signed variant, due a second ago unless said otherwise, with its parts."""
    from publishing.frozen import posts_of

    assert variant.payload is not None
    delivery = Delivery.objects.create(
        organisation=variant.organisation,
        campaign=variant.content.campaign,
        variant=variant,
        payload=variant.payload,
        channel=variant.channel,
        due_at=due_at or timezone.now() - timedelta(seconds=1),
        scheduled_by=by,
        created_at=timezone.now(),
        **fields,
    )
    for position in range(len(posts_of(variant.payload))):
        Part.objects.create(delivery=delivery, position=position, key=part_key(delivery, position))
    return delivery


@transaction.atomic
def claimed(delivery_id: int) -> Attempt | None:
    """As a worker claims what it must prepare first; None where the delivery is not to be had."""
    delivery = cleared(delivery_id)
    return claim(delivery) if delivery else None


def mark_published(delivery: Delivery, *, remote_id: str = "100", at: datetime | None = None) -> Delivery:
    """As if it had gone out: for tests of figures and pages."""
    at = at or timezone.now()
    delivery.parts.update(
        state=PartState.PUBLISHED, remote_id=remote_id, permalink=f"https://social.test/@r/{remote_id}", published_at=at
    )
    Delivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.PUBLISHED, published_at=at, due_at=at, settled_at=at
    )
    delivery.refresh_from_db()
    return delivery
