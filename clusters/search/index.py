"""Keeps SearchEntry in step with the content. The database keeps its full-text index in step with SearchEntry."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import F

from clusters.choices import ProgramStatus
from clusters.models import (
    AlternateTitle,
    Cluster,
    ContentVersion,
    Occupation,
    Pathway,
    Program,
    SearchEntry,
    SearchKind,
)
from clusters.search.words import stems_of

BATCH = 1000
_CONTENT = ("target", "title", "words", "length")


@dataclass(frozen=True)
class Source:
    """Which rows are found, by which columns, and what is shown for them."""

    model: type[models.Model]
    kind: SearchKind
    names: tuple[str, ...]
    target: str = "pk"
    # The row is only found while this one, too, is current.
    parent: str = ""
    # And while these hold.
    only: dict[str, Any] = field(default_factory=dict)


SOURCES = (
    Source(Cluster, SearchKind.CLUSTER, ("title_en",)),
    Source(Pathway, SearchKind.PATHWAY, ("title_en",), parent="cluster"),
    # A school's programs are found through the model programs they were made from, and on the page of the school.
    Source(
        Program,
        SearchKind.PROGRAM,
        ("title_en",),
        parent="pathway",
        only={"school": None, "status": ProgramStatus.PUBLISHED},
    ),
    Source(Occupation, SearchKind.OCCUPATION, ("title_en", "friendly_title_en")),
    Source(AlternateTitle, SearchKind.ALTERNATE_TITLE, ("title", "short_title"), "occupation_id", parent="occupation"),
)


def reindex(instance: models.Model, *, created: bool = False) -> None:
    """Bring the entries of a row, and of the rows that are found only with it, in step with the database.

    A row that was just created has no rows yet that are found with it.
    """
    for source in SOURCES:
        if isinstance(instance, source.model):
            _refresh(source, pk=instance.pk)
        elif (
            not created
            and source.parent
            and isinstance(instance, source.model._meta.get_field(source.parent).related_model)
        ):
            _refresh(source, **{source.parent: instance.pk})


def remove(instance: models.Model) -> None:
    """Forget a row that was deleted."""
    kinds = [source.kind for source in SOURCES if isinstance(instance, source.model)]
    SearchEntry.objects.filter(kind__in=kinds, row=instance.pk).delete()


@transaction.atomic
def rebuild() -> int:
    """Bring all entries in step with the database, after a bulk load; returns how many there are."""
    if sum(_refresh(source) for source in SOURCES):
        ContentVersion.bump()
    return SearchEntry.objects.count()


def _refresh(source: Source, **condition) -> int:
    """Write the entries that differ and delete those that lead nowhere; returns how many it was."""
    rows = source.model._default_manager.filter(**condition)
    known = SearchEntry.objects.filter(kind=source.kind)
    if condition:
        known = known.filter(row__in=rows.values("pk"))
    known = {row: (pk, content) for pk, row, *content in known.values_list("pk", "row", *_CONTENT)}
    rows = rows.current().filter(**source.only)
    if source.parent:
        parents = source.model._meta.get_field(source.parent).related_model._default_manager.current()
        rows = rows.filter(**{f"{source.parent}__in": parents.order_by().values("pk")})
    changed = []
    for row, target, *names in rows.values_list("pk", F(source.target), *source.names).iterator(BATCH):
        content = _content(target, names)
        if known.pop(row, (None, None))[1] != content:
            changed.append(SearchEntry(kind=source.kind, row=row, **dict(zip(_CONTENT, content, strict=True))))
    gone = [pk for pk, _ in known.values()]
    for start in range(0, len(gone), BATCH):
        SearchEntry.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    SearchEntry.objects.bulk_create(
        changed, batch_size=BATCH, update_conflicts=True, unique_fields=["kind", "row"], update_fields=_CONTENT
    )
    return len(changed) + len(gone)


def _content(target: int, names: list[str | None]) -> list:
    """The columns of an entry. Further names that say something new follow the first in parentheses: "Nurse (RN)"."""
    title = names[0] or ""
    for name in names[1:]:
        if name and not stems_of(name).keys() <= stems_of(title).keys():
            title += f" ({name})"
    words = stems_of(title)
    return [target, title, " ".join(words), len(words)]
