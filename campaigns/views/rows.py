"""One line for a content in any list: what it is, how far it has come, and the next act for this person."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.capabilities import Capability
from campaigns.lifecycle import VariantState
from campaigns.models import Content
from campaigns.views.chains import channel_words, in_play, standing_of, thread_of
from chain.actors import Actor
from library.narratives import claim_text


@dataclass(frozen=True)
class Row:
    title: str
    url: str
    meta: str
    steps: list[str]
    caption: str
    act: str
    kind: str = ""


def with_chain(contents: QuerySet[Content]) -> QuerySet[Content]:
    """Contents with all that a row and a chain read of them."""
    return contents.select_related("claim", "campaign", "created_by").prefetch_related(
        "variants__deliveries", "variants__channel"
    )


def content_row(content: Content, actor: Actor) -> Row:
    thread = thread_of(content)
    channels = channel_words(in_play(content))
    claim = claim_text(content.claim, get_language() or "ar")
    return Row(
        title=content.title,
        url=reverse("content", args=[content.pk]),
        meta=f"{claim} · {channels}" if channels else claim,
        steps=thread.steps,
        caption=thread.caption,
        act=act_on(content, actor),
    )


def act_on(content: Content, actor: Actor) -> str:
    if not actor.can(Capability.WRITE_CONTENT):
        return _("Read")
    state = standing_of(in_play(content))
    if state == VariantState.CHANGES:
        return _("Mend it")
    return _("Go on writing") if state == VariantState.DRAFT else _("Open")
