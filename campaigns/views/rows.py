"""One line for a content in any list: what it is, how far it has come, and the next act for this person."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.capabilities import Capability
from campaigns.courses import Course, courses_of
from campaigns.lifecycle import VariantState
from campaigns.models import Content
from campaigns.views.chains import channel_words, standing_of, thread_of
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


COLUMNS = (
    "organisation",
    "title",
    "draft",
    *(f"claim__{one}" for one in ("organisation", "text_ar", "text_fr", "text_en")),
)


def in_rows(contents: QuerySet[Content]) -> QuerySet[Content]:
    """With those columns alone that a row reads."""
    return contents.select_related(None).select_related("claim").only(*COLUMNS)


def content_rows(contents: Iterable[Content], actor: Actor) -> list[Row]:
    """How far each has come is asked once for all of them."""
    shown = list(contents)
    courses = courses_of(content.pk for content in shown)
    return [content_row(content, courses[content.pk], actor) for content in shown]


def content_row(content: Content, course: Course, actor: Actor) -> Row:
    thread = thread_of(content, course)
    channels = channel_words(course)
    claim = claim_text(content.claim, get_language() or "ar")
    return Row(
        title=content.title,
        url=reverse("content", args=[content.pk]),
        meta=f"{claim} · {channels}" if channels else claim,
        steps=thread.steps,
        caption=thread.caption,
        act=act_on(course, actor),
    )


def act_on(course: Course, actor: Actor) -> str:
    if not actor.can(Capability.WRITE_CONTENT):
        return _("Read")
    state = standing_of(course)
    if state == VariantState.CHANGES:
        return _("Mend it")
    return _("Go on writing") if state == VariantState.DRAFT else _("Open")
