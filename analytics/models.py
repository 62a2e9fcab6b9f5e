"""Snapshots of what the networks told, the runs that asked for them, and the days rebuilt from them.

A column without a value means that the network did not say; it never means zero.
"""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    API = "api", _("Told by the network")
    CSV = "csv", _("Imported from a file")
    MANUAL = "manual", _("Entered by hand")


class Counters(models.Model):
    """One column per counter (networks.metrics), each empty where nobody told it."""

    views = models.PositiveBigIntegerField(null=True)
    reach = models.PositiveBigIntegerField(null=True)
    reactions = models.PositiveBigIntegerField(null=True)
    comments = models.PositiveBigIntegerField(null=True)
    shares = models.PositiveBigIntegerField(null=True)
    quotes = models.PositiveBigIntegerField(null=True)
    saves = models.PositiveBigIntegerField(null=True)
    clicks = models.PositiveBigIntegerField(null=True)
    profile_visits = models.PositiveBigIntegerField(null=True)
    full_views = models.PositiveBigIntegerField(null=True)
    watch_seconds = models.PositiveBigIntegerField(null=True)
    follows_gained = models.PositiveBigIntegerField(null=True)
    hides = models.PositiveBigIntegerField(null=True)

    class Meta:
        abstract = True


class CollectionRun(models.Model):
    """One collection of one channel's figures. The slot is a short stretch of time in which a channel is asked once.

    `started_at` dates every snapshot of the run, also when another worker finishes what a dead one began.
    """

    channel = models.ForeignKey("publishing.Channel", models.PROTECT, related_name="collection_runs")
    slot = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["channel", "slot"], name="one_run_per_slot")
        ]


class Snapshot(Counters):
    """What was known of one post at one moment. Rows are only ever added: a trigger refuses UPDATE and DELETE.

    `extra` are counters that only one network has; `missing` says why an expected counter is absent {counter: code}.
    The key begins with the time, so that the table can be partitioned by it without a rewrite.
    """

    pk = models.CompositePrimaryKey("captured_at", "part_id")
    captured_at = models.DateTimeField()
    part = models.ForeignKey("publishing.Part", models.PROTECT, related_name="snapshots", db_index=False)
    source = models.CharField(max_length=8, choices=Source, default=Source.API)
    run = models.ForeignKey(CollectionRun, models.PROTECT, null=True, related_name="snapshots", db_index=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    extra: Any = models.JSONField(default=dict)
    missing: Any = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["part", "captured_at"], name="snapshot_by_part")]


class ChannelSnapshot(models.Model):
    """What was known of an account at one moment. Append-only, like the snapshots of posts."""

    pk = models.CompositePrimaryKey("captured_at", "channel_id")
    captured_at = models.DateTimeField()
    channel = models.ForeignKey("publishing.Channel", models.PROTECT, related_name="snapshots", db_index=False)
    source = models.CharField(max_length=8, choices=Source, default=Source.API)
    run = models.ForeignKey(CollectionRun, models.PROTECT, null=True, related_name="+", db_index=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    followers = models.PositiveBigIntegerField(null=True)
    reach = models.PositiveBigIntegerField(null=True)
    views = models.PositiveBigIntegerField(null=True)
    profile_visits = models.PositiveBigIntegerField(null=True)
    extra: Any = models.JSONField(default=dict)
    missing: Any = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["channel", "captured_at"], name="snapshot_by_channel")
        ]


class CollectionPlan(models.Model):
    """When a published post is asked for next. `next_at` empty: too old, or gone; it is not asked for any more.

    `last_total` are its interactions when last told: growth shortens the wait, stillness lengthens it.
    """

    part = models.OneToOneField("publishing.Part", models.CASCADE, primary_key=True, related_name="collection_plan")
    channel = models.ForeignKey("publishing.Channel", models.CASCADE, related_name="+", db_index=False)
    next_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    last_total = models.PositiveBigIntegerField(null=True)
    code = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["channel", "next_at"], name="collection_due", condition=Q(next_at__isnull=False))
        ]


class ChannelPlan(models.Model):
    """A channel's turn: who collects it now (`claimed_until`), until when its network wants to be left alone for
    figures (`not_before`; publishing has its own), and when its account is asked for next."""

    channel = models.OneToOneField("publishing.Channel", models.CASCADE, primary_key=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    account_next_at = models.DateTimeField(null=True)


class ReadsTaken(models.Model):
    """How many posts and accounts a network was asked about in one UTC day (analytics/budget.py)."""

    network = models.SlugField(max_length=30)
    day = models.DateField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["network", "day"], name="one_count_of_reads_per_day")
        ]


class Day(Counters):
    """Figures as they stood at the end of one day in the campaign's time zone, rebuilt from snapshots at any time.

    `detail` holds {counter: {"gain", "known", "as_of", "bound", "reason"}} (see analytics.rollups.Detail); `published`
    is the number of posts out by then, `as_of` the newest snapshot that the row rests on.
    """

    day = models.DateField()
    published = models.PositiveIntegerField(default=0)
    as_of = models.DateTimeField(null=True)
    detail: Any = models.JSONField(default=dict)

    class Meta:
        abstract = True


class DeliveryDay(Day):
    delivery = models.ForeignKey("publishing.Delivery", models.CASCADE, related_name="days", db_index=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["delivery", "day"], name="one_row_per_delivery_day")
        ]


class CampaignDay(Day):
    """Its `detail` also holds the sums behind interactions and rates (see analytics.sides)."""

    campaign = models.ForeignKey("campaigns.Campaign", models.CASCADE, related_name="days", db_index=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["campaign", "day"], name="one_row_per_campaign_day")
        ]


class Filled(models.TextChoices):
    DELIVERY = "delivery", _("Delivery")
    CAMPAIGN = "campaign", _("Campaign")


EVER = date.min


class FillState(models.Model):
    """How far the days of one delivery or campaign are rebuilt. `stale_since` is set in the transaction that adds a
    snapshot and cleared by the rebuild that read it, so that a killed rebuild is taken up where it stopped.

    A campaign's days are right before `from_day`; a delivery's are always rebuilt whole.
    """

    kind = models.CharField(max_length=10, choices=Filled)
    subject_id = models.PositiveBigIntegerField()
    stale_since = models.DateTimeField(null=True)
    from_day = models.DateField(default=EVER)
    filled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="one_fill_per_subject")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "stale_since"], name="fill_stale", condition=Q(stale_since__isnull=False))
        ]
