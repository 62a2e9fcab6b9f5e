"""The style sheets: sides are logical, files stay readable, and they ask only for fonts that are installed."""

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client
from fontTools.ttLib import TTFont

from ops.frontend import FONTS, MODULES, VENDOR

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted((ROOT / "static" / "css").glob("*.css"))
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height)|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
)


def declarations(sheet: Path) -> str:
    """The sheet without comments and without the conditions of its media, which are physical by nature."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"@(?:media|container)[^{]*\{", "{", text)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_style_sheet_names_logical_sides_only(sheet: Path) -> None:
    assert PHYSICAL.findall(declarations(sheet)) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_style_sheet_stays_under_400_lines(sheet: Path) -> None:
    assert len(sheet.read_text(encoding="utf-8").splitlines()) <= 400


def sheet_fonts() -> list[str]:
    return re.findall(r"url\(\.\./vendor/fonts/([^)]+)\)", (ROOT / "static/css/tokens.css").read_text())


def test_every_font_asked_for_is_one_that_is_installed() -> None:
    asked = sheet_fonts()
    installed = {f"{package}-{face}.woff2" for package, faces in FONTS.items() for face in faces}
    assert asked
    assert set(asked) <= installed


def test_nothing_is_fetched_from_elsewhere() -> None:
    fetched = [sheet.name for sheet in SHEETS if re.search(r"url\(\s*['\"]?(?:https?:)?//", sheet.read_text())]
    assert fetched == []


def test_the_sheets_of_a_page_together_weigh_less_than_100_kibibytes() -> None:
    assert sum(sheet.stat().st_size for sheet in SHEETS) < 100 * 1024


VERSE = "﴿ بِسۡمِ ٱللَّهِ ٱلرَّحۡمَٰنِ ٱلرَّحِيمِ ١ ﴾"
VOWELLED = "«إِنَّمَا الأَعْمَالُ بِالنِّيَّاتِ»؟ ٠١٢٣٤٥٦٧٨٩ ۝ ۩ ۖ ۗ ۚ ـــ ﷺ ﷻ ڤ گ پ چ ڭ، ؛ ٪"


@pytest.mark.parametrize(
    ("package", "text"),
    [
        ("amiri-quran", VERSE),
        ("amiri", VERSE + VOWELLED),
        ("noto-naskh-arabic", VERSE + VOWELLED),
        ("ibm-plex-sans-arabic", VOWELLED),
    ],
)
def test_a_lighter_face_still_has_every_sign_that_its_original_has(package: str, text: str) -> None:
    for face in FONTS[package]:
        name = f"{package}-{face}.woff2"
        whole = TTFont(MODULES / "@fontsource" / package / "files" / name).getBestCmap()
        light = TTFont(VENDOR / "fonts" / name).getBestCmap()
        assert [sign for sign in text if ord(sign) in whole and ord(sign) not in light] == []


@pytest.mark.django_db
def test_a_page_is_sent_compressed_to_a_browser_that_reads_it_so(client: Client) -> None:
    page = client.get("/account/login/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["Content-Encoding"] == "gzip"
    assert int(page.headers["Content-Length"]) < len(gzip.decompress(page.content)) / 2
