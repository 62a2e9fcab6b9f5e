"""Reading a file of contents (XLSX or CSV) into rows of text: what is wrong with the file as a whole is said here.

Nothing of a file is trusted: size before and after unpacking, encoding, header, formulas and cells are checked.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from chain.errors import Invalid

COLUMNS = ("reference", "language", "channel", "title", "text", "alt text", "picture", "time", "claim", "citations")
OPTIONAL = ("concept",)
NEEDED = ("reference", "language", "title", "text", "claim")
MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_ROWS = 1_000
MAX_CELL = 32_767
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
BROKEN = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError, ParseError)


@dataclass(frozen=True)
class Row:
    """`number` is the line of the file, as a spreadsheet shows it; `cells` are by column name, '' where empty."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_rows(content: bytes) -> list[Row]:
    """The rows below the header, empty ones left out. Raises Invalid with what to do about the file."""
    if len(content) > MAX_BYTES:
        raise whole("file_too_large", _("This file is over 5 MB. Split it and import the parts."))
    if not content.strip():
        raise whole("file_empty", _("This file is empty."))
    lines = xlsx_lines(content) if content[:2] == b"PK" else csv_lines(content)
    header, body = header_of(next(lines, [])), list(enumerate(lines, start=2))
    rows = [Row(number, cells_of(number, header, line)) for number, line in body]
    rows = [row for row in rows if any(cell.strip() for cell in row.cells.values())]
    if not rows:
        raise whole("no_rows", _("There is no row below the header."))
    return rows


def whole(code: str, sentence: Any) -> Invalid:
    return Invalid(sentence, code=code, field="file")


def header_of(line: Sequence[Any]) -> list[str]:
    names = [str(cell or "").strip().lower().replace("_", " ") for cell in line]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        sentence = _("The first line must name the columns. Missing: {columns}.")
        raise whole("columns_missing", format_lazy(sentence, columns=", ".join(missing)))
    unknown = [name for name in names if name and name not in (*COLUMNS, *OPTIONAL)]
    if unknown:
        sentence = _("Columns that the import does not know: {columns}. Take them out or rename them.")
        raise whole("columns_unknown", format_lazy(sentence, columns=", ".join(unknown)))
    if len(set(filter(None, names))) != len([name for name in names if name]):
        raise whole("columns_twice", _("A column stands twice in the first line."))
    return names


def cells_of(number: int, header: list[str], line: Sequence[Any]) -> dict[str, str]:
    cells = {}
    for name, value in zip(header, line, strict=False):
        if name:
            cells[name] = cell_text(number, name, value)
    return cells


def cell_text(number: int, name: str, value: Any) -> str:
    """The cell as text. A spreadsheet turns what looks like a time or a number into one: those are turned back."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, time):
        return f"{value.hour}:{value.minute}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        sentence = _("Row {row}, column {column}: write this as text.")
        raise whole("cell_not_text", format_lazy(sentence, row=number, column=name))
    text = str(value)
    if len(text) > MAX_CELL:
        raise whole("cell_too_long", format_lazy(_("Row {row}, column {column} is too long."), row=number, column=name))
    return text


def csv_lines(content: bytes) -> Iterator[Sequence[Any]]:
    if content.startswith(OLD_EXCEL):
        raise whole("old_excel", _("This is an old Excel file. Open it and save it as .xlsx, then import that."))
    if b"\x00" in content:
        raise whole("wrong_type", _("This is neither XLSX nor CSV. Save the sheet in one of these and try again."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise whole("wrong_encoding", _("This CSV is not in UTF-8. Save it as “CSV UTF-8” and try again.")) from error
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    count = 0
    while True:
        try:
            line = next(reader, None)
        except csv.Error as error:
            sentence = _("Line {line} of this CSV cannot be read: a quotation mark is missing or too many.")
            raise whole("broken_csv", format_lazy(sentence, line=reader.line_num)) from error
        if line is None:
            return
        count += 1
        refuse_too_many(count)
        refuse_formulas(count, line)
        yield line


def refuse_too_many(count: int) -> None:
    if count > MAX_ROWS + 1:
        raise whole("too_many_rows", _("This file has over 1,000 rows. Split it and import the parts."))


def refuse_formulas(number: int, line: Sequence[Any]) -> None:
    for cell in line:
        if isinstance(cell, str) and cell.startswith("="):
            sentence = _("Row {row} holds a formula. Copy the sheet and paste it as values, then import that.")
            raise whole("formula", format_lazy(sentence, row=number))


def xlsx_lines(content: bytes) -> Iterator[Sequence[Any]]:
    refuse_bomb(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        sheet = book.worksheets[0]
        lines = [list(line) for line in sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 2, max_col=40)]
    except (*BROKEN, IndexError, TypeError, AttributeError) as error:
        raise truncated() from error
    for number, line in enumerate(lines, start=1):
        refuse_too_many(number)
        refuse_formulas(number, line)
        yield line


def refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except BROKEN as error:
        raise truncated() from error
    if size > MAX_UNPACKED:
        raise whole("file_too_large", _("This file is far larger once unpacked. Copy its rows into a new sheet."))


def truncated() -> Invalid:
    return whole(
        "broken_xlsx", _("This XLSX cannot be opened: it may be cut off, or be something else. Save it again.")
    )
