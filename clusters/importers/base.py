"""What every import shares: reading a table by its headers, taking a release over into the database, and the report.

A release never overwrites what was edited here. ``take_over`` is the one place that decides what happens to a row:

========= ==============================================================================================
created   the database did not have it
updated   a field (or the source) changed, and still was as shipped before
unchanged nothing to do
kept      a field was edited here: the edit stays, and the row remembers what the release says
retired   the release no longer has it; it stays, marked, and comes back when a later release has it again
========= ==============================================================================================
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from clusters.models import ContentVersion, DataSource

BATCH = 500


class ImportProblem(Exception):
    """What is wrong with a file, where, and what was expected. Nothing has been written when it is raised."""

    def __init__(self, problem: str, *, file: Path | str, line: int | None = None, expected: str = ""):
        self.file, self.line, self.problem, self.expected = str(file), line, problem, expected
        place = f"{Path(file).name}, line {line}" if line else Path(file).name
        super().__init__(f"{place}: {problem}" + (f" Expected {expected}." if expected else ""))


@dataclass
class Counts:
    """What a release did to the rows of one model."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    retired: int = 0


@dataclass
class Report:
    """What a release did, model by model, with the edited fields it left alone."""

    counts: dict[str, Counts] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, model: type[models.Model]) -> Counts:
        return self.counts.setdefault(str(model._meta.verbose_name_plural), Counts())

    @property
    def changed(self) -> bool:
        return any(c.created or c.updated or c.retired for c in self.counts.values())

    def lines(self) -> Iterator[str]:
        """The report as a table, then the edits that were kept, then the notes."""
        names = [*Counts.__dataclass_fields__]
        yield f"{'':34}" + "".join(f"{name:>11}" for name in names)
        for label, counts in self.counts.items():
            yield f"{label:34}" + "".join(f"{getattr(counts, name):>11,}" for name in names)
        yield from (f"Kept, edited here: {line}" for line in self.kept)
        yield from self.notes


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

    def number(self, header: str, *, low: float | None = None, high: float | None = None) -> float:
        """The column as a number; thousands separators are allowed."""
        try:
            value = float(self[header].replace(",", ""))
        except ValueError:
            raise self.problem(header, "a number") from None
        # Written so that "nan", which compares with nothing, is refused as well.
        if not ((low is None or value >= low) and (high is None or value <= high) and abs(value) < 1e12):
            raise self.problem(header, f"a number from {low} to {high}")
        return value

    def whole(self, header: str, *, low: int, high: int) -> int:
        value = self.number(header, low=low, high=high)
        if value != int(value):
            raise self.problem(header, "a whole number")
        return int(value)

    def one_of(self, header: str, known: dict[str, Any], what: str) -> Any:
        """What the column's text stands for in ``known``."""
        try:
            return known[self[header]]
        except KeyError:
            raise self.problem(header, what) from None


def read_table(file: Path, headers: Sequence[str], *, sheet: str | None = None) -> list[Row]:
    """The rows of an .xlsx, tab-separated .txt or .csv file that has at least these headers, in any order.

    Raises ImportProblem for a file that is missing, is something else than its name says, lacks a header, was cut off in the
    middle of a line, or has no row.
    """
    try:
        lines = _xlsx_lines(file, sheet) if file.suffix.lower() == ".xlsx" else _text_lines(file)
        lines = iter(lines)
        found = [str(cell or "").strip() for cell in next(lines, [])]
        _check_headers(file, found, headers)
        rows = [_row(file, number, found, cells) for number, cells in enumerate(lines, start=2) if any(cells)]
    except FileNotFoundError:
        raise ImportProblem("There is no such file.", file=file, expected="the file under its official name") from None
    except IsADirectoryError:
        raise ImportProblem("This is a folder.", file=file, expected="one file") from None
    if not rows:
        raise ImportProblem("The file has headers and no rows.", file=file, expected="the whole release")
    return rows


def _check_headers(file: Path, found: list[str], headers: Sequence[str]) -> None:
    missing = [header for header in headers if header not in found]
    if missing:
        raise ImportProblem(
            f"No column named {', '.join(f'“{name}”' for name in missing)}.",
            file=file,
            line=1,
            expected="the columns " + ", ".join(headers),
        )
    doubled = {header for header in headers if found.count(header) > 1}
    if doubled:
        raise ImportProblem(
            f"Column {', '.join(sorted(doubled))} is there twice.", file=file, line=1, expected="it once"
        )


def _row(file: Path, line: int, headers: list[str], cells: Sequence[Any]) -> Row:
    if len(cells) != len(headers):
        raise ImportProblem(
            f"{len(cells)} columns. The file may have been cut off.", file=file, line=line, expected=f"{len(headers)}"
        )
    return Row(file, line, {header: _text(cell) for header, cell in zip(headers, cells, strict=True)})


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _xlsx_lines(file: Path, sheet: str | None) -> Iterator[Sequence[Any]]:
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        page = book[sheet] if sheet else book.worksheets[0]
        yield from page.iter_rows(values_only=True)
        book.close()
    except (FileNotFoundError, IsADirectoryError):
        raise
    # A damaged workbook fails in the zip reader, the XML parser or openpyxl, each with exceptions of its own.
    except (InvalidFileException, KeyError, OSError, ValueError, SyntaxError, EOFError, Exception) as error:
        if isinstance(error, ImportProblem):
            raise
        raise ImportProblem(
            f"The workbook cannot be read ({type(error).__name__}).", file=file, expected="a complete .xlsx file"
        ) from error


