"""Tables that people make with a spreadsheet program: read as they are meant, or refused with what to do.

What a file may cost in time and memory is bounded before anything is made of it.
"""

import csv
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import PurePath
from typing import BinaryIO, NamedTuple

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from clusters.spreadsheets import read_cell

MOST_SHOWN = 30
MOST_BYTES = 10 * 2**20
MOST_BYTES_UNPACKED = 20 * 2**20
# Of the XML in a workbook. Excel writes some 80 for a line of seven cells.
MOST_TAGS_AND_ATTRIBUTES = 500_000
# The parts with the cells and their text; those of others, such as styles, take ten times as much time and memory.
TABLE_PARTS = ("xl/worksheets/", "xl/sharedStrings")
# Of one sheet, empty ones and empty lines counted.
MOST_CELLS = 200_000
# Of one cell. The English course of a large school is in fifty programs.
MOST_CHARACTERS = 20_000

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Problem:
    """What is wrong and what to do about it; ``line`` counts from 1 and is None for the file as a whole.

    ``table`` is its name, where a file can have several.
    """

    message: str
    line: int | None = None
    table: str = ""

    def __str__(self):
        if self.line is None:
            return self.message
        place = {"table": self.table, "line": self.line, "message": self.message}
        return (_("%(table)s, line %(line)s: %(message)s") if self.table else _("Line %(line)s: %(message)s")) % place


class TableRefused(Exception):
    """Everything that is wrong with a file, in the order of its tables and lines. Nothing has been written then."""

    def __init__(self, problems: Iterable[Problem]):
        problems = list(problems)
        tables = list(dict.fromkeys(problem.table for problem in problems))
        self.problems = sorted(problems, key=lambda problem: (tables.index(problem.table), problem.line or 0))
        super().__init__(self.problems)

    def __str__(self):
        lines = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        more = len(self.problems) - MOST_SHOWN
        if more > 0:
            lines.append(_("… and %(count)s more.") % {"count": f"{more:,}"})
        return "\n".join(lines)


class Row(NamedTuple):
    """A line of the table that is not empty: its number in the file and its stripped text, by column."""

    line: int
    values: dict[str, str]


# The number of a line, from 1, and the text of its cells.
Line = tuple[int, list[str]]


def read_rows(file: BinaryIO, columns: Sequence[str], *, optional: Sequence[str] = (), most: int) -> list[Row]:
    """The rows of a .csv or .xlsx file (its first sheet) with exactly these columns, in any order; at most ``most``.

    Columns that are ``optional`` and not there are empty. ``file`` is open for reading and has a name:
    ``path.open("rb")`` or an uploaded file. Raises TableRefused.
    """
    first, *_others = _sheets(file).values()
    rows = _rows(first, columns, optional, most)
    if not rows:
        raise _refusal(_("There is nothing below the line with the names of the columns. Add a line for each course."))
    return rows


def read_tables(
    file: BinaryIO, tables: Mapping[str, Sequence[str]], *, optional: Sequence[str] = (), most: int
) -> dict[str, list[Row]]:
    """The rows of those of the tables that the file has, each table with exactly its columns, as ``read_rows`` reads them.

    In a workbook they are the sheets with the names of the tables. Any other file has one table, which is known by its
    columns: a .csv file, and a workbook whose sheets have other names.
    """
    sheets = _sheets(file)
    lines_of = {name: sheets[name.lower()] for name in tables if name.lower() in sheets}
    if not lines_of:
        first, *_others = sheets.values()
        header = next(first, (1, []))
        lines_of = {_known_by(_names(header[1]), tables): chain([header], first)}
    found, problems = {}, []
    for name, lines in lines_of.items():
        try:
            found[name] = _rows(lines, tables[name], optional, most)
        except TableRefused as refusal:
            problems += [replace(problem, table=name) for problem in refusal.problems]
    if problems:
        raise TableRefused(problems)
    if not any(found.values()):
        raise _refusal(
            _("There is nothing below the lines with the names of the columns. Add a line for each program or course.")
        )
    return found


