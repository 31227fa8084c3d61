"""The files of fixtures/: the reference data as the project ships it, read and written."""

import datetime
import gzip
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import DecimalField, Field, QuerySet

from clusters.importers.base import Report, note_source, take_over
from clusters.importers.tables import ImportProblem, Progress, silent
from clusters.models import (
    AlternateTitle,
    Cluster,
    Course,
    CourseSlot,
    Credential,
    DataSource,
    Framework,
    Major,
    MajorOccupation,
    Occupation,
    OccupationSkill,
    OccupationTechnology,
    Pathway,
    PathwayOccupation,
    Program,
    ProgramCredential,
    ProgramMajor,
    ProgramOccupation,
    RelatedOccupation,
    Skill,
    Technology,
    WorkBasedLearning,
)
from clusters.models.base import NaturalKeyModel, ReferenceModel

FIXTURES = settings.BASE_DIR / "fixtures"

# In the order in which they are loaded: a file refers only to files above it.
FILES: dict[str, list[type]] = {
    "sources.json": [DataSource],
    "framework.json": [Framework, Cluster, Pathway],
    "occupations.json.gz": [Occupation],
    "pathway_occupations.json": [PathwayOccupation],
    "skills.json.gz": [Skill, OccupationSkill],
    "technologies.json.gz": [Technology, OccupationTechnology],
    "related_occupations.json.gz": [RelatedOccupation],
    "alternate_titles.json.gz": [AlternateTitle],
    "majors.json.gz": [Major, MajorOccupation],
    "courses.json.gz": [Course],
    "credentials.json": [Credential],
    "programs.json": [Program],
    "program_parts.json.gz": [CourseSlot, ProgramOccupation, ProgramCredential, WorkBasedLearning, ProgramMajor],
}
# The parts of an occupation that do not come with its code and title, and where each has its source, if it has one.
PARTS = (
    ("words for occupations", Occupation.WORDS, None),
    ("interests of occupations", Occupation.INTERESTS, "interests_source_id"),
    ("wages of occupations", Occupation.WAGES, "wages_source_id"),
    ("outlook of occupations", Occupation.OUTLOOK, "outlook_source_id"),
)


def load(report: Report, *, folder: Path = FIXTURES, progress: Progress = silent) -> None:
    """Take over all fixtures of ``folder`` into the database, in the caller's transaction."""
    ids: dict[type[NaturalKeyModel], dict[tuple, int]] = {}
    for name in progress(FILES, folder.name):
        records = _read(folder / name)
        for model in FILES[name]:
            own = [record["fields"] for record in records if record["model"] == model._meta.label_lower]
            rows = _rows(model, own, ids, file=folder / name)
            if model is DataSource:
                _load_sources(rows, report)
            elif model is Occupation:
                _load_occupations(list(rows), report)
            else:
                take_over(model, rows, fields=model.shipped_columns(), report=report)
            ids.pop(model, None)


def _load_sources(rows: Iterable[dict[str, Any]], report: Report) -> None:
    for row in rows:
        released_on = datetime.date.fromisoformat(row["released_on"])
        note_source(report, **row | {"released_on": released_on})


def _load_occupations(rows: list[dict[str, Any]], report: Report) -> None:
    """Part by part, because each is from a release of its own, and the database may have a newer one of some."""
    in_parts = {column for _label, fields, _source in PARTS for column in Occupation.columns_of(fields)}
    columns = [name for name in Occupation.shipped_columns() if name not in in_parts]
    take_over(Occupation, rows, fields=columns, report=report)
    for label, fields, source in PARTS:
        columns = Occupation.columns_of(fields)
        take_over(Occupation, rows, fields=columns, report=report, source=source, label=label, only_known=True)


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        data = file.read_bytes()
        return json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)
    except FileNotFoundError:
        raise ImportProblem("There is no such file.", file=file, expected="it in the folder fixtures") from None
    except json.JSONDecodeError as error:
        raise ImportProblem(
            f"{error.msg}.", file=file, line=error.lineno, expected="JSON as Django writes it"
        ) from error
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ImportProblem(
            f"It cannot be read ({error}).", file=file, expected="the file as it was shipped"
        ) from error


