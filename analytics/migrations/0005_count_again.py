"""Ask for the days of every campaign to be rebuilt: they now keep the sums behind interactions and rates."""

from typing import Any

from django.db import migrations
from django.db.models.functions import Now


def count_again(apps: Any, schema_editor: Any) -> None:
    fills = apps.get_model("analytics", "FillState").objects.using(schema_editor.connection.alias)
    fills.filter(kind="campaign").update(stale_since=Now())


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_entered_by")]
    operations = [migrations.RunPython(count_again, migrations.RunPython.noop, elidable=True)]
