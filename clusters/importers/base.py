"""Taking a release over into the database, and the report.

A release never overwrites what was edited here. ``take_over`` is the one place that decides what happens to a row:

========= ==============================================================================================
created   the database did not have it
updated   a field (or the source) changed, and still was as shipped before
unchanged nothing to do
kept      a field was edited here: the edit stays, and the row remembers what the release says
retired   the release no longer has it; it stays, marked, and comes back when a later release has it again
========= ==============================================================================================
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clusters import search
from clusters.importers.tables import ImportProblem
from clusters.models import ContentVersion, DataSource, Occupation
from clusters.models.base import ReferenceModel, plain

BATCH = 500


@dataclass
class Counts:
    """What a release did to the rows of one kind. A row can be updated in one field and keep an edit in another."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    retired: int = 0


@dataclass
class Report:
    """What a release did, kind by kind, with the edited fields it left alone."""

    counts: dict[str, Counts] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, label: str) -> Counts:
        """The counts under this label, such as "occupations"; all 0 at first."""
        return self.counts.setdefault(label, Counts())

    @property
    def changed(self) -> bool:
        return any(counts.created or counts.updated or counts.retired for counts in self.counts.values())

    def lines(self) -> Iterator[str]:
        """The report as a table, then the edits that were kept, then the notes."""
        names = [column.name for column in fields(Counts)]
        yield f"{'':34}" + "".join(f"{name:>11}" for name in names)
        for label, counts in self.counts.items():
            yield f"{label:34}" + "".join(f"{getattr(counts, name):>11,}" for name in names)
        yield from (f"Kept, edited here: {line}" for line in self.kept)
        yield from self.notes


@contextmanager
def one_release(*, dry_run: bool) -> Iterator[Report]:
    """One transaction for a whole release; with ``dry_run`` everything is done and then undone. Yields the report."""
    report = Report()
    with transaction.atomic():
        yield report
        if dry_run:
            transaction.set_rollback(True)
        elif report.changed:
            # Rows are written in bulk, which sends no signals.
            search.rebuild()
            ContentVersion.bump()


def note_source(report: Report, slug: str, **details: Any) -> DataSource:
    """The release with this slug, recorded once; its details are brought up to date."""
    counts = report.of(str(DataSource._meta.verbose_name_plural))
    source, created = DataSource.objects.get_or_create(slug=slug, defaults=details)
    if created:
        counts.created += 1
    elif any(getattr(source, name) != value for name, value in details.items()):
        DataSource.objects.update_or_create(slug=slug, defaults=details)
        counts.updated += 1
    else:
        counts.unchanged += 1
    return source


def known_occupations(file: Path) -> dict[str, Occupation]:
    """All occupations by code. Raises ImportProblem, as found in ``file``, when there are none yet."""
    occupations = {occupation.code: occupation for occupation in Occupation.objects.all()}
    if not occupations:
        raise ImportProblem(
            "There are no occupations in the database yet.", file=file, expected="import_onet to be run first"
        )
    return occupations


def take_over(
    model: type[ReferenceModel],
    rows: Iterable[dict[str, Any]],
    *,
    fields: Sequence[str],
    report: Report,
    source: str | None = "source_id",
    label: str = "",
    retire: Q | None = None,
    only_known: bool = False,
    file: Path | None = None,
) -> None:
    """Bring the rows of a release into the database, and leave alone what was edited here.

    ``rows`` hold the key columns, ``fields`` and the column ``source``, by attribute name (``occupation_id``).
    ``fields`` is the part of SHIPPED that this release speaks of; further values are for new rows alone. Rows from an
    older release than the table already has are left out, with a note. A shipped row of the database that the release
    does not have, and that meets ``retire``, is retired; should that be most of them, ``file`` was cut off, and
    ImportProblem is raised. With ``only_known`` nothing is created or retired, for a release that adds figures to rows
    which another one brought.
    """
    label = label or str(model._meta.verbose_name_plural)
    existing = {
        tuple(getattr(row, name) for name in model.key_columns()): row for row in model._default_manager.of_releases()
    }
    newest = _newest_releases(existing.values(), source)
    merger = _Merger(model, fields, source=source, brings_back=not only_known, report=report, counts=report.of(label))
    created, updated, seen, outdated = [], [], set(), set()

    for values in rows:
        key = tuple(values[name] for name in model.key_columns())
        seen.add(key)
        row = existing.get(key)
        if source and values[source] in newest:
            outdated.add(values[source])
        elif row is None:
            if not only_known:
                created.append(
                    model(**values, shipped={n: plain(values[n]) for n in model.shipped_columns() if n in values})
                )
        elif not (only_known and _is_local(row)) and merger.merge(row, values):
            updated.append(row)

    if not only_known:
        left_alone = {newest[old].pk for old in outdated}
        unseen = [row for key, row in existing.items() if key not in seen and getattr(row, source) not in left_alone]
        updated += _retire(model, unseen, retire or Q(), file, report.of(label))
    for old in sorted(outdated):
        report.notes.append(f"Left alone: {label}. They are from a newer release already ({newest[old]}).")
    report.of(label).created += len(created)
    model._default_manager.bulk_create(created, batch_size=BATCH)
    _update(model, updated)


