"""Writing: contents that answer a claim, saving the sheet, adding and withdrawing channels.

A save names the version that it began from, so that two people never overwrite each other; where it changes the bytes
of a text under review or signed, that text is a draft again in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from accounts.models import Language
from campaigns.documents import MAX_TITLE, Break, Document, own_json, parse, words_in
from campaigns.lifecycle import CampaignState, VariantState
from campaigns.models import Campaign, Content, Variant
from campaigns.rendering import document_of, material_for, refuse_foreign, render_document
from campaigns.voiding import SIGNED_OR_UP, back_to_draft, void
from chain.actors import Actor
from chain.engine import advance, begin
from chain.errors import Invalid, NotFound, StaleState
from chain.trail import record
from library.folding import fold
from library.models import Claim
from networks.options import chosen
from networks.registry import options_of

SITTING = timedelta(minutes=10)
"""Saves of one person within this time are one sitting: the trail tells of it once."""


@dataclass(frozen=True)
class Saved:
    """`version` is the one to build the next save upon; `voided` are variants that became drafts again by this save."""

    version: int
    saved_at: datetime | None
    voided: list[Variant]


class EditedByAnother(StaleState):
    """Somebody saved meanwhile: nothing was changed. Carries what stands now, so that no typed word is lost."""

    def __init__(self, content: Content) -> None:
        by = str(content.draft_saved_by) if content.draft_saved_by else ""
        named = format_lazy(_("{name} saved this text meanwhile. Your words are kept here: compare them."), name=by)
        unnamed = _("This text was saved meanwhile. Your words are kept here: compare them.")
        super().__init__(named if by else unnamed, code="edited_by_another")
        self.by, self.version, self.document = by, content.draft_version, document_of(content).to_json()


@transaction.atomic
def create_content(
    *,
    campaign: Campaign,
    claim: Claim,
    title: str,
    language: str = "ar",
    channels: Iterable[Any] = (),
    reference: str = "",
    actor: Actor,
) -> Content:
    """Begin an answer to a claim. `reference` names it in an imported file. Raises Invalid with the field to mend."""
    actor.require(Capability.WRITE_CONTENT, on=campaign)
    refuse_closed(campaign)
    if claim.organisation_id != campaign.organisation_id:
        raise NotFound
    content = Content(
        organisation_id=campaign.organisation_id,
        campaign=campaign,
        claim=claim,
        title=titled(title),
        reference=reference,
        language=language_of(campaign, language),
        draft=Document(title=titled(title)).to_json(),
        created_by_id=actor.user_id or 0,
        created_at=timezone.now(),
        folded=fold(titled(title), reference),
    )
    content.save(force_insert=True)
    content.contributors.add(actor.user_id or 0)
    record("content.created", content, actor=actor, data={"claim": claim.pk, "campaign": campaign.code})
    for channel in channels:
        add_variant(content=content, channel=channel, actor=actor)
    return content


def titled(title: str) -> str:
    if not title.strip() or len(title) > MAX_TITLE or "\n" in title or "\x00" in title:
        raise Invalid(_("Give it a title of one line, up to 160 characters."), code="bad_title", field="title")
    return title


def language_of(campaign: Campaign, language: str) -> str:
    offered = campaign.languages or Language.values
    if language not in offered:
        raise Invalid(_("The campaign's brief does not name this language."), code="bad_language", field="language")
    return language


def refuse_closed(campaign: Campaign) -> None:
    if campaign.state == CampaignState.CLOSED:
        raise Invalid(_("This campaign is closed: nothing in it changes any more."), code="campaign_closed")


@transaction.atomic
def save_draft(*, content: Content, document: Any, base_version: int, actor: Actor) -> Saved:
    """Save the sheet as it stands (JSON or Document). Raises Invalid, or EditedByAnother when `base_version` is old."""
    actor.require(Capability.WRITE_CONTENT, on=content)
    locked = (
        Content.objects.select_for_update(of=("self",)).select_related("campaign", "draft_saved_by").get(pk=content.pk)
    )
    refuse_closed(locked.campaign)
    written = document if isinstance(document, Document) else parse(document)
    before = document_of(locked)
    whole = without_defaults(with_sources(written, before), locked)
    if whole == before:  # also a save whose answer was lost, sent again: nobody is in anybody's way
        return Saved(locked.draft_version, locked.draft_saved_at, [])
    if locked.draft_version != base_version:
        raise EditedByAnother(locked)
    refuse_foreign(whole, locked, material_for(locked.organisation_id, whole))
    tell_trail(locked, actor)
    keep(locked, whole, actor)
    voided = void_altered(locked, whole, actor=actor, why="edited")
    content.refresh_from_db()
    return Saved(locked.draft_version, locked.draft_saved_at, voided)


def with_sources(written: Document, before: Document) -> Document:
    """A sheet that does not speak of sources leaves them as they are."""
    kept = (before.sources or ()) if written.sources is None else written.sources
    return Document(title=written.title, body=written.body, variants=written.variants, sources=kept)


def without_defaults(written: Document, content: Content) -> Document:
    """What a network does anyway is not kept as a choice: choosing it by name makes no other text."""
    if not any(own.options for own in written.variants.values()):
        return written
    networks = dict(content.variants.values_list("pk", "channel__network"))
    own = {
        pk: replace(one, options=chosen(options_of(networks.get(pk, "")), one.options))
        for pk, one in written.variants.items()
    }
    return replace(written, variants=own)


def keep(content: Content, document: Document, actor: Actor) -> None:
    content.draft = document.to_json()
    content.draft_version += 1
    content.draft_saved_at = timezone.now()
    content.draft_saved_by_id = actor.user_id
    content.title = document.title if document.title.strip() else content.title
    content.folded = fold(content.title, content.reference, *words_in(content.draft))
    content.save(update_fields=["draft", "draft_version", "draft_saved_at", "draft_saved_by", "title", "folded"])
    if actor.user_id is not None:
        content.contributors.add(actor.user_id)


def tell_trail(content: Content, actor: Actor) -> None:
    recent = content.draft_saved_at is not None and timezone.now() - content.draft_saved_at < SITTING
    if content.draft_saved_by_id != actor.user_id or not recent:
        record("content.edited", content, actor=actor, data={"from_version": content.draft_version})


def void_altered(content: Content, document: Document, *, actor: Actor, why: str) -> list[Variant]:
    """Move every variant whose bytes are no longer those under review or signed back to draft. Inside a transaction."""
    up = content.variants.select_for_update(of=("self",)).filter(state__in=SIGNED_OR_UP)
    voided = []
    material = material_for(content.organisation_id, document)
    for variant in up.select_related("channel", "payload").order_by("pk"):
        variant.content = content
        if render_document(document, variant, material).digest != variant.digest:
            back_to_draft(variant, actor=actor, why=why)
            voided.append(variant)
    return voided


@transaction.atomic
def add_variant(*, content: Content, channel: Any, actor: Actor, planned_at: datetime | None = None) -> Variant:
    """Write for one more channel. `planned_at` is only a wish that the schedule form offers."""
    actor.require(Capability.WRITE_CONTENT, on=content)
    refuse_closed(content.campaign)
    if channel.organisation_id != content.organisation_id:
        raise NotFound
    variant = Variant(organisation_id=content.organisation_id, content=content, channel=channel, planned_at=planned_at)
    try:
        with transaction.atomic():
            begin(variant, actor=actor, data={"channel": channel.handle})
    except IntegrityError as error:
        raise Invalid(
            _("This content is written for that channel already."), code="variant_exists", field="channel"
        ) from error
    return variant


@transaction.atomic
def withdraw_variant(*, variant: Variant, actor: Actor, why: str = "") -> Variant:
    """Take a channel's version out of play for good; what was scheduled under it is held."""
    actor.require(Capability.WRITE_CONTENT, on=variant)
    refuse_closed(variant.content.campaign)
    if variant.state == VariantState.WITHDRAWN:
        return variant
    advance(variant, VariantState.WITHDRAWN, actor=actor, why=why)
    void(variant, actor=actor, why="withdrawn")
    return variant


@transaction.atomic
def copy_variant(*, variant: Variant, actor: Actor) -> Variant:
    """A new content with the text as this channel has it, for the same channel: how a withdrawn text begins anew.

    Whoever had a hand in the text had a hand in its copy: they do not sign it.
    """
    actor.require(Capability.WRITE_CONTENT, on=variant)
    old = variant.content
    content = create_content(
        campaign=old.campaign, claim=old.claim, title=old.title, language=old.language, actor=actor
    )
    content.contributors.add(*variant.contributor_ids())
    copy = add_variant(content=content, channel=variant.channel, actor=actor)
    document = document_of(old)
    blocks = document.blocks_for(variant.pk)
    own = own_json(document.of(variant.pk)) | ({} if Break() in blocks else {"blocks": None})
    whole = tuple(block for block in blocks if not isinstance(block, Break))
    body = Document(title=old.title, body=whole, sources=document.sources).to_json()
    save_draft(content=content, document=body | {"variants": {str(copy.pk): own}}, base_version=0, actor=actor)
    record("variant.copied", copy, actor=actor, data={"from": variant.pk})
    return copy
