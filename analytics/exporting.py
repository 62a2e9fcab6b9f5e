"""Figures as a CSV file for a spreadsheet: one line per delivery, unknown cells empty with their reason beside them.

The file opens right in Arabic (UTF-8 with its mark), and no cell of it can act as a formula.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from analytics.measures import COLUMNS, LABELS, reason_text
from analytics.periods import Period
from analytics.queries import PostFigures, posts_of
from campaigns.models import Campaign
from chain.spreadsheets import BYTE_ORDER_MARK, Cell, csv_line


def campaign_file(campaign: Campaign, period: Period) -> StreamingHttpResponse:
    name = f"{campaign.code}-{period.first or 'all'}-{period.last}.csv"
    return as_file(lines(campaign, posts_of(campaign, period), period), name)


def lines(campaign: Campaign, posts: Iterable[PostFigures], period: Period) -> Iterator[list[Cell]]:
    """The heading and one line per delivery, in the reader's language. Times are the campaign's."""
    zone = ZoneInfo(campaign.time_zone)
    yield heading()
    for post in posts:
        yield line(campaign, post, period, zone)


def heading() -> list[Cell]:
    return [
        _("Campaign"),
        _("Delivery"),
        _("Content"),
        _("Channel"),
        _("Published at"),
        _("Address"),
        _("From"),
        _("To"),
        *(str(LABELS[name]) for name in COLUMNS),
        _("Posts"),
        _("As of"),
        _("Why cells are empty"),
    ]


def line(campaign: Campaign, post: PostFigures, period: Period, zone: ZoneInfo) -> list[Cell]:
    delivery = post.delivery
    return [
        campaign.title,
        delivery.pk,
        delivery.variant.content.title,
        delivery.channel.handle,
        written(delivery.published_at, zone),
        post.permalink,
        str(period.first or ""),
        str(period.last),
        *(post.figures[name] for name in COLUMNS),
        post.published,
        written(post.as_of, zone),
        reasons(post),
    ]


def written(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def reasons(post: PostFigures) -> str:
    """`Views: the network does not offer this figure…` for each empty cell, one sentence for all that share it."""
    names: dict[str, list[str]] = {}
    for name, code in post.missing.items():
        names.setdefault(code, []).append(str(LABELS[name]))
    between = _(", ")
    return " | ".join(f"{between.join(labels)}: {reason_text(code)}" for code, labels in names.items())


def as_file(rows: Iterable[list[Cell]], name: str) -> StreamingHttpResponse:
    """Sent as it is read: a large campaign's file is never whole in memory."""
    response = StreamingHttpResponse(encoded(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def encoded(rows: Iterable[list[Cell]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    for row in rows:
        yield csv_line(row)
