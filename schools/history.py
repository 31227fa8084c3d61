"""What rows said before: a version for each change, with who made it, and the way back to any of them.

A revision of django-reversion holds a root and all of its parts (schools/wholes.py). Whoever changes content does it within
``recording``; what others changed in between (a newer release, say) becomes a version of its own, without a name.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import reversion
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max, Model, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from reversion.models import Version

from schools import audit
from schools.choices import AuditAction
from schools.models import School, User
from schools.wholes import ROOT, State, Whole, by_model, fields_of, whole_of


class CannotBeRestored(Exception):
    """Says to people why a version cannot come back."""


@dataclass(frozen=True)
class Saved:
    """A version: its number, when it was saved, by whom (empty: nobody by hand), on what occasion, and what it says."""

    pk: int
    at: datetime
    who: str
    comment: str
    state: State


class Recording:
    """The rows whose changes are being written down. ``watch`` those that are there, ``add`` those that were made."""

    def __init__(self):
        self.rows: list[Model] = []

    def watch(self, *rows: Model) -> None:
        """Call before the rows are changed. They stay locked until the end of the transaction."""
        _write(rows, who="", comment=_("As it was before"), lock=True)
        self.rows += rows

    def add(self, *rows: Model) -> None:
        self.rows += rows


@contextmanager
def recording(*rows: Model, by: User | None, comment: str = "") -> Iterator[Recording]:
    """Leave a version of each of the rows that is changed within, in one transaction with the change.

    ``rows`` are roots as they are registered; ``comment`` says on what occasion, where the changes do not say it themselves;
    ``by`` is None for a command.
    """
    with transaction.atomic():
        record = Recording()
        record.watch(*rows)
        yield record
        _write(record.rows, who=_name_of(by), comment=comment, by=by)


def versions_of(row: Model) -> QuerySet[Version]:
    """The versions of a row, the newest first."""
    return Version.objects.get_for_object(row).select_related("revision").order_by("-pk")


def read(whole: Whole, versions: Iterable[Version]) -> list[Saved]:
    """What versions of roots of one kind say, in two queries at most however many they are."""
    versions = list(versions)
    found = {version.pk: {ROOT: _values(version)} | {part.name: {} for part in whole.parts} for version in versions}
    if whole.parts:
        _read_parts(whole, versions, found)
    return [
        Saved(version.pk, version.revision.date_created, *_occasion(version.revision), found[version.pk])
        for version in versions
    ]


def newest(whole: Whole, pks: Iterable[int]) -> dict[str, Saved]:
    """The newest version of each root, by its number as text."""
    versions = Version.objects.get_for_model(whole.model)
    last = (
        versions.filter(object_id__in=[str(pk) for pk in pks]).order_by().values("object_id").annotate(last=Max("pk"))
    )
    found = Version.objects.filter(pk__in=[each["last"] for each in last]).select_related("revision")
    return {next(iter(saved.state[ROOT])): saved for saved in read(whole, found)}


# --- The way back -----------------------------------------------------------------------------------------------------


def target_of(whole: Whole, now: State, version: State) -> State:
    """What taking a root back to a version makes of it: some columns stay, and so do parts that nobody may take out."""
    ((row, values),) = now[ROOT].items()
    goes_back = {name: value for name, value in version[ROOT][row].items() if name not in whole.stays}
    target = {ROOT: {row: values | {name: value for name, value in goes_back.items() if name in values}}}
    for part in whole.parts:
        added = [int(pk) for pk in now[part.name].keys() - version[part.name].keys()]
        fixed = [str(each.pk) for each in part.model._base_manager.filter(pk__in=added) if whole.fixed(each)]
        target[part.name] = version[part.name] | {pk: now[part.name][pk] for pk in fixed}
    return target


def restore(*, row: Model, version: Version, by: User) -> None:
    """Take a row with its parts back to a version, as a whole or not at all. Raises CannotBeRestored."""
    whole = whole_of(type(row))
    (saved,) = read(whole, [version])
    at = date_format(localtime(saved.at), "DATETIME_FORMAT")
    try:
        with recording(row, by=by, comment=_("Taken back to the version of %(at)s") % {"at": at}):
            (root,) = whole.load([row.pk])
            now = whole.state_of(root)
            target = target_of(whole, now, saved.state)
            _refuse_what_is_gone(whole, target)
            _restore(whole, root, now, target)
            school = root if isinstance(root, School) else getattr(root, "school_id", None)
            audit.record(AuditAction.REVERT, by=by, subject=root, school=school, detail=at)
    except ValidationError as error:
        raise CannotBeRestored(" ".join(error.messages)) from error
    except IntegrityError as error:
        message = _("It contradicts something that was changed since. Edit the form instead.")
        raise CannotBeRestored(message) from error


def _restore(whole, root, now, target):
    for part in whole.parts:
        before, after = now[part.name], target[part.name]
        # Taken out first: what comes back may need their place.
        for each in part.model._base_manager.filter(pk__in=[int(pk) for pk in before.keys() - after.keys()]):
            each.delete()
        there = {str(each.pk): each for each in getattr(root, part.name).all()}
        for pk, values in after.items():
            if values != before.get(pk):
                _assign(there.get(pk) or part.model(pk=int(pk)), values, is_new=pk not in there)
    ((pk, values),) = target[ROOT].items()
    if values != now[ROOT][pk]:
        _assign(root, values, is_new=False)
    whole.check(root)


def _assign(row, values, *, is_new):
    lists = {}
    for column, value in fields_of(type(row), values):
        if column.many_to_many:
            lists[column.name] = value
        else:
            setattr(row, column.attname, column.to_python(value))
    row.full_clean()
    row.save(force_insert=is_new)
    for name, value in lists.items():
        getattr(row, name).set(value)


def _refuse_what_is_gone(whole, target):
    """SQLite would notice only at the end of the transaction, and say nothing that helps."""
    named = defaultdict(set)
    for model, rows in [(whole.model, target[ROOT]), *((part.model, target[part.name]) for part in whole.parts)]:
        for values in rows.values():
            for column, value in fields_of(model, values):
                if column.many_to_many:
                    named[column.related_model].update(value)
                elif column.many_to_one and value is not None:
                    named[column.related_model].add(value)
    for model, pks in named.items():
        if model._base_manager.filter(pk__in=pks).count() < len(pks):
            message = _("Something that this version names was deleted since: %s. Edit the form instead.")
            raise CannotBeRestored(message % model._meta.verbose_name)


# --- Writing and reading versions -------------------------------------------------------------------------------------


def _write(rows, *, who, comment, by=None, lock=False):
    """A version of each of the rows whose newest one says something else, all in one revision."""
    changed = []
    for model, pks in by_model(rows).items():
        whole = whole_of(model)
        roots = whole.load(pks, lock=lock)
        last = newest(whole, pks)
        changed += [
            root for root in roots if str(root.pk) not in last or last[str(root.pk)].state != whole.state_of(root)
        ]
    if changed:
        with reversion.create_revision(manage_manually=True):
            reversion.set_user(by)
            # The account may be gone one day; the name stays.
            reversion.set_comment(f"{who}\n{comment}")
            for root in changed:
                reversion.add_to_revision(root)


def _name_of(user: User | None) -> str:
    if user is None:
        return ""
    name, sign_in = user.get_full_name(), user.get_username()
    return f"{name} ({sign_in})" if name else sign_in


def _occasion(revision) -> tuple[str, str]:
    who, _newline, comment = revision.comment.partition("\n")
    return who, comment


def _values(version):
    (written,) = json.loads(version.serialized_data)
    return {version.object_id: written["fields"]}


def _read_parts(whole, versions, found):
    """A revision may hold several roots with their parts: each part says to which it belongs."""
    roots = {(version.revision_id, version.object_id): version.pk for version in versions}
    kinds = {ContentType.objects.get_for_model(part.model).pk: part for part in whole.parts}
    parts = Version.objects.filter(revision__in={version.revision_id for version in versions}, content_type__in=kinds)
    for row in parts.order_by("pk"):
        part = kinds[row.content_type_id]
        values = _values(row)
        root = roots.get((row.revision_id, str(values[row.object_id][part.parent])))
        if root:
            found[root][part.name] |= values
