"""Each concept that a claim named in words becomes a row of its institution, and the claim points at it."""

from django.db import migrations

from library.folding import fold


def make_rows(apps, schema_editor):
    claim, concept = apps.get_model("library", "Claim"), apps.get_model("library", "Concept")
    for row in claim.objects.order_by("id"):
        name = row.concept_text.strip() or "—"
        row.concept, _new = concept.objects.get_or_create(
            organisation_id=row.organisation_id,
            name_ar=name,
            defaults={"created_by_id": row.created_by_id, "created_at": row.created_at, "folded": fold(name)},
        )
        row.folded = fold(row.text_ar, row.text_fr, row.text_en)
        row.save(update_fields=["concept", "folded"])


def put_back(apps, schema_editor):
    for row in apps.get_model("library", "Claim").objects.exclude(concept=None).select_related("concept"):
        row.concept_text = row.concept.name_ar
        row.save(update_fields=["concept_text"])


class Migration(migrations.Migration):
    dependencies = [("library", "0002_concepts_and_narratives")]

    operations = [migrations.RunPython(make_rows, put_back)]
