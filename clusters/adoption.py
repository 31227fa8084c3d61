"""A school makes a model program its own, and later takes over what changed in the model, one change at a time.

Three states of a program are compared: what the model said when it was adopted (``Program.adopted``), what it says now, and
what the school has made of it. A change is what differs between the first two; what the school changed itself is no change.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clusters.models import (
    CourseSlot,
    Program,
    ProgramCredential,
    ProgramMajor,
    ProgramOccupation,
    ProgramPart,
    WorkBasedLearning,
)
from clusters.models.base import plain
from clusters.services import log
from schools.history import recording
from schools.models import School, User

# What a program's rows have of their own, and no copy of them has.
_NOT_COPIED = {"id", "program", "source", "shipped", "retired_on"}
# Where a row stands among others says nothing about it; one row put in would change all after it.
_NOT_COMPARED = {"position", "status"}
# What kind of course it is and, of a career-technical one, how far it goes.
_ONE_THING = {"kind", "stage"}


@dataclass(frozen=True)
class Part:
    """One kind of rows of a program: their name there, and what tells one of them from the others."""

    name: str
    model: type[ProgramPart]
    key: Callable[[Any], str]

    @property
    def columns(self) -> list[str]:
        return [name for name in self.model.shipped_columns() if name not in _NOT_COMPARED]


PARTS = (
    Part("course_slots", CourseSlot, lambda row: row.key),
    Part("program_occupations", ProgramOccupation, lambda row: str(row.occupation_id)),
    Part("program_credentials", ProgramCredential, lambda row: str(row.credential_id)),
    Part("work_based_learning", WorkBasedLearning, lambda row: row.key),
    Part("program_majors", ProgramMajor, lambda row: f"{row.major_id} {row.award}"),
)
# The group of the changes in what the program itself says.
COLUMNS = "columns"


@dataclass(frozen=True)
class Change:
    """Something that the model program says otherwise than when the school adopted it.

    ``model`` and ``own`` are what the model program and the school's say now, in words; empty where they have nothing there.
    """

    group: str
    key: str
    label: str
    model: str
    own: str

    @property
    def name(self) -> str:
        """Names the change in a form."""
        return f"{self.group}:{self.key}"


def picture(program: Program) -> dict[str, dict[str, Any]]:
    """All that a program says, in a form that can be stored and compared. Needs ``with_parts()``."""
    seen: dict[str, dict[str, Any]] = {COLUMNS: _values(program, _program_columns())}
    for part in PARTS:
        seen[part.name] = {part.key(row): _values(row, part.columns) for row in getattr(program, part.name).all()}
    return seen


def adopt(*, program: Program, school: School, by: User) -> Program:
    """A draft of the school's own program, copied from a model program with all of its parts."""
    with recording(by=by, comment=_("Adopted from the model program")) as record:
        program = Program.objects.with_parts().get(pk=program.pk)
        own = Program(
            slug=_free_slug(program, school),
            pathway=program.pathway,
            position=program.position,
            school=school,
            based_on=program,
            adopted=picture(program),
            **_values(program, _program_columns()),
        )
        own.save(force_insert=True)
        for part in PARTS:
            part.model.objects.bulk_create(_copy(row, own) for row in getattr(program, part.name).all())
        log([own], by=by, flag=ADDITION, message=f"Adopted from {program.slug}")
        record.add(own)
    return own


def changes(program: Program, model: Program | None = None) -> list[Change]:
    """What changed in the model program since this one was copied from it, and is not here yet. Needs ``with_parts()``.

    ``model`` is the model program with its parts, where it is at hand already.
    """
    if program.based_on is None:
        return []
    model = model or Program.objects.with_parts().get(pk=program.based_on_id)
    return [change for change, _take in _changes(program, model)]


def settle(*, program: Program, change: str, take: bool, by: User) -> bool:
    """Take a change over from the model program, or keep what the school has; either way it is not shown again.

    Returns False where there is no such change any more.
    """
    comment = _("Taken over from the model program") if take else _("Kept, unlike the model program")
    with recording(program, by=by, comment=comment):
        return _settle(Program.objects.with_parts().get(pk=program.pk), change, take, by)


def _settle(program: Program, change: str, take: bool, by: User) -> bool:
    if program.based_on is None:
        return False
    model = Program.objects.with_parts().get(pk=program.based_on_id)
    for found, take_over in _changes(program, model):
        if found.name == change:
            if take:
                take_over()
            now = picture(model)[found.group].get(found.key)
            settled = program.adopted.setdefault(found.group, {})
            if now is None:
                settled.pop(found.key, None)
            else:
                settled[found.key] = now
            program.save()
            log([program], by=by, flag=CHANGE, message=f"{'Took over' if take else 'Kept its own'}: {found.label}")
            return True
    return False


