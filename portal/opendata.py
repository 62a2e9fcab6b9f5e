"""The ledger as data: CSV and JSON of everything, an Atom feed of the newest, the day's seals to verify with.

The names of the columns are fixed, in English, and described in the JSON; texts and times are as they stand in the
product (UTC, ISO 8601). Everything streams: a large ledger takes no more memory than a small one.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from accounts.models import Organisation
from campaigns.models import Campaign
from chain import heads
from chain.models import DayHead, Seal
from chain.spreadsheets import BYTE_ORDER_MARK, csv_line
from portal import ledger
from portal.ledger import Post
from publishing.models import Channel, Part

LICENCE = "CC BY 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
CHUNK = 500
RULE = "sha256(previous:number:content_hash)"

POST_FIELDS = {
    "number": "The row's number on this ledger; it never changes.",
    "published_at": "When the network said that it was published (UTC).",
    "title": "The title that the institution gave to the text.",
    "campaign": "The campaign that it belongs to.",
    "network": "The social network.",
    "channel": "The account's name on it.",
    "account": "The account's address on it.",
    "position": "Which post of a thread; 1 for a single one.",
    "parts": "How many posts the thread has.",
    "version": "The version of the text that was signed and sent.",
    "digest": "sha256 of everything that was signed and sent (hexadecimal).",
    "state": "published; deleted (taken down by the institution); gone (no longer seen on the network).",
    "permalink": "The post's address on the network.",
    "why_deleted": "What was said when it was taken down; empty otherwise.",
    "deleted_by_hand_at": "When a person confirmed that they deleted it on the network (UTC); empty where we did.",
    "replaced_by": "The later version that went out on the same account; empty where there is none.",
    "replaced_at": "When that one was published (UTC).",
}
ACCOUNT_FIELDS = {
    "network": "The social network.",
    "name": "The account's name on it.",
    "account": "The account's address on it.",
    "address": "The account's page.",
    "owner": "Who owns the account.",
    "sender": "In whose name it speaks.",
    "funder": "Who pays for it.",
    "state": "connected, held, reconnect (its access must be renewed) or disconnected.",
    "discloses": "Whether its public profile named the institution when it was last read.",
    "checked_at": "When it was last read (UTC).",
    "connected_at": "Since when it has been connected (UTC).",
}
CAMPAIGN_FIELDS = {
    "code": "The campaign's short name.",
    "title": "Its title.",
    "state": "draft, in_review, signed or closed.",
    "starts_on": "Its first day.",
    "ends_on": "Its last day.",
    "disclosure": "The line that its posts carry, by language.",
}


def post_row(post: Post) -> dict[str, Any]:
    return {name: plain(getattr(post, name)) for name in POST_FIELDS}


def account_row(channel: Channel) -> dict[str, Any]:
    return {
        "network": channel.network,
        "name": channel.display_name,
        "account": channel.handle,
        "address": channel.profile_url,
        "owner": channel.owner,
        "sender": channel.sender,
        "funder": channel.funder,
        "state": channel.state,
        "discloses": ledger.is_disclosed(channel),
        "checked_at": plain(channel.checked_at),
        "connected_at": plain(channel.connected_at),
    }


def campaign_row(campaign: Campaign) -> dict[str, Any]:
    return {name: plain(getattr(campaign, name)) for name in CAMPAIGN_FIELDS}


def plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def posts(parts: QuerySet[Part]) -> Iterator[Post]:
    """All of them, a chunk at a time."""
    waiting: list[Part] = []
    for part in parts.iterator(chunk_size=CHUNK):
        waiting.append(part)
        if len(waiting) == CHUNK:
            yield from ledger.posts_from(waiting)
            waiting = []
    yield from ledger.posts_from(waiting)


def csv_of(fields: Iterable[str], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Lines for a spreadsheet: UTF-8 with its mark, and no cell that could act as a formula."""
    names = list(fields)
    yield BYTE_ORDER_MARK + csv_line(names)
    for row in rows:
        yield csv_line([row[name] for name in names])


def json_of(house: Organisation) -> Iterator[str]:
    """One document: what the fields mean, then accounts, campaigns and posts."""
    head = {
        "institution": house.name,
        "generated_at": timezone.now().isoformat(),
        "licence": LICENCE_URL,
        "version": 1,
        "fields": {"accounts": ACCOUNT_FIELDS, "campaigns": CAMPAIGN_FIELDS, "posts": POST_FIELDS},
        "accounts": [account_row(channel) for channel in ledger.accounts_of(house)],
        "campaigns": [campaign_row(campaign) for campaign in ledger.campaigns_of(house)],
    }
    yield json.dumps(head, ensure_ascii=False, indent=1).rstrip("}").rstrip() + ',\n "posts": ['
    separator = "\n"
    for post in posts(ledger.parts_of(house)):
        yield separator + json.dumps(post_row(post), ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


def feed_of(house: Organisation, address: str) -> str:
    """Atom: the fifty newest posts, each with its state."""
    feed = Atom1Feed(
        title=_("Transparency ledger of %(house)s") % {"house": house},
        link=address,
        description="",
        feed_url=f"{address}feed.atom",
    )
    for post in ledger.posts_from(ledger.parts_of(house)[:50]):
        feed.add_item(
            title=f"{post.title} · {post.channel}",
            link=post.permalink or address,
            description=said_of(post),
            unique_id=f"{address}#post-{post.number}",
            pubdate=post.published_at,
            updateddate=post.replaced_at or post.published_at,
        )
    return str(feed.writeString("utf-8"))


def said_of(post: Post) -> str:
    """What became of the post, in one line."""
    lines = [_("Version %(number)d, signed as %(digest)s.") % {"number": post.version, "digest": post.digest}]
    if post.why_deleted:
        lines.append(_("Taken down: %(why)s") % {"why": post.why_deleted})
    if post.replaced_by:
        lines.append(_("Version %(number)d replaced it.") % {"number": post.replaced_by})
    return " ".join(lines)


def heads_document() -> dict[str, Any]:
    """Every day's head, the newest first, with the rule to verify it by."""
    return {
        "rule": "hash = sha256(previous hash + ':' + number + ':' + content hash), all as text; the first follows on "
        "64 zeros. A day's file lists its numbers with their content hashes.",
        "days": [
            {"day": head.day.isoformat(), "number": head.number, "hash": head.hash}
            for head in DayHead.objects.order_by("-day")
        ],
    }


def seals_of(day: date) -> Iterator[dict[str, Any]]:
    """The seals of one day that has its head: numbers and hashes only, nothing of what was done."""
    rows = Seal.objects.filter(**heads.within(day)).select_related("event").order_by("number")
    for seal in rows.iterator(chunk_size=CHUNK):
        yield {"number": seal.number, "content_hash": seal.event.content_hash, "hash": seal.hash}
