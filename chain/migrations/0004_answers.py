"""Decisions keep what their signer answered.

SQLite would make the table anew to add the column: that would lose its triggers, and other tables' triggers that read
it forbid it. There the column is added in place.
"""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

IN_PLACE = "ALTER TABLE chain_decision ADD COLUMN answers text NOT NULL DEFAULT '[]' CHECK (JSON_VALID(answers))"


class AddInPlace(migrations.AddField):
    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(IN_PLACE)
        else:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [("chain", "0003_day_heads")]

    operations = [AddInPlace("decision", "answers", models.JSONField(default=list))]
