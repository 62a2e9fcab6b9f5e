"""Concepts, the narratives and claims that we answer, and the citations that an answer rests on.

`folded` columns are for searching (library/folding.py): written with the row, never shown.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from library.folding import fold

USER = settings.AUTH_USER_MODEL


class Kept(models.Model):
    """A row of a register that several people keep. `version` counts edits: an edit names the one that it saw.

    `verb` begins the names of its events; `SEARCHED` are the columns that a search looks through.
    """

    verb: ClassVar[str]
    SEARCHED: ClassVar[tuple[str, ...]]

    organisation_id: int
    version = models.PositiveIntegerField(default=1)
    folded = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def fold(self) -> str:
        return fold(*(getattr(self, name) for name in self.SEARCHED))


class Concept(Kept):
    """A concept that extremists distort: its definition, and what to say and to avoid when writing of it.

    `say` and `avoid` are lists of short terms by language code.
    """

    verb: ClassVar[str] = "concept"

    SEARCHED: ClassVar[tuple[str, ...]] = (
        "name_ar", "name_fr", "name_en", "definition_ar", "definition_fr", "definition_en",
    )  # fmt: skip

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="concepts")
    name_ar = models.CharField(max_length=80)
    name_fr = models.CharField(max_length=80, blank=True)
    name_en = models.CharField(max_length=80, blank=True)
    definition_ar = models.TextField(blank=True)
    definition_fr = models.TextField(blank=True)
    definition_en = models.TextField(blank=True)
    say: Any = models.JSONField(default=dict)
    avoid: Any = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["name_ar", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "name_ar"], name="one_concept_per_name")
        ]

    def __str__(self) -> str:
        return self.name_ar

    def fold(self) -> str:
        terms = [term for by_language in (self.say, self.avoid) for terms in by_language.values() for term in terms]
        return fold(super().fold(), *terms)


class NarrativeKind(models.TextChoices):
    """What a hostile narrative works on."""

    POLITICAL = "political", _("Political")
    HISTORICAL = "historical", _("Historical")
    SOCIO_PSYCHOLOGICAL = "socio_psych", _("Social and psychological")
    INSTRUMENTAL = "instrumental", _("Instrumental")
    THEOLOGICAL = "theological", _("Theological")


class Narrative(Kept):
    """A hostile narrative in our own neutral words: the story that its claims belong to."""

    verb: ClassVar[str] = "narrative"

    SEARCHED: ClassVar[tuple[str, ...]] = (
        "title_ar", "title_fr", "title_en", "summary_ar", "summary_fr", "summary_en",
    )  # fmt: skip

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="narratives")
    title_ar = models.CharField(max_length=160)
    title_fr = models.CharField(max_length=160, blank=True)
    title_en = models.CharField(max_length=160, blank=True)
    summary_ar = models.TextField(blank=True)
    summary_fr = models.TextField(blank=True)
    summary_en = models.TextField(blank=True)
    kind = models.CharField(max_length=20, choices=NarrativeKind)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "title_ar"], name="one_narrative_per_title")
        ]

    def __str__(self) -> str:
        return self.title_ar


class Distortion(models.TextChoices):
    """How a claim bends what it speaks of."""

    DECONTEXTUALISE = "decontextualise", _("Cut from its context")
    LITERALISE = "literalise", _("Taken by the letter alone")
    ABROGATE = "abrogate", _("Claimed to be abrogated")
    FALSE_EQUIVALENCE = "false_equivalence", _("Likened to what it is not")
    FABRICATE = "fabricate", _("Made up")
    HISTORICAL_MYTH = "historical_myth", _("A myth of history")


class Claim(Kept):
    """A hostile claim in one neutral, paraphrased sentence; never a quotation, never a person's name.

    `prevalence` and `harm` are our own estimate from 1 to 5; None where nobody estimated yet.
    """

    verb: ClassVar[str] = "claim"

    SEARCHED: ClassVar[tuple[str, ...]] = ("text_ar", "text_fr", "text_en")

    organisation = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="claims")
    concept = models.ForeignKey(Concept, models.PROTECT, related_name="claims")
    narrative = models.ForeignKey(Narrative, models.PROTECT, null=True, blank=True, related_name="claims")
    text_ar = models.CharField(max_length=300)
    text_fr = models.CharField(max_length=300, blank=True)
    text_en = models.CharField(max_length=300, blank=True)
    distortion = models.CharField(max_length=20, choices=Distortion, blank=True, default="")
    prevalence = models.PositiveSmallIntegerField(null=True, blank=True)
    harm = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "text_ar"], name="one_claim_per_text"),
            models.CheckConstraint(condition=models.Q(prevalence__range=(1, 5)), name="prevalence_from_1_to_5"),
            models.CheckConstraint(condition=models.Q(harm__range=(1, 5)), name="harm_from_1_to_5"),
        ]

    def __str__(self) -> str:
        return self.text_ar


class CitationKind(models.TextChoices):
    QURAN = "quran", _("Quran")
    HADITH = "hadith", _("Hadith")
    WORK = "work", _("Work")
    PAGE = "page", _("Web page")


class Grade(models.TextChoices):
    """What a critic of hadith said of one; `graded_by` names the critic."""

    SAHIH = "sahih", _("Sound")
    HASAN = "hasan", _("Good")
    DAIF = "daif", _("Weak")
    MAWDU = "mawdu", _("Fabricated")


class Riwaya(models.TextChoices):
    HAFS = "hafs", _("Hafs ʿan ʿĀṣim")
    WARSH = "warsh", _("Warsh ʿan Nāfiʿ")


class Citation(models.Model):
    """A source. A verse is a reference into the installed text with the hash of its bytes, never the text itself.

    Any other stays "to be verified" until a person other than the one who added it compared it with its original.
    Of a hadith, `title` is the collection and `locator` its number there.
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
    edition = models.CharField(max_length=120, blank=True, default="")
    grade = models.CharField(max_length=10, choices=Grade, blank=True, default="")
    graded_by = models.CharField(max_length=200, blank=True, default="")
    link = models.CharField(max_length=2000, blank=True, default="")
    accessed_on = models.DateField(null=True, blank=True)
    folded = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    verified_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
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

    @property
    def is_verified(self) -> bool:
        """A verse comes from the installed text, so there is nothing to compare."""
        return self.kind == CitationKind.QURAN or self.verified_at is not None
