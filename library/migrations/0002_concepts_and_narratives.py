import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BY = settings.AUTH_USER_MODEL


def kept():
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("version", models.PositiveIntegerField(default=1)),
        ("folded", models.TextField(blank=True, default="")),
        ("created_at", models.DateTimeField()),
        ("created_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=BY)),
    ]


def owner(name):
    field = models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=name, to="accounts.organisation"
    )
    return ("organisation", field)


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial"), migrations.swappable_dependency(BY)]

    operations = [
        migrations.CreateModel(
            name="Concept",
            fields=[
                *kept(),
                ("name_ar", models.CharField(max_length=80)),
                ("name_fr", models.CharField(blank=True, max_length=80)),
                ("name_en", models.CharField(blank=True, max_length=80)),
                ("definition_ar", models.TextField(blank=True)),
                ("definition_fr", models.TextField(blank=True)),
                ("definition_en", models.TextField(blank=True)),
                ("say", models.JSONField(default=dict)),
                ("avoid", models.JSONField(default=dict)),
                owner("concepts"),
            ],
            options={
                "ordering": ["name_ar", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "name_ar"), name="one_concept_per_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="Narrative",
            fields=[
                *kept(),
                ("title_ar", models.CharField(max_length=160)),
                ("title_fr", models.CharField(blank=True, max_length=160)),
                ("title_en", models.CharField(blank=True, max_length=160)),
                ("summary_ar", models.TextField(blank=True)),
                ("summary_fr", models.TextField(blank=True)),
                ("summary_en", models.TextField(blank=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("political", "Political"),
                            ("historical", "Historical"),
                            ("socio_psych", "Social and psychological"),
                            ("instrumental", "Instrumental"),
                            ("theological", "Theological"),
                        ],
                        max_length=20,
                    ),
                ),
                owner("narratives"),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "title_ar"), name="one_narrative_per_title")
                ],
            },
        ),
        migrations.RenameField("claim", "concept", "concept_text"),
        migrations.AddField(
            "claim",
            "concept",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="library.concept",
            ),
        ),
        migrations.AddField(
            "claim",
            "narrative",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="library.narrative",
            ),
        ),
        migrations.AddField(
            "claim",
            "distortion",
            models.CharField(
                blank=True,
                choices=[
                    ("decontextualise", "Cut from its context"),
                    ("literalise", "Taken by the letter alone"),
                    ("abrogate", "Claimed to be abrogated"),
                    ("false_equivalence", "Likened to what it is not"),
                    ("fabricate", "Made up"),
                    ("historical_myth", "A myth of history"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField("claim", "prevalence", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddField("claim", "harm", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddField("claim", "version", models.PositiveIntegerField(default=1)),
        migrations.AddField("claim", "folded", models.TextField(blank=True, default="")),
    ]
