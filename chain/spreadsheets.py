"""Files for a spreadsheet: UTF-8 with its mark, so that Arabic opens right, and no cell that could act as a formula."""

import csv
import io
from collections.abc import Iterable

Cell = str | int | None
BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), full-width twins included."""


def safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run is made plain text by an apostrophe; numbers are numbers."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell


def csv_line(cells: Iterable[Cell]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(["" if cell is None else safe(cell) for cell in cells])
    return text.getvalue()