def _text_lines(file: Path) -> Iterator[list[str]]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ImportProblem(
            "The text is not UTF-8.", file=file, line=line, expected="the official file, unchanged"
        ) from error
    if "\0" in text:
        raise ImportProblem("The file has NUL bytes in it.", file=file, expected="a text file")
    if file.suffix.lower() == ".txt":
        return (line.split("\t") for line in text.splitlines())
    return iter(csv.reader(io.StringIO(text, newline=""), strict=True))


def note_source(slug: str, **details: Any) -> DataSource:
    """The release a file belongs to, recorded once; its details are brought up to date."""
    source, _ = DataSource.objects.update_or_create(slug=slug, defaults=details)
    return source


def take_over(
    model: type[models.Model],
    rows: Iterable[dict[str, Any]],
    *,
    fields: Sequence[str],
    report: Report,
    sources: Sequence[str] = ("source_id",),
    retire: models.Q = models.Q(),
    only_known: bool = False,
) -> None:
    """Bring the rows of a release into the database, and leave alone what was edited here.

    ``rows`` hold the key columns, ``fields`` and ``sources`` by attribute name (``occupation_id``). ``fields`` is the part of
    SHIPPED that this release speaks of. A shipped row of the database that the release does not have, and that meets
    ``retire``, is retired. With ``only_known`` nothing is created or retired, for a release that adds figures to rows which
    another one brought.
    """
    counts = report.of(model)
    key_columns = model.key_columns()
    existing = {tuple(getattr(row, name) for name in key_columns): row for row in model._default_manager.all()}
    unseen = set(existing)
    created, updated = [], []

    for values in rows:
        key = tuple(values[name] for name in key_columns)
        row = existing.get(key)
        if row is None:
            if not only_known:
                created.append(model(**values, shipped={name: values[name] for name in fields}))
            continue
        unseen.discard(key)
        state, kept = _merge(row, values, fields=fields, sources=sources)
        if state:
            updated.append(row)
        if kept:
            counts.kept += 1
            report.kept.append(
                f"{model._meta.verbose_name} {' '.join(str(part) for part in row.natural_key())}: {', '.join(kept)}"
            )
        elif state == "updated":
            counts.updated += 1
        else:
            counts.unchanged += 1

    if not only_known:
        retirable = set(
            model._default_manager.current().filter(retire, shipped__isnull=False).values_list("pk", flat=True)
        )
        for row in (existing[key] for key in unseen if existing[key].pk in retirable):
            row.retired_on = timezone.localdate()
            updated.append(row)
            counts.retired += 1
    counts.created += len(created)
    _write(model, created, updated, key_columns)


def _merge(row, values: dict[str, Any], *, fields: Sequence[str], sources: Sequence[str]) -> tuple[str, list[str]]:
    """Bring one row up to date. Returns "updated", "remembered" (only ``shipped`` changed) or "", and the kept fields."""
    shipped = dict(row.shipped or {})
    state, kept = "", []
    for name in fields:
        new, now = values[name], getattr(row, name)
        if now != new:
            # A field that was never shipped and is empty was not edited either: an import fills it.
            as_shipped = shipped[name] == now if name in shipped else now in (None, "", False)
            if as_shipped:
                setattr(row, name, new)
                state = "updated"
            else:
                kept.append(name)
        shipped[name] = new
    if shipped != row.shipped:
        row.shipped = shipped
        state = state or "remembered"
    for name in sources:
        if getattr(row, name) != values[name]:
            setattr(row, name, values[name])
            state = "updated"
    if row.retired_on:
        row.retired_on = None
        state = "updated"
    return state, kept


def _write(model, created: list, updated: list, key_columns: Sequence[str]) -> None:
    model._default_manager.bulk_create(created, batch_size=BATCH)
    if updated:
        keys = set(key_columns)
        columns = [f.name for f in model._meta.concrete_fields if not f.primary_key and f.attname not in keys]
        # One INSERT ... ON CONFLICT for a batch; bulk_update writes a CASE for each field and row, and is 20 times slower.
        model._default_manager.bulk_create(
            updated,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=list(model.NATURAL_KEY),
            update_fields=columns,
        )


@contextmanager
def one_release(*, dry_run: bool):
    """One transaction for a whole release; with ``dry_run`` everything is done and then undone. Yields the report."""
    report = Report()
    with transaction.atomic():
        yield report
        if report.changed:
            ContentVersion.bump()
        if dry_run:
            transaction.set_rollback(True)
