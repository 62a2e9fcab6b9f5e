from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0008_delivery_by_going_out")]

    operations = [
        migrations.AddField("channel", "spacing_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddField("channel", "late_not_before", models.DateTimeField(blank=True, null=True)),
    ]
