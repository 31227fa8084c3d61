"""What is edited, kept and taken back together: a row with all of its parts, such as a program with its courses.

``register`` names the wholes once; the state of one is plain data, so that two of them can be compared, whether they come
from the database, from the history (schools/history.py) or from a form that was opened an hour ago.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import reversion
from django.core import serializers, signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model, Prefetch, QuerySet
from modeltranslation.manager import get_translatable_fields_for_model

# For the root ("") and each kind of parts: the values of each row by its number, as the JSON serializer writes both.
State = dict[str, dict[str, dict[str, Any]]]
ROOT = ""


class Change(NamedTuple):
    """A value that differs between two states, of the root or of one of its parts.

    Where a part was added or taken out, ``column`` is empty and ``old`` or ``new`` is None; the other one has its values.
    ``told`` are the values of the part, which say which one it is.
    """

    part: str
    row: str
    column: str
    old: Any
    new: Any
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """One kind of rows that belong to a root: its name there, its model, the way back, and what tells one from another."""

    name: str
    model: type[Model]
    parent: str
    told_by: tuple[str, ...]


@dataclass(frozen=True)
class Whole:
    """A root model with its parts.

    ``stays``: columns of the root that are never taken back. ``unseen``: columns that are kept for the machine, of the root
    and of parts. ``fixed`` tells parts that nobody may take out. ``check`` raises ValidationError for a root that cannot be.
    """

    model: type[Model]
    parts: tuple[Part, ...] = ()
    stays: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    fixed: Callable[[Model], bool] = field(default=lambda row: False)
    check: Callable[[Model], None] = field(default=lambda row: None)

    def part(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def seen(self, model: type[Model]) -> list[str]:
        """The columns that people edit, of the root's model or of a part's."""
        return [name for name in kept_columns(model) if name not in self.unseen]

    def load(self, pks: Iterable[int], *, lock: bool = False) -> list[Model]:
        """Roots with all their parts, read now; none for a root that is gone. ``lock`` needs a transaction."""
        parts = [Prefetch(part.name, _rows(part.model, lock)) for part in self.parts]
        lists = [
            Prefetch(column.name, column.related_model._base_manager.order_by("pk"))
            for column in _kept_fields(self.model)
            if column.many_to_many
        ]
        return list(_rows(self.model, lock).filter(pk__in=list(pks)).prefetch_related(*parts, *lists))

    def state_of(self, root: Model) -> State:
        """The state of a root as ``load`` returns it."""
        return {ROOT: values_of([root])} | {part.name: values_of(getattr(root, part.name).all()) for part in self.parts}

    def changes(self, old: State, new: State) -> Iterator[Change]:
        """How people see that one state became the other, the root first, then the parts in their order."""
        for (row, before), after in zip(old[ROOT].items(), new[ROOT].values(), strict=True):
            yield from _column_changes(ROOT, row, before, after, self.seen(self.model))
        for part in self.parts:
            before, after = old.get(part.name, {}), new.get(part.name, {})
            columns = [name for name in self.seen(part.model) if name != part.parent]
            for row in sorted({*before, *after}, key=int):
                if row in before and row in after:
                    yield from _column_changes(part.name, row, before[row], after[row], columns)
                else:
                    there = after.get(row) or before[row]
                    yield Change(part.name, row, "", before.get(row), after.get(row), there)


_WHOLES: dict[type[Model], Whole] = {}
_COLUMNS: dict[type[Model], tuple[str, ...]] = {}


def register(
    model: type[Model], *, parts: Mapping[str, tuple[str, ...]] | None = None, leaves_out: Iterable[str] = (), **traits
) -> None:
    """Make a model the root of a whole, with history.

    ``parts`` are the names of its relations to its parts, each with the columns that tell one part from another;
    ``leaves_out`` are columns that no history keeps, of the root and of parts; ``traits`` are those of ``Whole``.
    """
    found = []
    for name, told_by in (parts or {}).items():
        relation = model._meta.get_field(name)
        found.append(Part(name, relation.related_model, relation.field.name, told_by))
        _keep(relation.related_model, leaves_out, follow=())
    _keep(model, leaves_out, follow=[part.name for part in found])
    traits = {name: frozenset(value) if isinstance(value, tuple) else value for name, value in traits.items()}
    _WHOLES[model] = Whole(model, tuple(found), **traits)


def whole_of(model: type[Model]) -> Whole:
    return _WHOLES[model]


def is_whole(model: type[Model]) -> bool:
    return model in _WHOLES


def states_of(rows: Iterable[Model], *, lock: bool = False) -> dict[tuple[str, int], State]:
    """The state now of each of the rows, which may be of several models, by name of the model and number."""
    return {
        (model._meta.label_lower, root.pk): _WHOLES[model].state_of(root)
        for model, pks in by_model(rows).items()
        for root in _WHOLES[model].load(pks, lock=lock)
    }


def by_model(rows: Iterable[Model]) -> dict[type[Model], list[int]]:
    found: dict[type[Model], list[int]] = {}
    for row in rows:
        found.setdefault(type(row), []).append(row.pk)
    return found


def values_of(rows: Iterable[Model]) -> dict[str, dict[str, Any]]:
    """The values of rows of one model, by their number. Needs lists of other rows prefetched in a fixed order."""
    rows = list(rows)
    if not rows:
        return {}
    written = serializers.serialize("json", rows, fields=kept_columns(type(rows[0])))
    return {str(each["pk"]): each["fields"] for each in json.loads(written)}


def kept_columns(model: type[Model]) -> tuple[str, ...]:
    return _COLUMNS[model]


def fields_of(model: type[Model], values: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
    """The columns that still are, of those that a state has, with their values."""
    for name, value in values.items():
        try:
            yield model._meta.get_field(name), value
        except FieldDoesNotExist:
            continue


# --- What a page that asks was shown with -----------------------------------------------------------------------------


def stamp_of(rows: Iterable[Model]) -> str:
    """What the rows say now, in a few signed letters that a page which asks first can carry to the answer."""
    return signing.dumps(_digest(rows, lock=False), salt=__name__)


def changed_since(stamp: str, rows: Iterable[Model]) -> bool:
    """Whether any of the rows says something else than when the stamp was made, or is another one.

    Locks the rows, and so needs a transaction; nobody changes them until it ends.
    """
    try:
        shown = signing.loads(stamp, salt=__name__)
    except signing.BadSignature:
        return True
    return shown != _digest(rows, lock=True)


def _digest(rows, *, lock):
    states = sorted(states_of(rows, lock=lock).items())
    return hashlib.sha256(json.dumps(states, sort_keys=True).encode()).hexdigest()


def _rows(model: type[Model], lock: bool) -> QuerySet:
    """Rows with those that they name, in the order in which everybody locks them."""
    keys = [column.name for column in model._meta.concrete_fields if column.many_to_one]
    rows = model._base_manager.select_related(*keys).order_by("pk")
    return rows.select_for_update(of=("self",), no_key=True) if lock else rows


def _column_changes(part, row, before, after, columns):
    for name in columns:
        old, new = before.get(name), after.get(name)
        # Forms write an empty text where there was none.
        if old != new and not (old in (None, "") and new in (None, "")):
            yield Change(part, row, name, old, new, after)


def _kept_fields(model):
    return [model._meta.get_field(name) for name in kept_columns(model)]


def _keep(model, leaves_out, *, follow):
    if reversion.is_registered(model):
        return
    # A translated field is another name for its column in the language of the page.
    out = {model._meta.pk.name, *leaves_out, *(get_translatable_fields_for_model(model) or ())}
    lists = [each for each in model._meta.local_many_to_many if each.remote_field.through._meta.auto_created]
    _COLUMNS[model] = tuple(each.name for each in [*model._meta.local_fields, *lists] if each.name not in out)
    reversion.register(model, fields=_COLUMNS[model], follow=follow)