def _changes(program: Program, model: Program) -> Iterator[tuple[Change, Callable[[], None]]]:
    """Each change, and what takes it over."""
    yield from _column_changes(program, model)
    for part in PARTS:
        yield from _part_changes(part, program, model)


def _column_changes(program, model):
    adopted, now, own = (program.adopted or {}).get(COLUMNS, {}), _values(model, _program_columns()), program
    for name, value in now.items():
        if _differ(value, adopted.get(name)) and _differ(value, getattr(own, name)):
            label = str(Program._meta.get_field(name).verbose_name)
            change = Change(COLUMNS, name, label, _shown(model, name), _shown(own, name))
            yield change, lambda name=name, value=value: setattr(program, name, value)


def _part_changes(part, program, model):
    adopted = (program.adopted or {}).get(part.name, {})
    now = {part.key(row): row for row in getattr(model, part.name).all()}
    own = {part.key(row): row for row in getattr(program, part.name).all()}
    kind = str(part.model._meta.verbose_name)
    for key, row in now.items():
        values, mine = _values(row, part.columns), own.get(key)
        if key not in adopted:
            if mine is None:
                yield Change(part.name, key, kind, _described(row, part), ""), _copy(row, program).save
        elif mine is not None:
            fresh = {
                name: value
                for name, value in values.items()
                if _differ(value, adopted[key].get(name)) and _differ(value, plain(getattr(mine, name)))
            }
            if fresh:
                change = Change(part.name, key, kind, *_told_apart(row, mine, part, fresh))
                yield change, lambda mine=mine, row=row, fresh=fresh: _assign(mine, row, fresh)
    for key in sorted(adopted.keys() - now.keys()):
        if key in own:
            yield Change(part.name, key, kind, "", _described(own[key], part)), own[key].delete


def _differ(one: Any, other: Any) -> bool:
    """Forms write an empty text where there was none; nobody changed anything then."""
    return one != other and not (one in (None, "") and other in (None, ""))


def _assign(mine: ProgramPart, row: ProgramPart, names: Iterable[str]) -> None:
    # The database takes one of them only with the other that fits.
    together = _ONE_THING if _ONE_THING.intersection(names) else ()
    for name in {*names, *together}:
        setattr(mine, name, getattr(row, name))
    mine.save()


def _program_columns() -> list[str]:
    return [name for name in Program.shipped_columns() if name not in _NOT_COMPARED]


def _values(row: models.Model, names: list[str]) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in names}


def _copy(row: ProgramPart, program: Program) -> ProgramPart:
    fields = [field for field in row._meta.concrete_fields if field.name not in _NOT_COPIED]
    return type(row)(program=program, **{field.attname: getattr(row, field.attname) for field in fields})


def _shown(row: models.Model, name: str) -> str:
    """A value as a person reads it."""
    display = getattr(row, f"get_{name}_display", None)
    return str(display() if display else getattr(row, name) or "")


def _described(row: ProgramPart, part: Part) -> str:
    """A row of a program in one line."""
    shown = {
        "program_occupations": lambda: row.occupation.title,
        "program_credentials": lambda: f"{row.credential}, {row.get_grade_display()}",
        "program_majors": lambda: f"{row.major.title}, {row.get_award_display()}",
        "work_based_learning": lambda: f"{row.get_grade_display()}, {row.get_kind_display()}: {row.description}",
        "course_slots": lambda: _described_course(row),
    }
    return shown[part.name]()


def _told_apart(row: ProgramPart, mine: ProgramPart, part: Part, names: Iterable[str]) -> tuple[str, str]:
    """Both rows in words that differ, even where they differ only in another language."""
    texts = _described(row, part), _described(mine, part)
    if texts[0] != texts[1]:
        return texts
    return tuple("; ".join(str(getattr(each, name) or "") for name in sorted(names)) for each in (row, mine))


def _described_course(slot: CourseSlot) -> str:
    words = [
        slot.get_kind_display(),
        slot.get_stage_display() if slot.stage else "",
        _("credits: %s") % f"{slot.credits.normalize():f}",
    ]
    words.append(_("dual credit") if slot.dual_credit else "")
    return f"{slot.get_grade_display()}: {slot.title} ({', '.join(filter(None, words))})"


def _free_slug(program: Program, school: School) -> str:
    wanted = slugify(f"{school.slug}-{program.slug}")[:110].strip("-")
    taken = set(Program.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)
