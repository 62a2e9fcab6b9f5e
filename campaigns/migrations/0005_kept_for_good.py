"""The database itself keeps revisions and payloads: what was read and signed is neither changed nor deleted."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

KEPT = ("campaigns_revision", "campaigns_payload")

POSTGRESQL = """
CREATE FUNCTION campaigns_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was put up for signature is never changed (%)', TG_TABLE_NAME; END $$;
"""


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        for table in KEPT:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION campaigns_refuse_change()"
            )
        return
    for table in KEPT:
        for act in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'what was put up for signature is never changed'); END"
            )


def unguard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION campaigns_refuse_change() CASCADE")
        return
    for table in KEPT:
        for act in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_{act}")


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_saved_by_and_planned")]

    operations = [migrations.RunPython(guard, unguard)]
