"""Remarks: what a reader says about a version, open until somebody settles it."""

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import Capability
from campaigns.models import Remark, Variant
from chain import notices
from chain.actors import Actor
from chain.errors import Invalid, NotAllowed, NotFound, StaleState
from chain.trail import record

MAX_TEXT = 5_000
MAX_QUOTE = 300


@transaction.atomic
def remark(*, variant: Variant, text: str, quote: str = "", actor: Actor) -> Remark:
    """Say something about the version that is up. The writers are told."""
    actor.require(Capability.COMMENT, on=variant)
    if not text.strip():
        raise Invalid(_("Write the remark first."), code="text_missing", field="text")
    if len(text) > MAX_TEXT or "\x00" in text + quote:
        raise Invalid(_("Keep the remark under 5,000 characters."), code="too_long", field="text")
    said = Remark.objects.create(
        organisation_id=variant.organisation_id,
        variant=variant,
        payload_id=variant.payload_id,
        author_id=actor.user_id or 0,
        text=text.strip(),
        quote=quote.strip()[:MAX_QUOTE],
        created_at=timezone.now(),
    )
    record("remark.made", variant, actor=actor, data={"remark": said.pk})
    tell_writers(said)
    return said


def tell_writers(said: Remark) -> None:
    content = said.variant.content
    notices.tell(
        content.contributors.filter(is_active=True).exclude(pk=said.author_id),
        kind="remark",
        title=format_lazy(_("A remark on: {title}"), title=content.title),
        body=said.text,
        link=f"/contents/{content.pk}/",
        once=f"remark:{said.pk}",
        organisation_id=said.organisation_id,
    )


@transaction.atomic
def settle(*, remark: Remark, actor: Actor) -> Remark:
    """Mark a remark as settled: by its author, or by those who write or comment here."""
    if remark.organisation_id != actor.organisation_id:
        raise NotFound
    if not {Capability.COMMENT, Capability.WRITE_CONTENT} & actor.capabilities:
        raise NotAllowed
    now = timezone.now()
    free = Remark.objects.filter(pk=remark.pk, settled_at=None)
    if free.update(settled_at=now, settled_by_id=actor.user_id) != 1:
        raise StaleState(_("This remark was settled already."), code="settled_already")
    record("remark.settled", remark.variant, actor=actor, data={"remark": remark.pk})
    remark.refresh_from_db()
    return remark