def _known_by(header: Sequence[str], tables: Mapping[str, Sequence[str]]) -> str:
    return max(tables, key=lambda name: len(set(tables[name]) & set(header)))


def _rows(lines: Iterator[Line], columns: Sequence[str], optional: Sequence[str], most: int) -> list[Row]:
    _number, header = next(lines, (1, []))
    places = _places(header, columns, optional)
    rows, problems = [], []
    for number, cells in lines:
        if not any(cells):
            continue
        if len(rows) + len(problems) == most:
            raise _refusal(_("The table has more than %(most)s lines, which is the limit.") % {"most": f"{most:,}"})
        if problem := _shape_problem(cells, header):
            problems.append(Problem(problem, number))
        else:
            values = {column: cells[place] for column, place in places.items()}
            rows.append(Row(number, dict.fromkeys(optional, "") | values))
    if problems:
        raise TableRefused(problems)
    return rows


def _refusal(message: str) -> TableRefused:
    return TableRefused([Problem(message)])


def _names(header: Sequence[str]) -> list[str]:
    """The names of the columns. “SCED code” is read as sced_code."""
    return ["_".join(name.lower().split()) for name in header]


def _places(header: list[str], columns: Sequence[str], optional: Sequence[str]) -> dict[str, int]:
    """Where each column stands."""
    found = _names(header)
    known = [*columns, *optional]
    counts = Counter(name for name in found if name)
    problems = []
    if missing := [column for column in columns if column not in counts]:
        problems.append(_("These columns are missing: %(names)s.") % {"names": ", ".join(missing)})
    if len(counts) == 1 and any(mark in header[0] for mark in ";\t"):
        problems.append(_("The columns are not separated by commas. Save the file as “CSV UTF-8 (Comma delimited)”."))
    elif unknown := [name for name in counts if name not in known]:
        names = ", ".join(name[:40] for name in unknown[:10])
        problems.append(_("These columns are not known; take them out: %(names)s.") % {"names": names})
    if twice := [name for name in known if counts[name] > 1]:
        problems.append(_("These columns are there twice; keep one of each: %(names)s.") % {"names": ", ".join(twice)})
    if problems:
        wanted = get_text_list(list(columns), _("and"))
        problems.append(_("The first line must have the names %(names)s.") % {"names": wanted})
        raise TableRefused([Problem(" ".join(problems), 1)])
    return {column: found.index(column) for column in known if column in counts}


def _shape_problem(cells: list[str], header: list[str]) -> str:
    """What is wrong with a line whatever its columns mean; empty when nothing is."""
    if len(cells) < len(header):
        return _("The line has %(count)s cells, and the first line has %(wanted)s. The file may have been cut off.") % {
            "count": len(cells),
            "wanted": len(header),
        }
    for place, text in enumerate(cells):
        if text and (place >= len(header) or not header[place]):
            return _(
                "There is text in column %(column)s, which has no name. Take it out; in a .csv file, text with a comma "
                "stands in quotation marks."
            ) % {"column": get_column_letter(place + 1)}
        if len(text) > MOST_CHARACTERS:
            return _("A cell has more than %(most)s characters. Shorten it.") % {"most": f"{MOST_CHARACTERS:,}"}
    return ""


