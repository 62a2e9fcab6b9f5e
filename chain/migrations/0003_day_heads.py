"""The heads of the days, which the database itself keeps from being changed."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "chain_dayhead"


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION chain_refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_{act.lower()} BEFORE {act} ON {TABLE} "
            "BEGIN SELECT RAISE(ABORT, 'the head of a day is never changed'); END"
        )


class Migration(migrations.Migration):

    dependencies = [
        ('chain', '0002_triggers'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayHead',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('number', models.BigIntegerField()),
                ('hash', models.CharField(max_length=64)),
                ('kept_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-day'],
            },
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
