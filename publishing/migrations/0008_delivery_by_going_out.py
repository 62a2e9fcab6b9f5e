from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0007_calendar")]
    operations = [
        migrations.AddIndex(
            "delivery",
            models.Index(fields=["organisation", "published_at", "id"], name="delivery_by_going_out"),
        ),
        migrations.AddIndex(
            "delivery",
            models.Index(fields=["campaign", "published_at", "id"], name="delivery_out_by_campaign"),
        ),
    ]
