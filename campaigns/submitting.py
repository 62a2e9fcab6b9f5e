"""Submitting: the checks, then the text is frozen as a revision, its bytes as a payload, and the reviewers are told."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.access import people_with
from accounts.capabilities import Capability
from campaigns.checks import Check, check
from campaigns.documents import Document
from campaigns.drafting import EditedByAnother, refuse_closed
from campaigns.expiring import refuse_ended
from campaigns.lifecycle import VariantState
from campaigns.models import Content, Payload, Revision, Variant
from campaigns.rendering import Rendering, document_of
from campaigns.reviewing import ensure_gates, settle_if_signed, stamp
from chain import notices
from chain.actors import Actor
from chain.engine import advance
from chain.errors import Invalid
from chain.trail import record

UP_ALREADY = (VariantState.IN_REVIEW, VariantState.APPROVED)
BY_WAY_OF_DRAFT = (VariantState.REVOKED, VariantState.EXPIRED)


class NotReady(Invalid):
    """Something stands in the way; `checks` lists all of it, the message says the first."""

    def __init__(self, checks: list[Check]) -> None:
        first = checks[0]
        super().__init__(format_lazy("{}. {}", first.what, first.how), code=first.code, field=first.place or None)
        self.checks = checks


@transaction.atomic
def submit(*, variant: Variant, actor: Actor, base_version: int | None = None) -> Variant:
    """Put one channel's text up for signature. A second click finds it there and changes nothing.

    Raises NotReady with everything in the way; EditedByAnother where `base_version` is given and no longer stands.
    """
    submitted = submit_some(variant.content, [variant.pk], actor, base_version)
    return submitted[0]


@transaction.atomic
def submit_all(*, content: Content, actor: Actor, base_version: int | None = None) -> list[Variant]:
    """Put every channel's text up for signature that is not yet, as one revision: all of them or none."""
    waiting = content.variants.exclude(state__in=[*UP_ALREADY, VariantState.WITHDRAWN]).values_list("pk", flat=True)
    ids = list(waiting)
    if not ids and not content.variants.exclude(state=VariantState.WITHDRAWN).exists():
        raise Invalid(_("Add a channel first: a text is signed as it goes out somewhere."), code="no_channel")
    return submit_some(content, ids, actor, base_version)


def submit_some(content: Content, ids: list[int], actor: Actor, base_version: int | None) -> list[Variant]:
    actor.require(Capability.WRITE_CONTENT, on=content)
    rows = Content.objects.select_for_update(of=("self",)).select_related("campaign", "created_by", "draft_saved_by")
    held = rows.get(pk=content.pk)
    refuse_closed(held.campaign)
    refuse_ended(held.campaign)
    if base_version is not None and base_version != held.draft_version:
        raise EditedByAnother(held)
    document = document_of(held)
    found = check(held, document)
    variants = [submittable(held, pk) for pk in ids]
    in_the_way = [each for v in variants if v.state not in UP_ALREADY for each in found.blocking(v.pk)]
    if in_the_way:
        raise NotReady(list(dict.fromkeys(in_the_way)))
    return [put_up(v, document, found.renderings[v.pk], actor) for v in variants]


def submittable(content: Content, pk: int) -> Variant:
    variant = content.variants.select_for_update(of=("self",)).select_related("channel", "payload").get(pk=pk)
    variant.content = content
    if variant.state == VariantState.WITHDRAWN:
        raise Invalid(_("This version was withdrawn: copy it to begin anew."), code="withdrawn")
    return variant


def put_up(variant: Variant, document: Document, rendering: Rendering, actor: Actor) -> Variant:
    """Freeze and advance. The variant's row and its content's are held by this transaction."""
    if variant.state in UP_ALREADY:
        return variant
    if variant.state in BY_WAY_OF_DRAFT:
        advance(variant, VariantState.DRAFT, actor=actor, why="submitted again")
    revision = freeze(variant.content, document.to_json(), actor)
    payload = payload_of(variant, revision, rendering)
    ensure_gates(variant.organisation_id, Variant.review_kind)
    advance(
        variant,
        VariantState.IN_REVIEW,
        actor=actor,
        data={"digest": payload.digest, "revision": revision.number},
        payload=payload,
        submitted_by_id=actor.user_id,
        submitted_at=timezone.now(),
    )
    settle_if_signed(variant, actor=actor, why="these very bytes were signed before")
    if variant.state == VariantState.IN_REVIEW:
        tell_reviewers(variant)
    return variant


def freeze(content: Content, document: dict[str, Any], actor: Actor) -> Revision:
    """The revision with this text: the last one if it has it, else a new one."""
    last = content.revisions.order_by("-number").first()
    if last is not None and last.document == document:
        return last
    revision = Revision.objects.create(
        content=content,
        number=last.number + 1 if last else 1,
        document=document,
        created_by_id=actor.user_id or 0,
        created_at=timezone.now(),
    )
    record("content.revised", content, actor=actor, data={"revision": revision.number})
    return revision


def payload_of(variant: Variant, revision: Revision, rendering: Rendering) -> Payload:
    payload, _is_new = Payload.objects.get_or_create(
        variant=variant,
        digest=rendering.digest,
        defaults={
            "organisation_id": variant.organisation_id,
            "revision": revision,
            "canonical": rendering.canonical,
            "created_at": timezone.now(),
        },
    )
    return payload


def tell_reviewers(variant: Variant) -> None:
    house = variant.organisation_id
    able = {*people_with(house, Capability.SIGN_SCIENTIFIC), *people_with(house, Capability.SIGN_LANGUAGE)}
    own = variant.contributor_ids()
    notices.tell(
        [person for person in able if person.pk not in own],
        kind="review",
        title=format_lazy(_("To review and sign: {title}"), title=variant.content.title),
        body=format_lazy(_("For {channel}. Read it, then sign or ask for changes."), channel=variant.channel.handle),
        link=f"/review/{variant.pk}/",
        once=f"review:{variant.pk}:{stamp()}",
        organisation_id=house,
    )