def _sheets(file: BinaryIO) -> dict[str, Iterator[Line]]:
    """The lines of each sheet, by its name in small letters; a .csv file has one without a name."""
    kind = PurePath(file.name).suffix.lower()
    if kind not in {".csv", ".xlsx"}:
        raise _refusal(_("The name of the file must end in .csv or .xlsx. Save the table in one of these two formats."))
    data = file.read(MOST_BYTES + 1)
    if not data:
        raise _refusal(_("The file is empty. Save the table again and choose the new file."))
    if len(data) > MOST_BYTES:
        raise _refusal(
            _("The file is larger than %(most)s MB. Copy the table alone into a new file, without pictures.")
            % {"most": MOST_BYTES // 2**20}
        )
    if kind == ".csv":
        return {"": _csv_lines(_decoded(data))}
    _check_workbook(data)
    with _damage_refused():
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        first, *others = book.worksheets
        return {sheet.title.lower(): _sheet_lines(sheet) for sheet in (first, *others)}


def _csv_lines(text: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        # Counted as a spreadsheet program shows them: a cell with a line break in it is still in one line.
        for number, cells in enumerate(reader, start=1):
            yield number, [read_cell(cell.strip()) for cell in cells]
    except csv.Error as error:
        message = _(
            "A quotation mark is missing or too much near here. Open the file and save it as “CSV UTF-8” again."
        )
        raise TableRefused([Problem(message, reader.line_num)]) from error


def _decoded(data: bytes) -> str:
    if data.startswith((ZIP, OLE)):
        raise _refusal(_("This is not a text file, though its name ends in .csv. Save the table as “CSV UTF-8”."))
    if data.startswith(UTF_16) or b"\0" in data:
        raise _refusal(_("The text is in UTF-16 (“Unicode text”) or damaged. Save the table as “CSV UTF-8”."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("A character here is not in UTF-8, so names could come out wrong. Save the table as “CSV UTF-8”.")
        raise TableRefused([Problem(message, data.count(b"\n", 0, error.start) + 1)]) from error


def _sheet_lines(sheet: Worksheet) -> Iterator[Line]:
    with _damage_refused():
        # What a sheet says of its own size may be wrong.
        sheet.reset_dimensions()
        width = cells_read = 0
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells_read += len(cells) + 1
            if cells_read > MOST_CELLS:
                raise _too_much()
            texts = ["" if cell is None else str(cell).strip() for cell in cells]
            width = width or len(texts)
            # A workbook leaves out the empty cells at the end of a line.
            yield number, texts + [""] * (width - len(texts))


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except TableRefused:
        raise
    # A damaged workbook fails in the zip reader, the XML parser or openpyxl, each with exceptions of its own.
    except Exception as error:
        raise _damaged() from error


def _damaged() -> TableRefused:
    return _refusal(_("The workbook cannot be read. Open it in a spreadsheet program and save it as .xlsx again."))


def _too_much() -> TableRefused:
    return _refusal(
        _(
            "The workbook has far more in it than a catalog, such as formatting on empty lines and columns. "
            "Copy the table alone into a new workbook and save that as .xlsx."
        )
    )


def _check_workbook(data: bytes) -> None:
    """Refuse what is no .xlsx workbook, and what would take too much memory once unpacked."""
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise _refusal(_("The workbook is protected by a password. Save it without one."))
        raise _refusal(_("This is a workbook of an old kind (.xls). Open it and save it as .xlsx."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if "xl/workbook.xml" not in package.namelist():
                raise _refusal(
                    _("This is another kind of file, though its name ends in .xlsx. Save the table as .xlsx.")
                )
            if sum(part.file_size for part in parts) > MOST_BYTES_UNPACKED:
                raise _too_much()
            _check_parts(package, parts)
    except zipfile.BadZipFile as error:
        if data.startswith(ZIP):
            raise _damaged() from error
        raise _refusal(_("This is not a workbook, though its name ends in .xlsx. Save the table as .xlsx.")) from error
    except (OSError, EOFError, zlib.error, RuntimeError, NotImplementedError) as error:
        raise _damaged() from error


def _check_parts(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Read the parts once, piece by piece: zipfile gives no more of a part than its declared size, and checks its sum."""
    marks = 0
    for part in parts:
        # The only two that spreadsheet programs use; the others can unpack a small piece to any size at once.
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _damaged()
        if not part.filename.endswith((".xml", ".rels")):
            continue
        weight = 1 if part.filename.startswith(TABLE_PARTS) else 10
        with package.open(part) as stream:
            while piece := stream.read(2**20):
                # Entities can make much out of little. No spreadsheet program declares any, or writes XML as UTF-16.
                if b"<!DOCTYPE" in piece or b"\0" in piece:
                    raise _damaged()
                marks += weight * (piece.count(b"<") + piece.count(b"="))
                if marks > MOST_TAGS_AND_ATTRIBUTES:
                    raise _too_much()
