"""Owns how light the fonts are: each installed face with the signs that the pages set, and no others.

Run by the environment's Python (`python -m ops.fonts`), once the packages are there; ops/frontend.py copies the faces.
"""

import hashlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from fontTools import __version__, subset
from fontTools.ttLib import TTFont

from ops.frontend import FONTS, MODULES, VENDOR

STAMP = VENDOR / "fonts" / ".subset"


def signs(*ranges: str) -> frozenset[int]:
    """`0600-061F` and single `FDFA`, hexadecimal."""
    ends = [(int(first, 16), int(last or first, 16)) for first, _, last in (one.partition("-") for one in ranges)]
    return frozenset(sign for first, last in ends for sign in range(first, last + 1))


MARKS = signs("0020", "002D", "00A0", "00AB", "00BB", "2010", "2011", "2026", "200C-200F", "25CC")
HONORIFICS = signs("FD3E-FD4F", "FDF2", "FDFA", "FDFB", "FDFD", "FDFE", "FDFF")
"""The braces of a verse, and the formulas that have a sign of their own."""
ARABIC_LANGUAGE = (
    signs("0600-0671", "06D4-06ED", "06F0-06F9", "08F0-08F2")
    | MARKS
    | HONORIFICS
    | frozenset(map(ord, "پچژڤڥگڭکیڢڧۀەۃ"))
)
"""Arabic with its vowels, Quranic marks, tatweel, digits and points, and the letters that it borrows for names.
The rest, for the other languages of the script, weighs a quarter of a face to a half."""
TITLES = ARABIC_LANGUAGE - signs("0600-0605", "063B-063F", "06F0-06F9") - frozenset(map(ord, "ژڥکیڢڧۀەۃ"))
"""The face of titles weighs twice the others: no signs of numbers, no Persian digits, no letters of no Arabic name."""
ALL: frozenset[int] = frozenset()
KEPT = {
    "ibm-plex-sans-arabic": ARABIC_LANGUAGE,
    "ibm-plex-sans": ALL,
    "noto-naskh-arabic": ARABIC_LANGUAGE,
    "amiri": TITLES,
}
"""What is not named here stays as it came: verses are set with every sign of their face."""
FRACTIONS = frozenset({"frac", "numr", "dnom"})
"""Built of small digits of their own, which no page sets."""


def lighten() -> None:
    """Write the installed faces anew without what no page sets, unless that was done already."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    with ProcessPoolExecutor() as pool:
        for done in [pool.submit(lighten_face, package, face) for package, face in faces()]:
            done.result()
    STAMP.write_text(wanted)


def features(font: TTFont) -> set[str]:
    tables = [font[name].table for name in ("GSUB", "GPOS") if name in font]
    return {one.FeatureTag for table in tables for one in table.FeatureList.FeatureRecord}


def faces() -> list[tuple[str, str]]:
    """The heaviest first."""
    return [(package, face) for package in reversed(KEPT) for face in FONTS[package]]


def source(package: str, face: str) -> Path:
    return MODULES / "@fontsource" / package / "files" / f"{package}-{face}.woff2"


def fingerprint() -> str:
    """Of the faces, of this recipe and of the tool."""
    digest = hashlib.sha256(Path(__file__).read_bytes() + __version__.encode())
    for package, face in faces():
        digest.update(source(package, face).read_bytes())
    return digest.hexdigest()


def lighten_face(package: str, face: str) -> None:
    """Every shape and rule by which the kept signs join, stack and give way to one another stays; fractions go."""
    options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False, name_IDs=[1, 2, 13, 14])
    font: TTFont = subset.load_font(source(package, face), options)
    options.layout_features = sorted(features(font) - FRACTIONS)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=KEPT[package] or font.getBestCmap())
    subsetter.subset(font)
    subset.save_font(font, VENDOR / "fonts" / f"{package}-{face}.woff2", options)


if __name__ == "__main__":
    lighten()
