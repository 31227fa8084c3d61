"""Tables as files for people to fill in, and what an import of one changes, row by row."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import PurePath
from typing import BinaryIO, ClassVar, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from clusters.spreadsheets import plain_cell
from schools.history import Recording

# A spreadsheet program leaves cells of this format as they are typed: “3-1” does not become a date.
TEXT_FORMAT = "@"
# What XML, and so a workbook, has no way to write.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

# A row of a table with the name by which people know it, and its cells by column.
Named = tuple[str, Mapping[str, str]]


class Happening(TextChoices):
    """What an import does to a row."""

    NEW = "new", gettext_lazy("New")
    CHANGED = "changed", gettext_lazy("Changed")
    REMOVED = "removed", gettext_lazy("Removed")


class Cell(NamedTuple):
    """A cell before and after an import."""

    column: str
    before: str
    after: str


class Change(NamedTuple):
    """What an import does to one row, with the cells that differ."""

    name: str
    happening: Happening
    cells: tuple[Cell, ...]


def differences(before: Mapping[Hashable, Named], after: Mapping[Hashable, Named]) -> tuple[Change, ...]:
    """What differs between two states of a table, in the order of the second; rows are told apart by their keys."""
    changes = []
    for key in [*after, *(key for key in before if key not in after)]:
        name, new = after.get(key) or (before[key][0], {})
        old = before[key][1] if key in before else {}
        pairs = [Cell(column, old.get(column, ""), new.get(column, "")) for column in new or old]
        cells = tuple(cell for cell in pairs if cell.before != cell.after)
        if key in before and key in after and not cells:
            continue
        happening = Happening.NEW if key not in before else Happening.CHANGED if key in after else Happening.REMOVED
        changes.append(Change(name, happening, cells))
    return tuple(changes)


@contextmanager
def unrecorded() -> Iterator[Recording]:
    """In place of ``recording``, for what will be undone."""
    yield Recording()


@dataclass(frozen=True)
class Report:
    """What an import did, or would do: in numbers, the fields of each kind of report, and row by row."""

    LABELS: ClassVar[dict[str, str]]

    changes: tuple[Change, ...]

    @property
    def changed(self) -> bool:
        return bool(self.changes)

    def counts(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "changes"}

    def lines(self) -> Iterator[str]:
        """The numbers for people, a line for each."""
        yield from (f"{self.LABELS[name]}: {count:,}" for name, count in self.counts().items())

    @property
    def digest(self) -> str:
        """The same for two reports that say the same, whenever they are made."""
        return hashlib.sha256(json.dumps([self.counts(), self.changes]).encode()).hexdigest()


def writable(text: str) -> str:
    """The text as every file can hold it, which is as an import reads it."""
    return _UNWRITABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def write_tables(file: BinaryIO, tables: Mapping[str, Iterable[Sequence[str]]]) -> None:
    """Write tables, each with its header as the first line: the sheets of an .xlsx file, or the only one of a .csv file.

    ``file`` is open for writing, and its name ends in .csv or .xlsx; ValueError when it does not. No spreadsheet program
    takes any of the text for a formula.
    """
    match PurePath(file.name).suffix.lower():
        case ".csv":
            (lines,) = tables.values()
            _write_csv(file, lines)
        case ".xlsx":
            _write_xlsx(file, tables)
        case _:
            raise ValueError(_("The name of the file must end in .csv or .xlsx."))


def _write_csv(file: BinaryIO, lines: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([plain_cell(writable(cell)) for cell in line] for line in lines)
    # With the mark by which Excel knows UTF-8.
    file.write(text.getvalue().encode("utf-8-sig"))


def _write_xlsx(file: BinaryIO, tables: Mapping[str, Iterable[Sequence[str]]]) -> None:
    book = Workbook(write_only=True)
    for name, lines in tables.items():
        header, *others = lines
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for place in range(1, len(header) + 1):
            sheet.column_dimensions[get_column_letter(place)].number_format = TEXT_FORMAT
        for line in [header, *others]:
            sheet.append([_text_cell(sheet, writable(text)) for text in line])
    book.save(file)


def _text_cell(sheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    # Of text that starts with “=”, openpyxl would make a formula.
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    return cell
