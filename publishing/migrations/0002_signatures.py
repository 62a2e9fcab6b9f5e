"""The database refuses a delivery whose payload lacks a signature at any gate of its institution.

Checked when a delivery is made, when it is pointed at another payload, and when it enters the send. An institution
without gates can publish nothing.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

COUNTED = """
  SELECT count(*) FROM chain_gate g WHERE g.organisation_id = NEW.organisation_id AND g.kind = 'variant'
"""
MISSING = """
  SELECT count(*) FROM chain_gate g
  WHERE g.organisation_id = NEW.organisation_id AND g.kind = 'variant' AND NOT EXISTS (
    SELECT 1 FROM chain_decision d JOIN campaigns_payload p ON p.digest = d.digest
    WHERE p.id = NEW.payload_id AND p.variant_id = NEW.variant_id AND d.gate_id = g.id AND d.verdict = 'approved'
      AND d.revoked_at IS NULL AND d.subject_type = 'campaigns.variant' AND d.subject_id = CAST(NEW.variant_id AS {text}))
"""

POSTGRESQL = f"""
CREATE FUNCTION publishing_need_signatures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF ({COUNTED}) = 0 OR ({MISSING.format(text="text")}) > 0 THEN
    RAISE EXCEPTION 'delivery % lacks a signature', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER publishing_delivery_signed_insert BEFORE INSERT ON publishing_delivery
  FOR EACH ROW EXECUTE FUNCTION publishing_need_signatures();
CREATE TRIGGER publishing_delivery_signed_update BEFORE UPDATE ON publishing_delivery
  FOR EACH ROW WHEN (NEW.payload_id <> OLD.payload_id OR NEW.variant_id <> OLD.variant_id
    OR (NEW.state = 'sending' AND OLD.state <> 'sending'))
  EXECUTE FUNCTION publishing_need_signatures();
"""

POSTGRESQL_BACK = """
DROP TRIGGER publishing_delivery_signed_insert ON publishing_delivery;
DROP TRIGGER publishing_delivery_signed_update ON publishing_delivery;
DROP FUNCTION publishing_need_signatures();
"""

UNSIGNED = f"(({COUNTED}) = 0 OR ({MISSING.format(text='TEXT')}) > 0)"
REFUSE = "BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: the delivery lacks a signature'); END"
SQLITE = (
    f"CREATE TRIGGER publishing_delivery_signed_insert BEFORE INSERT ON publishing_delivery WHEN {UNSIGNED} {REFUSE}",
    "CREATE TRIGGER publishing_delivery_signed_update BEFORE UPDATE ON publishing_delivery "
    "WHEN (NEW.payload_id <> OLD.payload_id OR NEW.variant_id <> OLD.variant_id "
    f"OR (NEW.state = 'sending' AND OLD.state <> 'sending')) AND {UNSIGNED} {REFUSE}",
)


def need_signatures(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    statements = (POSTGRESQL,) if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement, params=None)


def stop_needing(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
        return
    for name in ("publishing_delivery_signed_insert", "publishing_delivery_signed_update"):
        schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial"), ("chain", "0002_triggers"), ("campaigns", "0003_initial")]

    operations = [migrations.RunPython(need_signatures, stop_needing)]