def _is_local(row: ReferenceModel) -> bool:
    """Whether the row was added here. Rows that loaddata brought have a source, but nothing as shipped."""
    return row.shipped is None and row.source_id is None


def _newest_releases(rows: Iterable[ReferenceModel], source: str | None) -> dict[int, DataSource]:
    """For the id of each release that a newer one in these rows has replaced: that newer one."""
    if not source:
        return {}
    present = {getattr(row, source) for row in rows}
    releases = DataSource.objects.in_bulk()
    newest = {}
    for pk, release in releases.items():
        newer = [
            other
            for other in releases.values()
            if other.pk in present and _series(other) == _series(release) and other.released_on > release.released_on
        ]
        if newer:
            newest[pk] = max(newer, key=lambda other: other.released_on)
    return newest


def _series(release: DataSource) -> str:
    """What the releases of one publication have in common: the short name up to the first number, such as "onet"."""
    return re.split(r"-\d", release.slug)[0]


def _retire(
    model: type[ReferenceModel], unseen: list[ReferenceModel], retire: Q, file: Path | None, counts: Counts
) -> list[ReferenceModel]:
    """Mark the rows that the release no longer has, and return them."""
    retirable = set(model._default_manager.current().filter(retire, shipped__isnull=False).values_list("pk", flat=True))
    gone = [row for row in unseen if row.pk in retirable]
    if file and len(gone) * 2 > len(retirable):
        raise ImportProblem(
            f"{len(gone):,} of {len(retirable):,} {model._meta.verbose_name_plural} are not in it.",
            file=file,
            expected="the whole release",
        )
    for row in gone:
        row.retired_on = timezone.localdate()
    counts.retired += len(gone)
    return gone


def _update(model: type[ReferenceModel], rows: list[ReferenceModel]) -> None:
    if rows:
        # One INSERT ... ON CONFLICT for a batch: bulk_update writes a CASE for each field and row, 20 times slower.
        model._default_manager.bulk_create(
            rows,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=[field.name for field in model._meta.concrete_fields if not field.primary_key],
        )


class _Merger:
    """Brings rows of the database up to date with a release, field by field."""

    def __init__(
        self,
        model: type[ReferenceModel],
        fields: Sequence[str],
        *,
        source: str | None,
        brings_back: bool,
        report: Report,
        counts: Counts,
    ):
        self.defaults = {name: model._meta.get_field(name).get_default() for name in fields}
        self.source, self.brings_back, self.report, self.counts = source, brings_back, report, counts

    def merge(self, row: ReferenceModel, values: dict[str, Any]) -> bool:
        """Change ``row``, count it and report the edits that stay. Returns whether the row is to be written."""
        shipped = row.shipped or {}
        differing = [name for name in self.defaults if getattr(row, name) != values[name]]
        # A field that was never shipped and still has its default was not edited either: the release fills it.
        kept = [
            name for name in differing if plain(getattr(row, name)) != shipped.get(name, plain(self.defaults[name]))
        ]
        taken = self._take(row, values, [name for name in differing if name not in kept], beside_edits=bool(kept))
        if kept:
            kept = [name for name in differing if name not in taken]
            self.counts.kept += 1
            key = " ".join(str(part) for part in row.natural_key())
            self.report.kept.append(f"{row._meta.verbose_name} {key}: {', '.join(kept)}")

        updated = bool(taken)
        if self.brings_back and row.retired_on:
            row.retired_on = None
            updated = True
        if self.source and getattr(row, self.source) != values[self.source]:
            setattr(row, self.source, values[self.source])
            updated = True
        remembered = shipped | {name: plain(values[name]) for name in self.defaults}
        written = updated or row.shipped != remembered
        row.shipped = remembered
        self.counts.updated += updated
        self.counts.unchanged += not updated and not kept
        return written

    def _take(self, row: ReferenceModel, values: dict[str, Any], names: list[str], *, beside_edits: bool) -> list[str]:
        """Take these fields from the release, unless they cannot stand beside the row's edits. Returns those taken."""
        before = {name: getattr(row, name) for name in names}
        for name in names:
            setattr(row, name, values[name])
        if beside_edits and names:
            try:
                row.validate_constraints()
            except ValidationError:
                # Such as an edited median above the new 75th percentile: then all of the row stays as it is.
                for name in names:
                    setattr(row, name, before[name])
                return []
        return names
