"""Folding: what text becomes when it is compared or searched, and only then. Nothing folded is ever shown or sent.

Vowels, tatweel, the forms of alif, ya and ta marbuta, accents, capitals and the signs of direction are one.
"""

import unicodedata
from typing import TypeVar

from django.db import models

LETTERS = str.maketrans("ٱىیةک", "اييهك") | str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
"""Letters that are one when compared. Hamza on its seat is a mark, and goes with the vowels."""
UNSAID = frozenset("ـ\0")
"""Tatweel, and the sign that no column can hold."""
DROPPED = frozenset({"Mn", "Me", "Cf"})
MAX_WORDS = 12
M = TypeVar("M", bound=models.Model)


def fold(*texts: str) -> str:
    """`اَلْجِهَادُ` and `الجهاد`, `إلى` and `الي`, `Église` and `eglise` are the same; words stand one space apart."""
    apart = unicodedata.normalize("NFKD", " ".join(texts))
    bare = "".join(sign for sign in apart if sign not in UNSAID and unicodedata.category(sign) not in DROPPED)
    return " ".join(bare.translate(LETTERS).casefold().split())


def matching(rows: "models.QuerySet[M]", words: str) -> "models.QuerySet[M]":
    """The rows whose `folded` column has every one of these words, in any order; all rows where no word is given."""
    for word in fold(words).split()[:MAX_WORDS]:
        rows = rows.filter(folded__contains=word)
    return rows
