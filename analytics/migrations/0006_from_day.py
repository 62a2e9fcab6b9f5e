"""From which day on a campaign's days are stale. All are asked for once more: they now keep what the next day needs."""

from datetime import date
from typing import Any

from django.db import migrations, models
from django.db.models.functions import Now


def count_again(apps: Any, schema_editor: Any) -> None:
    fills = apps.get_model("analytics", "FillState").objects.using(schema_editor.connection.alias)
    fills.filter(kind="campaign").update(stale_since=Now())


class Migration(migrations.Migration):
    dependencies = [("analytics", "0005_count_again")]
    operations = [
        migrations.AddField("fillstate", "from_day", models.DateField(default=date.min)),
        migrations.RunPython(count_again, migrations.RunPython.noop, elidable=True),
    ]
