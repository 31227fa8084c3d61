"""The files of fixtures/: the reference data as the project ships it, read and written."""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import serializers

from clusters.importers.base import ImportProblem, Report, take_over
from clusters.models import (
    AlternateTitle,
    Cluster,
    Course,
    DataSource,
    Framework,
    Major,
    MajorOccupation,
    Occupation,
    OccupationSkill,
    OccupationTechnology,
    Pathway,
    PathwayOccupation,
    RelatedOccupation,
    Skill,
    Technology,
)
from clusters.models.base import ReferenceModel

FIXTURES = settings.BASE_DIR / "fixtures"

# In the order in which they are loaded: a file refers only to files above it.
FILES: dict[str, list[type]] = {
    "sources.json": [DataSource],
    "framework.json": [Framework, Cluster, Pathway],
    "occupations.json": [Occupation],
    "pathway_occupations.json": [PathwayOccupation],
    "skills.json.gz": [Skill, OccupationSkill],
    "technologies.json.gz": [Technology, OccupationTechnology],
    "related_occupations.json.gz": [RelatedOccupation],
    "alternate_titles.json.gz": [AlternateTitle],
    "majors.json.gz": [Major, MajorOccupation],
    "courses.json.gz": [Course],
}
# What this installation knows about a row, and no release does.
LOCAL_FIELDS = {"shipped", "retired_on"}


def load(report: Report, *, folder: Path = FIXTURES, progress: Callable[[Iterable], Iterable] = iter) -> None:
    """Take over all fixtures into the database, in the caller's transaction."""
    ids: dict[type, dict[tuple, int]] = {}
    for name in progress(FILES):
        records = _read(folder / name)
        for model in FILES[name]:
            own = [record["fields"] for record in records if record["model"] == model._meta.label_lower]
            rows = list(_rows(model, own, ids, file=folder / name))
            if model is DataSource:
                _load_sources(rows, report)
            else:
                fields = model.shipped_columns()
                sources = [f.attname for f in model._meta.concrete_fields if f.related_model is DataSource]
                take_over(model, rows, fields=fields, sources=sources, report=report)
            ids.pop(model, None)


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        data = file.read_bytes()
        return json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)
    except FileNotFoundError:
        raise ImportProblem("The file is missing.", file=file, expected="it in the folder fixtures") from None
    except json.JSONDecodeError as error:
        raise ImportProblem(
            f"{error.msg}.", file=file, line=error.lineno, expected="JSON as Django writes it"
        ) from error
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ImportProblem(
            f"It cannot be read ({error}).", file=file, expected="the file as it was shipped"
        ) from error


def _rows(model, records: list[dict], ids: dict[type, dict[tuple, int]], *, file: Path) -> Iterator[dict[str, Any]]:
    """The records as attributes of ``model``, natural keys of other rows replaced by their ids."""
    fields = [f for f in model._meta.concrete_fields if not f.primary_key and f.name not in LOCAL_FIELDS]
    translations = _translated_originals(model)
    for record in records:
        row = {}
        for f in fields:
            if f.name in translations:
                continue
            value = record.get(f.name, f.get_default())
            if f.related_model and value is not None:
                if f.related_model not in ids:
                    ids[f.related_model] = _ids(f.related_model)
                try:
                    value = ids[f.related_model][tuple(value)]
                except KeyError:
                    raise ImportProblem(
                        f"{model._meta.verbose_name} refers to {f.name} {value}.",
                        file=file,
                        expected="a row that is shipped too",
                    ) from None
            row[f.attname] = value
        yield row


def _translated_originals(model) -> set[str]:
    """Names of translated fields themselves: their columns for each language are what is shipped."""
    return (
        set(getattr(model, "SHIPPED", ())) - set(model.shipped_columns())
        if issubclass(model, ReferenceModel)
        else set()
    )


def _ids(model) -> dict[tuple, int]:
    return {tuple(key): pk for pk, *key in model._default_manager.values_list("pk", *model.natural_key_lookups())}


def _load_sources(rows: list[dict[str, Any]], report: Report) -> None:
    counts = report.of(DataSource)
    known = {source.slug: source for source in DataSource.objects.all()}
    for row in rows:
        source = known.get(row["slug"])
        values = {name: DataSource._meta.get_field(name).to_python(value) for name, value in row.items()}
        if source is None:
            DataSource.objects.create(**values)
            counts.created += 1
        elif any(getattr(source, name) != value for name, value in values.items()):
            DataSource.objects.filter(pk=source.pk).update(**values)
            counts.updated += 1
        else:
            counts.unchanged += 1


def dump(*, folder: Path = FIXTURES, progress: Callable[[Iterable], Iterable] = iter) -> dict[str, int]:
    """Write the reference data of this database to ``folder``; returns the number of rows in each file.

    The same data gives the same bytes: rows in the order of their natural keys, fields in the order of the model, one row a
    line. Rows that were added here and retired rows are left out.
    """
    written = {}
    for name in progress(FILES):
        records = [line for model in FILES[name] for line in _records(model)]
        text = "[\n" + ",\n".join(records) + "\n]\n"
        data = text.encode()
        # No time and no file name in the header, so that the bytes depend on the data alone.
        (folder / name).write_bytes(gzip.compress(data, 9, mtime=0) if name.endswith(".gz") else data)
        written[name] = len(records)
    return written


def _records(model) -> Iterator[str]:
    queryset = model._default_manager.order_by(*model.natural_key_lookups())
    if issubclass(model, ReferenceModel):
        queryset = queryset.current().exclude(shipped=None)
    related = [f.name for f in model._meta.concrete_fields if f.related_model]
    queryset = queryset.select_related(
        *related, *(n for n in ("pathway__cluster__framework", "cluster__framework") if n.split("__")[0] in related)
    )
    skipped = LOCAL_FIELDS | _translated_originals(model)
    fields = [f.name for f in model._meta.concrete_fields if not f.primary_key and f.name not in skipped]
    for record in serializers.serialize(
        "python", queryset, use_natural_foreign_keys=True, use_natural_primary_keys=True, fields=fields
    ):
        # What is empty is left out: a reader takes the field's default.
        values = {
            name: record["fields"][name]
            for name in fields
            if record["fields"][name] != model._meta.get_field(name).get_default()
        }
        yield json.dumps({"model": record["model"], "fields": values}, ensure_ascii=False, default=str)
