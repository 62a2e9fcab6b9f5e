"""What concepts, narratives, claims, citations and verses look like in /api/v1/. Texts go byte for byte."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from library.citing import label_of
from library.models import Citation, Claim, Concept, Distortion, Grade, Narrative, NarrativeKind

S = serializers


WROTE = ["version", "created_by", "created_at"]
TERMS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}


@extend_schema_field(TERMS)
class TermsField(S.JSONField):
    """Lists of short terms by language code. Read strictly by library.registers, not here."""


def line(limit: int) -> S.CharField:
    return S.CharField(max_length=limit, required=False, allow_blank=True)


def prose() -> S.CharField:
    return S.CharField(max_length=5000, required=False, allow_blank=True, trim_whitespace=False)


def scale() -> S.IntegerField:
    return S.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)


class ConceptShape(S.ModelSerializer[Concept]):
    """`say` and `avoid` are what to write and what not to, by language."""

    say, avoid = TermsField(), TermsField()

    class Meta:
        model = Concept
        fields: ClassVar[list[str]] = [
            "id", "name_ar", "name_fr", "name_en", "definition_ar", "definition_fr", "definition_en", "say", "avoid",
            *WROTE,
        ]  # fmt: skip


class ConceptEditShape(S.Serializer[Any]):
    version = S.IntegerField(min_value=1)
    name_ar, name_fr, name_en = line(80), line(80), line(80)
    definition_ar, definition_fr, definition_en = prose(), prose(), prose()
    say, avoid = TermsField(required=False), TermsField(required=False)


class NewConceptShape(ConceptEditShape):
    version = None  # type: ignore[assignment]
    name_ar = S.CharField(max_length=80)


class NarrativeShape(S.ModelSerializer[Narrative]):
    class Meta:
        model = Narrative
        fields: ClassVar[list[str]] = [
            "id", "kind", "title_ar", "title_fr", "title_en", "summary_ar", "summary_fr", "summary_en", *WROTE,
        ]  # fmt: skip


class NarrativeEditShape(S.Serializer[Any]):
    version = S.IntegerField(min_value=1)
    kind = S.ChoiceField(choices=NarrativeKind.choices, required=False)
    title_ar, title_fr, title_en = line(160), line(160), line(160)
    summary_ar, summary_fr, summary_en = prose(), prose(), prose()


class NewNarrativeShape(NarrativeEditShape):
    version = None  # type: ignore[assignment]
    kind = S.ChoiceField(choices=NarrativeKind.choices)
    title_ar = S.CharField(max_length=160)


class ClaimShape(S.ModelSerializer[Claim]):
    """`prevalence` and `harm` are the institution's estimate from 1 to 5; null where nobody estimated."""

    class Meta:
        model = Claim
        fields: ClassVar[list[str]] = [
            "id", "concept", "narrative", "text_ar", "text_fr", "text_en", "distortion", "prevalence", "harm", *WROTE,
        ]  # fmt: skip


class ClaimEditShape(S.Serializer[Any]):
    version = S.IntegerField(min_value=1)
    concept = S.IntegerField(min_value=1, required=False)
    narrative = S.IntegerField(min_value=1, required=False, allow_null=True)
    text_ar, text_fr, text_en = line(300), line(300), line(300)
    distortion = S.ChoiceField(choices=Distortion.choices, required=False, allow_blank=True)
    prevalence, harm = scale(), scale()


class NewClaimShape(ClaimEditShape):
    version = None  # type: ignore[assignment]
    concept = S.IntegerField(min_value=1)
    text_ar = S.CharField(max_length=300)


class CitationShape(S.ModelSerializer[Citation]):
    """`sha256` is over the verses' bytes, or over all that names the source."""

    name = S.SerializerMethodField()
    is_verified = S.BooleanField(read_only=True)

    class Meta:
        model = Citation
        fields: ClassVar[list[str]] = [
            "id",
            "kind",
            "name",
            "riwaya",
            "surah",
            "ayah_from",
            "ayah_to",
            "author",
            "title",
            "locator",
            "edition",
            "grade",
            "graded_by",
            "link",
            "accessed_on",
            "sha256",
            "is_verified",
            "created_by",
            "verified_by",
            "verified_at",
        ]

    def get_name(self, citation: Citation) -> str:
        return label_of(citation)


class NewVerseShape(S.Serializer[Any]):
    surah = S.IntegerField(min_value=1, max_value=114)
    ayah_from = S.IntegerField(min_value=1, max_value=286)
    ayah_to = S.IntegerField(min_value=1, max_value=286, required=False, allow_null=True, default=None)


class NewWorkShape(S.Serializer[Any]):
    title = S.CharField(max_length=300)
    author, edition, locator, link = line(200), line(120), line(120), line(2000)


class NewHadithShape(S.Serializer[Any]):
    """`title` is the collection, `locator` the number in it: leave it out until it was seen."""

    title = S.CharField(max_length=300)
    locator, graded_by, link = line(120), line(200), line(2000)
    grade = S.ChoiceField(choices=Grade.choices, required=False, allow_blank=True)


class NewPageShape(S.Serializer[Any]):
    title = S.CharField(max_length=300)
    link = S.CharField(max_length=2000)
    accessed_on = S.DateField()
    author, locator = line(200), line(120)


class PassageShape(S.Serializer[Any]):
    """Verses from the installed text; `text` is never normalised on its way."""

    surah = S.IntegerField()
    surah_name = S.CharField()
    ayah_from = S.IntegerField()
    ayah_to = S.IntegerField()
    riwaya = S.CharField(source="riwaya_code")
    text = S.CharField(trim_whitespace=False)
    sha256 = S.CharField()
