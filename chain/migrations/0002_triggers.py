"""The database itself keeps the audit trail: what was written is neither changed nor deleted, whoever asks.

Also makes the table of the database cache (sessions of rate limits and lock-outs live there, not in the broker).
"""

from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

KEPT = ("chain_event", "chain_seal")

POSTGRESQL = """
CREATE FUNCTION chain_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit trail is never changed (%)', TG_TABLE_NAME; END $$;
CREATE FUNCTION chain_guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'a decision is never deleted'; END IF;
  IF (NEW.digest, NEW.verdict, NEW.user_id, NEW.gate_id, NEW.at, NEW.note, NEW.subject_type, NEW.subject_id)
     IS DISTINCT FROM
     (OLD.digest, OLD.verdict, OLD.user_id, OLD.gate_id, OLD.at, OLD.note, OLD.subject_type, OLD.subject_id)
     OR OLD.revoked_at IS NOT NULL
  THEN RAISE EXCEPTION 'a decision is only ever revoked, once'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER chain_decision_guard BEFORE UPDATE OR DELETE ON chain_decision
  FOR EACH ROW EXECUTE FUNCTION chain_guard_decision();
"""

POSTGRESQL_BACK = """
DROP TRIGGER chain_decision_guard ON chain_decision;
DROP FUNCTION chain_guard_decision();
DROP FUNCTION chain_refuse_change() CASCADE;
"""

SQLITE_DECISION = (
    "CREATE TRIGGER chain_decision_delete BEFORE DELETE ON chain_decision "
    "BEGIN SELECT RAISE(ABORT, 'a decision is never deleted'); END",
    "CREATE TRIGGER chain_decision_update BEFORE UPDATE ON chain_decision "
    "WHEN OLD.revoked_at IS NOT NULL OR NEW.digest <> OLD.digest OR NEW.verdict <> OLD.verdict "
    "OR NEW.user_id <> OLD.user_id OR NEW.gate_id <> OLD.gate_id OR NEW.at <> OLD.at OR NEW.note <> OLD.note "
    "OR NEW.subject_type <> OLD.subject_type OR NEW.subject_id <> OLD.subject_id "
    "BEGIN SELECT RAISE(ABORT, 'a decision is only ever revoked, once'); END",
)


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        for table in KEPT:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION chain_refuse_change()"
            )
        return
    for statement in SQLITE_DECISION:
        schema_editor.execute(statement, params=None)
    for table in KEPT:
        for act in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END"
            )


def unguard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
        return
    for name in ("chain_decision_delete", "chain_decision_update"):
        schema_editor.execute(f"DROP TRIGGER {name}")
    for table in KEPT:
        for act in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_{act}")


def cache_table(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("chain", "0001_initial")]

    operations = [
        migrations.RunPython(guard, unguard),
        migrations.RunPython(cache_table, migrations.RunPython.noop),
    ]
