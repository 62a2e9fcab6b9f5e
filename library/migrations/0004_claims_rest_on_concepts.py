import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("library", "0003_concepts_of_claims")]

    operations = [
        migrations.AlterField("claim", "concept_text", models.CharField(default="", max_length=80)),
        migrations.RemoveField("claim", "concept_text"),
        migrations.AlterField(
            "claim",
            "concept",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="library.concept"
            ),
        ),
        migrations.AddConstraint(
            "claim",
            models.CheckConstraint(condition=models.Q(("prevalence__range", (1, 5))), name="prevalence_from_1_to_5"),
        ),
        migrations.AddConstraint(
            "claim", models.CheckConstraint(condition=models.Q(("harm__range", (1, 5))), name="harm_from_1_to_5")
        ),
    ]
