from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0010_taking_back")]

    operations = [migrations.AddField("delivery", "looked_ahead_at", models.DateTimeField(blank=True, null=True))]
