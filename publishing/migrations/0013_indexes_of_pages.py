"""What the pages of a large institution, and the clock, find by an index: measured by benchmarks/pages.py and due.py."""

from django.db import migrations, models

OUT = models.Q(("published_at__isnull", False))
COMING = models.Q(("state__in", ["pending", "preparing", "sending", "processing"]))
SHOWN = ("state", "reason", "hold_reason", "variant", "campaign", "channel")


class Migration(migrations.Migration):
    dependencies = [("publishing", "0012_undated")]

    operations = [
        migrations.RemoveIndex("delivery", "delivery_due"),
        migrations.AddIndex(
            "delivery",
            models.Index(fields=["due_at", "id"], name="delivery_due", condition=models.Q(("state", "pending"))),
        ),
        migrations.RemoveIndex("delivery", "delivery_by_time"),
        migrations.AddIndex(
            "delivery", models.Index(fields=["organisation", "due_at", "id"], name="delivery_by_time", include=SHOWN)
        ),
        migrations.AddIndex(
            "delivery", models.Index(fields=["organisation", "due_at", "id"], name="delivery_coming", condition=COMING)
        ),
        migrations.AddIndex(
            "delivery", models.Index(fields=["campaign", "channel"], name="delivery_told_by", condition=OUT)
        ),
        migrations.AddIndex(
            "part", models.Index(fields=["published_at", "id"], name="part_by_going_out", condition=OUT)
        ),
        migrations.AddIndex(
            "part",
            models.Index(
                fields=["delivery"], name="part_withdrawn", condition=models.Q(("state__in", ["deleted", "gone"]))
            ),
        ),
    ]
