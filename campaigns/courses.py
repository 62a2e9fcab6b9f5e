"""How far contents have come: what state their versions are in, and what became of those that were released.

A list asks it once for all that it shows, by one narrow question, and reads no version and no delivery for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, Q

from campaigns.lifecycle import VariantState
from campaigns.models import Content, Variant

OUT_OF_PLAY = (VariantState.WITHDRAWN,)


@dataclass(frozen=True)
class Course:
    """Of the versions in play: their states, those of their deliveries, whether any figure is in, their channels."""

    variants: frozenset[str] = frozenset()
    deliveries: frozenset[str] = frozenset()
    is_measured: bool = False
    handles: tuple[str, ...] = ()


def course_of(content: Content) -> Course:
    """From what is loaded: `variants` with their `deliveries` and their `channel`."""
    rows: list[Row] = []
    for variant in content.variants.all():
        if variant.state not in OUT_OF_PLAY:
            row = (variant.pk, variant.state, variant.channel.handle)
            rows += [(*row, one.state, bool(one.latest)) for one in variant.deliveries.all()] or [(*row, None, None)]
    return course_in(rows)


def courses_of(content_ids: Iterable[int]) -> dict[int, Course]:
    """By content, for each of them."""
    rows: dict[int, list[Row]] = {pk: [] for pk in content_ids}
    measured = ExpressionWrapper(~Q(deliveries__latest={}), output_field=BooleanField(null=True))
    found = Variant.objects.filter(content_id__in=list(rows)).exclude(state__in=OUT_OF_PLAY).order_by("pk")
    columns = ("content_id", "pk", "state", "channel__handle", "deliveries__state", "measured")
    for content_id, *row in found.annotate(measured=measured).values_list(*columns) if rows else ():
        rows[content_id].append((row[0], row[1], row[2], row[3], row[4]))
    return {pk: course_in(some) for pk, some in rows.items()}


Row = tuple[int, str, str, str | None, bool | None]
"""A version with one of its deliveries, or with none."""


def course_in(rows: list[Row]) -> Course:
    return Course(
        variants=frozenset(state for _pk, state, *_rest in rows),
        deliveries=frozenset(state for *_rest, state, _measured in rows if state),
        is_measured=any(state and measured for *_rest, state, measured in rows),
        handles=tuple({pk: handle for pk, _state, handle, *_rest in rows}.values()),
    )
