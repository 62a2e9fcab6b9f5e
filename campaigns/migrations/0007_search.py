from django.db import migrations, models

from campaigns.documents import words_in


def fold_contents(apps, schema_editor):
    from library.folding import fold

    rows = apps.get_model("campaigns", "Content").objects
    for row in rows.iterator():
        rows.filter(pk=row.pk).update(folded=fold(row.title, row.reference, *words_in(row.draft)))


def index_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX content_words ON campaigns_content USING gin (folded gin_trgm_ops)")


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS content_words")


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_reference"), ("library", "0005_sources_and_search")]

    operations = [
        migrations.AddField("content", "folded", models.TextField(blank=True, default="")),
        migrations.RunPython(fold_contents, migrations.RunPython.noop),
        migrations.RunPython(index_words, drop_index),
    ]
