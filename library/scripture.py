"""The Quran as it is installed: every verse that stands anywhere in the product comes from here, byte for byte.

The text is that of the `quran-text` package (KFGQPC Uthmani script, riwaya of Hafs), with the pause signs of the print
and without the signs of division and prostration. It is not NFC, and nothing here or above ever normalises it.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _
from quran_text import Mushaf, ayah_mark

from chain.errors import Invalid
from library.models import Riwaya

SIGNS = frozenset({"waqf"})
INSTALLED = Riwaya.HAFS
NAMES = {42: "الشورى"}
"""Where the package spells a name's last letter as the old script does, the name as it is printed today."""


@dataclass(frozen=True)
class Surah:
    """`name` is in Arabic without vowels, `ayat` how many verses it has in the installed count."""

    number: int
    name: str
    ayat: int


@dataclass(frozen=True)
class Passage:
    """Consecutive verses of one surah. `text` are the sacred bytes; `sha256` (hex) is over their UTF-8.

    Between two verses stands the end-of-verse sign with the number of the first, as in print.
    """

    surah: int
    surah_name: str
    ayah_from: int
    ayah_to: int
    riwaya_code: str
    text: str
    sha256: str

    @property
    def riwaya(self) -> str:
        """The riwaya in the reader's language."""
        return str(Riwaya(self.riwaya_code).label)

    @property
    def ayat(self) -> str:
        return str(self.ayah_from) if self.ayah_from == self.ayah_to else f"{self.ayah_from}-{self.ayah_to}"

    @property
    def key(self) -> str:
        """`2:256` or `2:255-256`: what a person types to name it."""
        return f"{self.surah}:{self.ayat}"

    def marker(self, language: str) -> str:
        """The reference that follows the verse in a post of that language."""
        named = {"fr": f"[Coran {self.key}]", "en": f"[Quran {self.key}]"}
        return named.get(language, f"[{self.surah_name}: {self.ayat}]")

    def quoted(self, language: str) -> str:
        """The verse as it stands in a post: ornate brackets, the bytes, the reference."""
        return f"﴿{self.text}﴾ {self.marker(language)}"


@cache
def mushaf() -> Mushaf:
    return Mushaf.hafs()


@cache
def surahs() -> tuple[Surah, ...]:
    return tuple(
        Surah(surah.number, NAMES.get(surah.number) or plain(surah.name_ar), surah.ayah_count)
        for surah in mushaf().surahs
    )


def plain(name: str) -> str:
    """A surah's name without its vowels. For names only: scripture is never touched."""
    return "".join(sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign) != "Mn")


@cache
def ayah_text(surah: int, ayah: int) -> str:
    """One verse. The numbers must be known to exist."""
    text: str = mushaf().ayah(surah, ayah).render(marks=SIGNS)
    return text


def passage(surah: int, ayah_from: int, ayah_to: int | None = None, riwaya: str = INSTALLED) -> Passage:
    """The verses `ayah_from` to `ayah_to` (both included). Raises Invalid where the mushaf has no such verses."""
    last = ayah_from if ayah_to is None else ayah_to
    refuse_unknown(surah, ayah_from, last, riwaya)
    verses = [ayah_text(surah, number) for number in range(ayah_from, last + 1)]
    text = verses[0]
    for number, verse in enumerate(verses[1:], start=ayah_from):
        text += f" {ayah_mark(number)} {verse}"
    name = surahs()[surah - 1].name
    return Passage(surah, name, ayah_from, last, str(riwaya), text, hashlib.sha256(text.encode()).hexdigest())


def refuse_unknown(surah: int, ayah_from: int, ayah_to: int, riwaya: str) -> None:
    if riwaya != INSTALLED:
        raise Invalid(_("This riwaya is not installed here."), code="riwaya_not_installed", field="riwaya")
    if not 1 <= surah <= len(surahs()):
        raise Invalid(_("There are 114 surahs: choose one of them."), code="no_such_surah", field="surah")
    if not 1 <= ayah_from <= surahs()[surah - 1].ayat:
        raise Invalid(_("This surah has no verse of that number."), code="no_such_ayah", field="ayah_from")
    if not ayah_from <= ayah_to <= surahs()[surah - 1].ayat:
        raise Invalid(
            _("The last verse must be in this surah, and not before the first."), code="no_such_ayah", field="ayah_to"
        )


def read_reference(reference: str) -> tuple[int, int, int]:
    """`2:256` or `2:255-256` as (surah, first, last). Raises Invalid with how to write it."""
    surah, _colon, ayat = reference.strip().partition(":")
    first, dash, last = ayat.partition("-")
    numbers = [surah.strip(), first.strip(), last.strip() if dash else first.strip()]
    if not all(number.isdecimal() and len(number) <= 3 for number in numbers):
        raise Invalid(_("Write a verse as surah:verse, for example 2:256 or 2:255-256."), code="bad_reference")
    found = (int(numbers[0]), int(numbers[1]), int(numbers[2]))
    refuse_unknown(*found, INSTALLED)
    return found


def digest_of_all() -> str:
    """sha256 over all verses, one per line: what a test pins, so that no update changes the text unseen."""
    whole = "\n".join(ayah_text(surah.number, ayah) for surah in surahs() for ayah in range(1, surah.ayat + 1))
    return hashlib.sha256(whole.encode()).hexdigest()
