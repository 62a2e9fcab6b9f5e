"""The style sheets: sides are logical, files stay readable, and they ask only for fonts that are installed."""

import re
from pathlib import Path

import pytest

from ops.frontend import FONTS

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


def test_every_font_asked_for_is_one_that_is_installed() -> None:
    asked = re.findall(r"url\(\.\./vendor/fonts/([^)]+)\)", (ROOT / "static/css/tokens.css").read_text())
    installed = {f"{package}-{face}.woff2" for package, faces in FONTS.items() for face in faces}
    assert asked
    assert set(asked) <= installed


def test_nothing_is_fetched_from_elsewhere() -> None:
    fetched = [sheet.name for sheet in SHEETS if re.search(r"url\(\s*['\"]?(?:https?:)?//", sheet.read_text())]
    assert fetched == []


def test_the_sheets_of_a_page_together_weigh_less_than_100_kibibytes() -> None:
    assert sum(sheet.stat().st_size for sheet in SHEETS) < 100 * 1024
