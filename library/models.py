"""Claims that we answer, and the citations that an answer rests on."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Claim(models.Model):
    """A hostile claim in one neutral, paraphrased sentence; never a quotation, never a person's name."""

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="claims")
    concept = models.CharField(max_length=80)
    text_ar = models.CharField(max_length=300)
    text_fr = models.CharField(max_length=300, blank=True)
    text_en = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "text_ar"], name="one_claim_per_text")
        ]

    def __str__(self) -> str:
        return self.text_ar


class CitationKind(models.TextChoices):
    QURAN = "quran", _("Quran")
    WORK = "work", _("Work")


class Riwaya(models.TextChoices):
    HAFS = "hafs", _("Hafs ʿan ʿĀṣim")
    WARSH = "warsh", _("Warsh ʿan Nāfiʿ")


class Citation(models.Model):
    """A source. A verse is a reference into the installed text with the hash of its bytes, never the text itself.

    A work stays "to be verified" until a person other than the one who added it compared it with the print.
    """

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="citations")
    kind = models.CharField(max_length=10, choices=CitationKind)
    riwaya = models.CharField(max_length=10, choices=Riwaya, blank=True)
    surah = models.PositiveSmallIntegerField(null=True, blank=True)
    ayah_from = models.PositiveSmallIntegerField(null=True, blank=True)
    ayah_to = models.PositiveSmallIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    author = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300, blank=True)
    locator = models.CharField(max_length=120, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "riwaya", "surah", "ayah_from", "ayah_to"],
                condition=models.Q(kind="quran"),
                name="one_citation_per_passage",
            )
        ]

    def __str__(self) -> str:
        if self.kind == CitationKind.QURAN:
            return f"{self.surah}:{self.ayah_from}-{self.ayah_to}"
        return self.title
