"""What the files have in common: named fields read off rows, written as CSV or JSON, all of one moment."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from io import TextIOWrapper
from typing import Any, BinaryIO

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from clusters.models import DataSource
from clusters.spreadsheets import plain_cell

# Rows that are in memory at a time; each program has some fifty parts.
CHUNK = 5


@dataclass(frozen=True)
class Reading:
    """What a file needs beside its rows: the site's address (https://careers.example.org) and all releases by pk."""

    site: str
    releases: dict[int, DataSource]

    def address(self, row: Any) -> str:
        """The full address of the row's page."""
        return f"{self.site}{row.get_absolute_url()}"

    def named(self, *pks: int | None) -> str:
        """The releases with these keys in words: "O*NET Database, 29.3; Our own words and choices, 2026"."""
        return "; ".join(sorted({str(self.releases[pk]) for pk in pks if pk}))

    def slugs(self, *pks: int | None) -> list[str]:
        """The short names of the releases with these keys, by which a JSON file lists its sources."""
        return sorted({self.releases[pk].slug for pk in pks if pk})


@dataclass(frozen=True)
class Field:
    """A column of a CSV file, or a key of the rows of a JSON file."""

    name: str
    meaning: str
    read: Callable[[Any, Reading], Any]


@dataclass(frozen=True)
class DataFile:
    """A file of open data: what it is called, what is in it, and where its rows come from."""

    name: str
    about: str
    fields: tuple[Field, ...]
    rows: Callable[[], Iterable[Any]]

    def write(self, file: BinaryIO, *, site: str) -> None:
        """Write the whole file as it is at one moment; ``site`` is the address of the site without a slash at its end."""
        text = TextIOWrapper(file, encoding=self.encoding, newline="")
        with one_moment():
            self._write(text, Reading(site, DataSource.objects.in_bulk()))
        # Flushes, and leaves the file open for its reader.
        text.detach()

    def _read(self, row: Any, reading: Reading) -> dict[str, Any]:
        return {field.name: field.read(row, reading) for field in self.fields}


class CsvFile(DataFile):
    content_type = "text/csv; charset=utf-8"
    # With the mark by which Excel knows UTF-8.
    encoding = "utf-8-sig"

    def _write(self, text, reading):
        lines = csv.writer(text)
        lines.writerow(field.name for field in self.fields)
        for row in self.rows():
            lines.writerow(_cell(value) for value in self._read(row, reading).values())


class JsonFile(DataFile):
    """An object with two lists: the rows, under the name of the file, and the releases that they name in ``sources``."""

    content_type = "application/json"
    encoding = "utf-8"

    def _write(self, text, reading):
        named = set()
        text.write(f'{{"{self.name.removesuffix(".json")}": [')
        for place, row in enumerate(self.rows()):
            written = self._read(row, reading)
            named.update(written["sources"])
            text.write(f"{',' if place else ''}\n{_json(written)}")
        releases = sorted(reading.releases.values(), key=lambda release: release.slug)
        sources = [_source(release) for release in releases if release.slug in named]
        text.write(f'\n],\n"sources": {_json(sources)}}}\n')


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain_cell(value) if isinstance(value, str) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


def _source(release: DataSource) -> dict[str, Any]:
    names = ("slug", "title", "publisher", "release", "released_on", "url", "licence", "credit", "used_for")
    return {name: getattr(release, name) for name in names}


def number(value: Decimal) -> int | float:
    """A decimal as JSON has numbers: 1, 0.5."""
    return int(value) if value == int(value) else float(value)


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is of the same moment, and nobody who writes waits for it.

    A transaction that is open already keeps its own isolation.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # The site's transactions on SQLite begin as IMMEDIATE, which would keep every writer waiting.
        connection.ensure_connection()
        usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
        try:
            with transaction.atomic():
                yield
        finally:
            connection.transaction_mode = usual
