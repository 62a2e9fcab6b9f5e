"""Owns a large institution for benchmarks: one post made through the actions, then its rows copied in the database.

The copies go past the triggers (they would ask each for its two signatures) and past the foreign keys' checks, in this
benchmark's own database alone; every column that the product fills is filled. The figures' days are the product's own.
"""

import time
from collections.abc import Mapping

from django.db import connection, transaction

from analytics import rollups
from campaigns.models import Campaign, Content, Payload, Revision, Variant
from chain.models import Decision
from publishing.models import Channel, Delivery, Part

CHANNELS = 5
CAMPAIGNS = 6
SNAPSHOTS_EACH = 10
SHARE_OF_THE_FIRST = 0.4
"""Of all deliveries, those of the campaign that is asked."""
THIS_MONTH = 4
"""One in so many contents is due in the month that is asked, on each channel at a time of its own."""
UNFINISHED = 50
"""One in so many contents is still being written and signed, and has no time yet."""

STATES = """CASE WHEN {due} < now() THEN
  CASE WHEN {k} % 50 = 1 THEN 'failed' WHEN {k} % 50 = 2 THEN 'held' WHEN {k} % 50 = 3 THEN 'deleted'
  WHEN {k} % 500 = 4 THEN 'missed' ELSE 'published' END ELSE CASE {k} % 50 WHEN 1 THEN 'held' ELSE 'pending' END END"""
DUE = f"""CASE WHEN m.n % {THIS_MONTH} = 0 THEN date_trunc('month', now()) + random() * interval '28 days'
  ELSE now() - random() * interval '360 days' END"""
VARIANT_STATES = """CASE WHEN w.is_planned THEN 'approved'
  ELSE (ARRAY['draft', 'in_review', 'changes_requested', 'approved', 'in_review'])
  [1 + (w.content_id + w.channel_id) % 5] END"""


