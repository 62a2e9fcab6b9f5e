"""What claims, citations and verses look like in /api/v1/. Texts are given and taken byte for byte."""

from typing import Any, ClassVar

from rest_framework import serializers

from library.citing import label_of
from library.models import Citation, Claim

S = serializers


class ClaimShape(S.ModelSerializer[Claim]):
    class Meta:
        model = Claim
        fields: ClassVar[list[str]] = ["id", "concept", "text_ar", "text_fr", "text_en", "created_by", "created_at"]


class NewClaimShape(S.Serializer[Any]):
    concept = S.CharField(max_length=80)
    text_ar = S.CharField(max_length=300)
    text_fr = S.CharField(max_length=300, required=False, allow_blank=True, default="")
    text_en = S.CharField(max_length=300, required=False, allow_blank=True, default="")


class CitationShape(S.ModelSerializer[Citation]):
    """`sha256` is over the verses' bytes, or over a work's author, title and place."""

    name = S.SerializerMethodField()
    is_verified = S.SerializerMethodField()

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
            "sha256",
            "is_verified",
            "created_by",
            "verified_by",
            "verified_at",
        ]

    def get_name(self, citation: Citation) -> str:
        return label_of(citation)

    def get_is_verified(self, citation: Citation) -> bool:
        return citation.kind == "quran" or citation.verified_at is not None


class NewVerseShape(S.Serializer[Any]):
    surah = S.IntegerField(min_value=1, max_value=114)
    ayah_from = S.IntegerField(min_value=1, max_value=286)
    ayah_to = S.IntegerField(min_value=1, max_value=286, required=False, allow_null=True, default=None)


class NewWorkShape(S.Serializer[Any]):
    author = S.CharField(max_length=200, required=False, allow_blank=True, default="")
    title = S.CharField(max_length=300)
    locator = S.CharField(max_length=120, required=False, allow_blank=True, default="")


class PassageShape(S.Serializer[Any]):
    """Verses from the installed text; `text` is never normalised on its way."""

    surah = S.IntegerField()
    surah_name = S.CharField()
    ayah_from = S.IntegerField()
    ayah_to = S.IntegerField()
    riwaya = S.CharField(source="riwaya_code")
    text = S.CharField(trim_whitespace=False)
    sha256 = S.CharField()
