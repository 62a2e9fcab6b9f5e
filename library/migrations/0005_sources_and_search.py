from django.db import migrations, models

from library.citing import searched

FOLDED = ("claim", "concept", "narrative", "citation")


def fold_citations(apps, schema_editor):
    rows = apps.get_model("library", "Citation").objects
    for row in rows.iterator():
        rows.filter(pk=row.pk).update(folded=searched(row))


def index_words(apps, schema_editor):
    """Trigrams for `folded LIKE '%word%'`. SQLite has none, and reads its few rows through."""
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for name in FOLDED:
        schema_editor.execute(f"CREATE INDEX {name}_words ON library_{name} USING gin (folded gin_trgm_ops)")


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in FOLDED:
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}_words")


class Migration(migrations.Migration):
    dependencies = [("library", "0004_claims_rest_on_concepts")]

    operations = [
        migrations.AlterField(
            "citation",
            "kind",
            models.CharField(
                choices=[("quran", "Quran"), ("hadith", "Hadith"), ("work", "Work"), ("page", "Web page")],
                max_length=10,
            ),
        ),
        migrations.AddField("citation", "edition", models.CharField(blank=True, default="", max_length=120)),
        migrations.AddField(
            "citation",
            "grade",
            models.CharField(
                blank=True,
                choices=[("sahih", "Sound"), ("hasan", "Good"), ("daif", "Weak"), ("mawdu", "Fabricated")],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField("citation", "graded_by", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddField("citation", "link", models.CharField(blank=True, default="", max_length=2000)),
        migrations.AddField("citation", "accessed_on", models.DateField(blank=True, null=True)),
        migrations.AddField("citation", "folded", models.TextField(blank=True, default="")),
        migrations.RunPython(fold_citations, migrations.RunPython.noop),
        migrations.RunPython(index_words, drop_index),
    ]