def copy(table: str, template: int, source: str, overrides: Mapping[str, str]) -> int:
    """INSERT … SELECT: every column of the template row, but for the overrides (SQL over `source`). Rows written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        chosen = ", ".join(overrides.get(name, f"t.{name}") for name in columns)
        wanted = f"SELECT {chosen} FROM {source}, {table} t WHERE t.id = {template}"
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) {wanted}")
        return int(cursor.rowcount)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def fresh(table: str) -> str:
    return f"nextval(pg_get_serial_sequence('{table}', 'id'))"


@transaction.atomic
def multiply(delivery: Delivery, deliveries: int) -> None:
    """Until the institution has about that many deliveries, and what led to them and came of them."""
    run("SET LOCAL session_replication_role = replica")
    channels = more_channels(delivery.channel)
    campaigns = more_campaigns(delivery.campaign)
    contents = deliveries // CHANNELS
    first = max(1, int(contents * SHARE_OF_THE_FIRST))
    others = ", ".join(str(one.pk) for one in campaigns[1:])
    run(
        f"""CREATE TEMP TABLE made ON COMMIT DROP AS SELECT n, CASE WHEN n <= {first} THEN {campaigns[0].pk}
        ELSE (ARRAY[{others}])[1 + n % {len(campaigns) - 1}] END AS campaign_id, n % {UNFINISHED} > 0 AS is_planned,
        {fresh("campaigns_content")} AS content_id, {fresh("campaigns_revision")} AS revision_id
        FROM generate_series(1, {contents + contents // UNFINISHED}) n"""
    )
    run(
        f"""CREATE TEMP TABLE went ON COMMIT DROP AS SELECT m.*, c.channel_id, row_number() OVER () AS k,
        {fresh("campaigns_variant")} AS variant_id, {fresh("campaigns_payload")} AS payload_id,
        {fresh("publishing_delivery")} AS delivery_id, {fresh("publishing_part")} AS part_id, {DUE} AS due
        FROM made m, unnest(ARRAY[{", ".join(str(one.pk) for one in channels)}]::bigint[]) AS c(channel_id)"""
    )
    run("ANALYZE made, went")
    written(delivery)
    signed(delivery)
    went_out(delivery)
    undated()
    recorded()
    measured()


@transaction.atomic
def rows_alone(delivery: Delivery, deliveries: int, overdue: int, waiting: int) -> None:
    """Rows of deliveries and nothing else: so many overdue within a day, so many pending, the others out for long."""
    run("SET LOCAL session_replication_role = replica")
    copy(
        table_of(Delivery), delivery.pk, f"generate_series(1, {deliveries - 1}) n",
        {
            "id": fresh(table_of(Delivery)),
            "state": f"CASE WHEN n <= {overdue + waiting} THEN 'pending' ELSE 'published' END",
            "due_at": f"CASE WHEN n <= {overdue} THEN now() - random() * interval '1 day' "
            f"WHEN n <= {overdue + waiting} THEN now() + interval '1 day' + random() * interval '60 days' "
            "ELSE now() - random() * interval '900 days' END",
            "published_at": f"CASE WHEN n > {overdue + waiting} THEN now() - random() * interval '900 days' END",
        },
    )  # fmt: skip
    run("ANALYZE publishing_delivery")


def written(delivery: Delivery) -> None:
    """Contents with their authors, a revision of each, and a variant with its payload for each channel."""
    content, revision = delivery.variant.content_id, delivery.payload.revision_id
    titles = {"title": "'منشور القياس ' || m.n", "reference": "''", "campaign_id": "m.campaign_id"}
    copy(table_of(Content), content, "made m", {"id": "m.content_id", **titles})
    copy(table_of(Revision), revision, "made m", {"id": "m.revision_id", "content_id": "m.content_id"})
    run(
        f"""INSERT INTO campaigns_content_contributors (content_id, user_id) SELECT m.content_id, t.user_id
        FROM made m, campaigns_content_contributors t WHERE t.content_id = {content}"""
    )
    ids = {"content_id": "w.content_id", "channel_id": "w.channel_id", "payload_id": "w.payload_id"}
    copy(table_of(Variant), delivery.variant_id, "went w", {"id": "w.variant_id", "state": VARIANT_STATES, **ids})
    of = {"variant_id": "w.variant_id", "revision_id": "w.revision_id"}
    digest = "encode(sha256(('w' || w.payload_id)::bytea), 'hex')"
    copy(table_of(Payload), delivery.payload_id, "went w", {"id": "w.payload_id", "digest": digest, **of})


def signed(delivery: Delivery) -> None:
    """Both signatures of what has a time."""
    signatures = Decision.objects.filter(digest=delivery.payload.digest, subject_id=str(delivery.variant_id))
    of = {"id": fresh(table_of(Decision)), "digest": "p.digest", "subject_id": "w.variant_id::text"}
    for signature in signatures:
        source = "went w JOIN campaigns_payload p ON p.id = w.payload_id AND w.is_planned"
        copy(table_of(Decision), signature.pk, source, of)


def went_out(delivery: Delivery) -> None:
    """Deliveries and parts of what has a time."""
    state = STATES.format(due="w.due", k="w.k")
    out = f"({state}) IN ('published', 'deleted')"
    copy(
        table_of(Delivery), delivery.pk, "(SELECT * FROM went WHERE is_planned) w",
        {
            "id": "w.delivery_id", "variant_id": "w.variant_id", "payload_id": "w.payload_id",
            "channel_id": "w.channel_id", "campaign_id": "w.campaign_id", "due_at": "w.due", "state": state,
            "published_at": f"CASE WHEN {out} THEN w.due + interval '1 second' END",
            "settled_at": f"CASE WHEN {out} THEN w.due + interval '1 second' END",
            "hold_reason": f"CASE WHEN ({state}) = 'held' THEN 'person' ELSE '' END",
            "reason": f"CASE WHEN ({state}) = 'failed' THEN 'post_refused' ELSE '' END",
        },
    )  # fmt: skip
    template = Part.objects.get(delivery=delivery)
    gone = "CASE d.state WHEN 'published' THEN 'published' WHEN 'deleted' THEN 'deleted' ELSE 'waiting' END"
    copy(
        table_of(Part), template.pk, "went w JOIN publishing_delivery d ON d.id = w.delivery_id",
        {
            "id": "w.part_id", "delivery_id": "w.delivery_id", "key": "md5('w' || w.part_id)", "state": gone,
            "remote_id": "CASE WHEN d.published_at IS NULL THEN '' ELSE 'r' || w.part_id END",
            "published_at": "d.published_at",
            "permalink": "CASE WHEN d.published_at IS NULL THEN '' "
            "ELSE 'https://social.example/@measured/' || w.part_id END",
        },
    )  # fmt: skip


def undated() -> None:
    """What the database's own trigger lists: signed, without a delivery that stands."""
    run(
        """INSERT INTO campaigns_undated SELECT w.variant_id FROM went w JOIN campaigns_variant v ON v.id = w.variant_id
        LEFT JOIN publishing_delivery d ON d.id = w.delivery_id
        WHERE v.state = 'approved' AND (d.id IS NULL OR d.state = 'missed')"""
    )


def recorded() -> None:
    """The attempt at each post that was tried, and the trail of its states."""
    run(
        f"""INSERT INTO publishing_attempt (id, delivery_id, number, part_id, outcome, worker, started_at,
        send_started_at, answered_at, saved, answer, code, detail) SELECT {fresh("publishing_attempt")}, d.id, 1,
        w.part_id, CASE d.state WHEN 'failed' THEN 'rejected' ELSE 'published' END, 'measured', d.due_at, d.due_at,
        d.due_at + interval '1 second', '{{}}', '{{}}', d.reason, '' FROM went w
        JOIN publishing_delivery d ON d.id = w.delivery_id WHERE d.state IN ('published', 'deleted', 'failed')"""
    )
    run(
        f"""INSERT INTO chain_event (id, at, organisation_id, user_id, actor_name, via, verb, subject_type, subject_id,
        state_from, state_to, why, data, content_hash) SELECT {fresh("chain_event")}, d.due_at, d.organisation_id, NULL,
        'measured', 'system', 'delivery.' || e.verb, 'publishing.delivery', d.id::text, '', e.verb, '', '{{}}', ''
        FROM went w JOIN publishing_delivery d ON d.id = w.delivery_id,
        unnest(ARRAY['created', 'preparing', 'sending', 'published', 'deleted']) WITH ORDINALITY AS e(verb, n)
        WHERE e.n <= CASE d.state WHEN 'published' THEN 4 WHEN 'deleted' THEN 5 ELSE 1 END"""
    )


def measured() -> None:
    """Ten snapshots of each post that went out, over its first month at most, and when it is asked for next."""
    out = "went w JOIN publishing_delivery d ON d.id = w.delivery_id AND d.published_at IS NOT NULL"
    run(
        f"""INSERT INTO analytics_snapshot (captured_at, part_id, source, reactions, comments, shares, extra, missing)
        SELECT d.published_at + least(now() - d.published_at, interval '30 days') * s.n / {SNAPSHOTS_EACH}, w.part_id,
        'api', s.n * (w.part_id % 17), s.n * (w.part_id % 5), s.n * (w.part_id % 7), '{{}}',
        '{{"views": "not_reported"}}' FROM {out}, generate_series(1, {SNAPSHOTS_EACH}) AS s(n)"""
    )
    run(
        f"""INSERT INTO analytics_collectionplan (part_id, channel_id, next_at, last_at, last_total, code)
        SELECT w.part_id, w.channel_id, CASE WHEN d.published_at > now() - interval '30 days'
        THEN now() + interval '1 day' END, now(), 29, '' FROM {out}"""
    )


def fill_up(snapshots: int) -> None:
    """Further snapshots, a minute before those there are, of the posts that went out, until there are so many."""
    missing = snapshots - counts()["analytics_snapshot"]
    if missing > 0:
        run(
            f"""INSERT INTO analytics_snapshot (captured_at, part_id, source, reactions, extra, missing)
            SELECT s.captured_at - interval '1 minute', s.part_id, 'api', s.reactions, '{{}}', '{{}}'
            FROM analytics_snapshot s WHERE s.reactions > 0 LIMIT {missing} ON CONFLICT DO NOTHING"""
        )


def more_channels(channel: Channel) -> list[Channel]:
    copy(
        table_of(Channel), channel.pk, f"generate_series(2, {CHANNELS}) n",
        {"id": fresh(table_of(Channel)), "remote_id": "'c' || n", "handle": "'@measured' || n"},
    )  # fmt: skip
    return list(Channel.objects.filter(organisation=channel.organisation_id).order_by("pk"))


def more_campaigns(campaign: Campaign) -> list[Campaign]:
    copy(
        table_of(Campaign), campaign.pk, f"generate_series(2, {CAMPAIGNS}) n",
        {"id": fresh(table_of(Campaign)), "code": "'measured-' || n", "title": "'حملة القياس ' || n"},
    )  # fmt: skip
    return list(Campaign.objects.filter(organisation=campaign.organisation_id).order_by("pk"))


def rebuild() -> dict[str, float]:
    """Every day of the figures, by the product's own rebuild: how many subjects, how many seconds."""
    rollups.mark_everything_stale()
    began, done = time.perf_counter(), 0
    while filled := rollups.fill_stale():
        done += filled
    return {"rebuilt": done, "seconds": round(time.perf_counter() - began, 1)}


def table_of(model: type) -> str:
    return str(model._meta.db_table)  # type: ignore[attr-defined]


def counts() -> dict[str, int]:
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for table in (
            "publishing_delivery", "analytics_snapshot", "analytics_deliveryday", "campaigns_content", "chain_event"
        ):  # fmt: skip
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = int(cursor.fetchone()[0])
    return found
