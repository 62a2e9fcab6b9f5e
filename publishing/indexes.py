"""By what deliveries and posts are found: an index for each question that the pages, the clock and the workers ask.

Measured by benchmarks/pages.py and benchmarks/due.py: a question without one reads every post that ever went out.
"""

from django.db import models

from publishing.lifecycle import COMING, NEEDS_ME

SHOWN_ON_CALENDAR = ("state", "reason", "hold_reason", "variant", "campaign", "channel")
"""What a month is counted and narrowed by: an index has it all, so that no row of 30,000 is read."""

DELIVERY = [
    models.Index(fields=["due_at", "id"], name="delivery_due", condition=models.Q(state="pending")),
    models.Index(fields=["organisation", "state", "due_at"], name="delivery_by_state"),
    models.Index(fields=["organisation", "due_at"], name="delivery_needs_me", condition=NEEDS_ME),
    models.Index(fields=["organisation", "due_at", "id"], name="delivery_by_time", include=SHOWN_ON_CALENDAR),
    models.Index(fields=["organisation", "due_at", "id"], name="delivery_coming", condition=COMING),
    models.Index(
        fields=["campaign", "channel"], name="delivery_told_by", condition=models.Q(published_at__isnull=False)
    ),
    models.Index(fields=["campaign", "due_at"], name="delivery_by_campaign"),
    models.Index(fields=["organisation", "published_at", "id"], name="delivery_by_going_out"),
    models.Index(fields=["campaign", "published_at", "id"], name="delivery_out_by_campaign"),
    models.Index(
        fields=["lease_until"], name="delivery_leased", condition=models.Q(state__in=["preparing", "sending"])
    ),
    models.Index(
        fields=["check_after"],
        name="delivery_to_check",
        condition=models.Q(state__in=["processing", "unconfirmed"]),
    ),
]
PART = [
    models.Index(
        fields=["published_at", "id"], name="part_by_going_out", condition=models.Q(published_at__isnull=False)
    ),
    models.Index(fields=["delivery"], name="part_withdrawn", condition=models.Q(state__in=["deleted", "gone"])),
]