def _rows(
    model: type[NaturalKeyModel],
    records: list[dict[str, Any]],
    ids: dict[type[NaturalKeyModel], dict[tuple, int]],
    *,
    file: Path,
) -> Iterator[dict[str, Any]]:
    """The records as attributes of ``model``; natural keys of other rows become their ids, kept in ``ids``."""
    fields = _fields(model)
    for field in fields:
        if field.related_model and field.related_model not in ids:
            ids[field.related_model] = _ids(field.related_model)
    for record in records:
        row = {}
        for field in fields:
            value = record.get(field.name, field.get_default())
            if isinstance(field, DecimalField):
                value = field.to_python(value)
            elif field.related_model and value is not None:
                try:
                    value = ids[field.related_model][tuple(value)]
                except KeyError:
                    raise ImportProblem(
                        f"{model._meta.verbose_name} refers to {field.name} {value}.",
                        file=file,
                        expected="a row that is shipped too",
                    ) from None
            row[field.attname] = value
        yield row


def _fields(model: type[NaturalKeyModel]) -> list[Field]:
    """What fixtures have of a row. Of a translated field that is the column for each language, not the field itself."""
    left_out = set(model.LOCAL)
    if issubclass(model, ReferenceModel):
        left_out |= set(model.SHIPPED) - set(model.shipped_columns())
    return [field for field in model._meta.concrete_fields if not field.primary_key and field.name not in left_out]


def _ids(model: type[NaturalKeyModel]) -> dict[tuple, int]:
    return {
        tuple(key): pk
        for pk, *key in model._default_manager.of_releases().values_list("pk", *model.natural_key_lookups())
    }


def dump(*, folder: Path = FIXTURES, progress: Progress = silent) -> dict[str, int]:
    """Write the reference data of this database to ``folder``; returns the number of rows in each file.

    The same data gives the same bytes: rows in the order of their natural keys, fields in the order of the model, one
    row a line. Rows that were added here or are retired are left out, and what refers to them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name in progress(FILES, folder.name):
        records = [record for model in FILES[name] for record in _records(model)]
        text = "[\n" + ",\n".join(records) + "\n]\n"
        _write(folder / name, text.encode())
        written[name] = len(records)
    return written


def _write(file: Path, data: bytes) -> None:
    if file.suffix == ".gz":
        # No time and no file name in the header, so that the bytes depend on the data alone.
        with file.open("wb") as stream, gzip.GzipFile("", "wb", 9, stream, mtime=0) as packed:
            packed.write(data)
    else:
        file.write_bytes(data)


def _records(model: type[NaturalKeyModel]) -> Iterator[str]:
    """The rows of a model in the form that loaddata reads too, without the fields that have their default."""
    columns = {}
    for field in _fields(model):
        keys = field.related_model.natural_key_lookups() if field.related_model else []
        columns[field] = [f"{field.name}__{key}" for key in keys] or [field.name]
    natural_key = model.natural_key_lookups()
    # Sorted here, because databases disagree about the order of letters.
    rows = _shipped(model).values(*natural_key, *chain(*columns.values()))
    for row in sorted(rows, key=itemgetter(*natural_key)):
        record = {}
        for field, names in columns.items():
            value, empty = row[names[0]], field.get_default()
            if field.related_model:
                value, empty = [row[name] for name in names], [None] * len(names)
            if value != empty:
                # A JSON object comes back from PostgreSQL in another order.
                record[field.name] = dict(sorted(value.items())) if isinstance(value, dict) else value
        yield json.dumps({"model": model._meta.label_lower, "fields": record}, ensure_ascii=False, default=str)


def _shipped(model: type[NaturalKeyModel]) -> QuerySet:
    rows = model._default_manager.of_releases()
    if issubclass(model, ReferenceModel):
        rows = rows.current().filter(shipped__isnull=False)
        for field in _fields(model):
            if field.related_model and issubclass(field.related_model, ReferenceModel):
                rows = rows.filter(**{f"{field.name}__in": _shipped(field.related_model)})
    return rows
