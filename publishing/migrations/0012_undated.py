"""The database keeps the list of versions that may lack a time: signed, or left by a delivery that came to nothing.

It may hold one that has a time, never lack one that has none: it is written when a version is signed and when a delivery
ends without being out, and taken back when a delivery is made. No row of a version or a delivery is written for it, so
that it cannot make two people wait for each other.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NEEDS_ME = models.Q(
    models.Q(("reason__in", ["live_after_all", "delete_failed"]), ("state", "published")),
    ("state__in", ["unconfirmed", "failed", "held"]),
    models.Q(("settled_at", None), ("state", "missed")),
    ("is_duplicate_alarm", True),
    _connector="OR",
)
ENDED = "('cancelled', 'missed')"
ADD = "INSERT INTO campaigns_undated (variant_id) VALUES ({id}) ON CONFLICT DO NOTHING"
TAKE = "DELETE FROM campaigns_undated WHERE variant_id = NEW.variant_id"
TRIGGERS = (
    ("campaigns_variant_undated_new", "AFTER INSERT ON campaigns_variant", "NEW.state = 'approved'", ADD, "NEW.id"),
    (
        "campaigns_variant_undated", "AFTER UPDATE OF state ON campaigns_variant",
        "NEW.state = 'approved'", ADD, "NEW.id",
    ),
    (
        "publishing_delivery_undated", "AFTER UPDATE OF state ON publishing_delivery",
        f"NEW.state IN {ENDED}", ADD, "NEW.variant_id",
    ),
    (
        "publishing_delivery_dated", "AFTER INSERT ON publishing_delivery",
        f"NEW.state NOT IN {ENDED}", TAKE, "",
    ),
)  # fmt: skip
FILL = f"""
INSERT INTO campaigns_undated (variant_id) SELECT v.id FROM campaigns_variant v WHERE v.state = 'approved'
AND NOT EXISTS (SELECT 1 FROM publishing_delivery d WHERE d.variant_id = v.id AND d.state NOT IN {ENDED})
"""


def keep(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, when, condition, act, row_id in TRIGGERS:
        act = act.format(id=row_id)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {act}; RETURN NULL; END $$",
                params=None,
            )
            body = f"EXECUTE FUNCTION {name}()"
        else:
            body = f"BEGIN {act}; END"
        schema_editor.execute(f"CREATE TRIGGER {name} {when} FOR EACH ROW WHEN ({condition}) {body}", params=None)
    schema_editor.execute(FILL, params=None)


def forget(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, when, *_rest in TRIGGERS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON {when.split()[-1]}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("publishing", "0011_look_ahead"), ("campaigns", "0010_undated")]

    operations = [
        migrations.RunPython(keep, forget),
        migrations.AddIndex(
            "delivery",
            models.Index(fields=["organisation", "due_at"], name="delivery_needs_me", condition=NEEDS_ME),
        ),
    ]
