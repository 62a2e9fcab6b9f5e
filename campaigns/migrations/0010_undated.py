import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0009_goals_reached")]

    operations = [
        migrations.CreateModel(
            name="Undated",
            fields=[
                (
                    "variant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="undated",
                        serialize=False, to="campaigns.variant",
                    ),
                )
            ],
        )
    ]  # fmt: skip
