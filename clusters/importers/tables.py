"""Reading the tables of official releases: by the names of their columns, with a place for every complaint."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import load_workbook

# Wraps something that takes long to go through, and shows how far it is under the given label.
Progress = Callable[[Iterable, str], Iterable]
# The number of a line, from 1, and its cells.
Line = tuple[int, Sequence[Any]]


def silent(steps: Iterable, label: str) -> Iterable:
    """The Progress that shows nothing."""
    return steps


class ImportProblem(Exception):
    """What is wrong with a file, where, and what was expected. Nothing has been written when it is raised."""

    def __init__(self, problem: str, *, file: Path, line: int | None = None, expected: str):
        place = f"{file.name}, line {line}" if line else file.name
        super().__init__(f"{place}: {problem} Expected {expected}.")


@dataclass(frozen=True)
class Row:
    """One line of a table, with its place for messages. ``values`` are stripped text, by header."""

    file: Path
    line: int
    values: dict[str, str]

    def __getitem__(self, header: str) -> str:
        return self.values[header]

    def problem(self, header: str, expected: str) -> ImportProblem:
        return ImportProblem(
            f"“{self[header]}” in column “{header}”.", file=self.file, line=self.line, expected=expected
        )

    def number(self, header: str, *, low: float, high: float) -> float:
        """The column as a number from ``low`` to ``high``; thousands separators are allowed."""
        expected = f"a number from {low:,} to {high:,}"
        try:
            value = float(self[header].replace(",", ""))
        except ValueError:
            raise self.problem(header, expected) from None
        # "nan" is a float too; it lies in no range.
        if not low <= value <= high:
            raise self.problem(header, expected)
        return value

    def whole(self, header: str, *, low: int, high: int) -> int:
        """The column as a whole number from ``low`` to ``high``."""
        value = self.number(header, low=low, high=high)
        if not value.is_integer():
            raise self.problem(header, f"a whole number from {low:,} to {high:,}")
        return int(value)

    def one_of(self, header: str, known: dict[str, Any], expected: str) -> Any:
        """What the column's text stands for in ``known``."""
        try:
            return known[self[header]]
        except KeyError:
            raise self.problem(header, expected) from None


def read_headers(file: Path) -> list[str]:
    """The names of the columns, as they stand in the first line."""
    with _lines(file, ends_with_newline=False) as lines:
        return [_text(cell) for cell in next(lines, (1, []))[1]]


def read_table(
    file: Path, headers: Sequence[str], *, progress: Progress = silent, ends_with_newline: bool = True
) -> list[Row]:
    """The rows of an .xlsx (first sheet), tab-separated .txt or .csv file with at least these columns, in any order.

    Official text files end with a line end, so one that does not was cut off; ``ends_with_newline=False`` is for the
    file that is published without it. Raises ImportProblem for a file that is missing, is something else than its name
    says, lacks a column, was cut off, or has no row.
    """
    rows = []
    with _lines(file, ends_with_newline=ends_with_newline) as lines:
        found = [_text(cell) for cell in next(lines, (1, []))[1]]
        places = _places(file, found, headers)
        for line, cells in progress(lines, file.name):
            if not any(_text(cell) for cell in cells):
                continue
            if len(cells) != len(found):
                raise ImportProblem(
                    f"{len(cells)} columns. The file may have been cut off.",
                    file=file,
                    line=line,
                    expected=f"{len(found)} columns",
                )
            rows.append(Row(file, line, {header: _text(cells[place]) for header, place in places.items()}))
    if not rows:
        raise ImportProblem("The file has no rows.", file=file, expected="the whole release")
    return rows


def read_sheet(file: Path, sheet: str) -> str:
    """The text of a sheet that is no table, cell after cell, each on a line."""
    with _lines(file, sheet=sheet) as lines:
        return "\n".join(_text(cell) for _, cells in lines for cell in cells)


def _places(file: Path, found: list[str], headers: Sequence[str]) -> dict[str, int]:
    for header in headers:
        if found.count(header) != 1:
            problem = f"There are two columns named “{header}”." if header in found else f"No column named “{header}”."
            raise ImportProblem(problem, file=file, line=1, expected="the columns " + ", ".join(headers))
    return {header: found.index(header) for header in headers}


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


@contextmanager
def _lines(file: Path, *, sheet: str | None = None, ends_with_newline: bool = True) -> Iterator[Iterator[Line]]:
    """The lines of a file, whatever its kind, as numbers and cells."""
    if not file.is_file():
        raise ImportProblem(
            "This is a folder." if file.is_dir() else "There is no such file.",
            file=file,
            expected="one file, under its official name",
        )
    kind = file.suffix.lower()
    if kind == ".xlsx":
        with file.open("rb") as stream:
            yield _sheet_lines(file, stream, sheet)
    elif kind in {".txt", ".csv"}:
        text = _read_text(file, ends_with_newline=ends_with_newline)
        yield _tab_lines(text) if kind == ".txt" else _csv_lines(file, text)
    else:
        raise ImportProblem(f"Files of the kind “{kind}” are not read.", file=file, expected=".xlsx, .txt or .csv")


def _sheet_lines(file: Path, stream: BinaryIO, sheet: str | None) -> Iterator[Line]:
    try:
        book = load_workbook(stream, read_only=True, data_only=True)
        page = book[sheet] if sheet else book.worksheets[0]
        width = None
        for number, cells in enumerate(page.iter_rows(values_only=True), start=1):
            width = width or len(cells)
            # A workbook may leave out the empty cells at the end of a line.
            yield number, [*cells, *(None,) * (width - len(cells))]
    # A damaged workbook fails in the zip reader, the XML parser or openpyxl, each with exceptions of its own.
    except Exception as error:
        raise ImportProblem(
            f"The workbook cannot be read: {error}.",
            file=file,
            expected="a complete .xlsx file" + (f" with a sheet named “{sheet}”" if sheet else ""),
        ) from error


def _read_text(file: Path, *, ends_with_newline: bool) -> str:
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ImportProblem(
            "The text is not UTF-8.", file=file, line=line, expected="the official file, unchanged"
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ImportProblem("There are NUL bytes.", file=file, line=line, expected="a text file")
    if ends_with_newline and text and not text.endswith("\n"):
        raise ImportProblem(
            "The last line has no end. The file may have been cut off.",
            file=file,
            line=text.count("\n") + 1,
            expected="the whole file, with a line end after its last line",
        )
    return text


def _tab_lines(text: str) -> Iterator[Line]:
    # Not splitlines(), which also breaks at separators that may stand inside a title.
    for number, line in enumerate(text.split("\n"), start=1):
        yield number, line.rstrip("\r").split("\t")


def _csv_lines(file: Path, text: str) -> Iterator[Line]:
    # Not strict: the official CIP list has quotation marks inside quoted text that are not doubled.
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise ImportProblem(
            f"The table cannot be read: {error}. The file may have been cut off.",
            file=file,
            line=reader.line_num,
            expected="comma-separated values",
        ) from error


def kind_of_table(file: Path, kinds: Mapping[Sequence[str], Callable]) -> Callable:
    """The value of ``kinds`` whose columns the file has. Raises ImportProblem when it is none of them."""
    found = read_headers(file)
    for headers, kind in kinds.items():
        if set(headers) <= set(found):
            return kind
    raise ImportProblem(
        f"This is another table; its columns are {', '.join(found) or 'not named'}.",
        file=file,
        line=1,
        expected="the columns " + ", or ".join(", ".join(headers) for headers in kinds),
    )
