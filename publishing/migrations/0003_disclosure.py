"""Who owns a channel, in whose name it speaks and who pays; channels connected before say the institution itself."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def state_the_institution(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for channel in apps.get_model("publishing", "Channel").objects.select_related("organisation"):
        channel.owner = channel.sender = channel.funder = channel.organisation.name
        channel.save(update_fields=["owner", "sender", "funder"])


class Migration(migrations.Migration):
    dependencies = [("publishing", "0002_signatures")]

    operations = [
        migrations.AddField(
            "channel", "owner", models.CharField(max_length=200, default=""), preserve_default=False
        ),
        migrations.AddField(
            "channel", "sender", models.CharField(max_length=200, default=""), preserve_default=False
        ),
        migrations.AddField(
            "channel", "funder", models.CharField(max_length=200, default=""), preserve_default=False
        ),
        migrations.RunPython(state_the_institution, migrations.RunPython.noop),
        migrations.AddConstraint(
            "channel",
            models.CheckConstraint(
                condition=~models.Q(owner="") & ~models.Q(sender="") & ~models.Q(funder=""), name="channel_is_disclosed"
            ),
        ),
    ]
