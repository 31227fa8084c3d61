"""What waits for somebody who edits: programs to finish, changes to take over, texts to read through.

Each function is given the rows that the user may know of, and asks the database a fixed number of times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, F, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from clusters.adoption import changes
from clusters.choices import ProgramStatus
from clusters.completeness import Element, elements
from clusters.models import CatalogCourse, Program
from clusters.querysets import ProgramQuerySet

# To look at a program takes some milliseconds.
LOOKED_AT = 60


@dataclass(frozen=True)
class Examined:
    """What is to do in programs: the elements that each misses, and how many changes of its model each waits for."""

    incomplete: list[tuple[Program, list[Element]]]
    changed: list[tuple[Program, int]]
    # How many programs there are beyond those that were looked at.
    left_out: int


@dataclass(frozen=True)
class TextToRead:
    """A row whose texts somebody reads through: its model and number, what it is called, and when that was done last."""

    model: type[Model]
    pk: int
    title: str
    school: str
    reviewed_on: date | None


def with_counts(schools: QuerySet) -> QuerySet:
    """Schools with published_count, draft_count and course_count."""

    def count(rows):
        counted = rows.filter(school=OuterRef("pk")).order_by().values("school").annotate(count=Count("pk"))
        return Coalesce(Subquery(counted.values("count"), output_field=IntegerField()), 0)

    return schools.annotate(
        published_count=count(Program.objects.filter(status=ProgramStatus.PUBLISHED)),
        draft_count=count(Program.objects.filter(status=ProgramStatus.DRAFT)),
        course_count=count(CatalogCourse.objects.all()),
    )


def examine(programs: ProgramQuerySet) -> Examined:
    """What is to do in the newest of these programs of schools."""
    newest = programs.current().in_use().filter(school__isnull=False).order_by("-pk")
    found = list(newest.values_list("pk", "based_on"))
    own = [pk for pk, _model in found[:LOOKED_AT]]
    models = [model for _pk, model in found[:LOOKED_AT] if model]
    rows = {program.pk: program for program in Program.objects.with_parts().filter(pk__in={*own, *models})}
    incomplete, changed = [], []
    for program in (rows[pk] for pk in own):
        if missing := [element for element in elements(program) if not element.is_met]:
            incomplete.append((program, missing))
        model = rows.get(program.based_on_id)
        if model and (count := len(changes(program, model))):
            changed.append((program, count))
    return Examined(incomplete, changed, len(found) - len(own))


def drafts(programs: ProgramQuerySet) -> ProgramQuerySet:
    """Programs that nobody sees yet, the newest first."""
    waiting = programs.current().filter(status=ProgramStatus.DRAFT)
    return waiting.select_related("school").defer("shipped", "adopted").order_by("-pk")


def texts_to_read(rows: Iterable[QuerySet], most: int) -> list[TextToRead]:
    """Of rows of several models, those whose texts nobody read through, then those read longest ago; in one query."""
    parts: Sequence[QuerySet] = [_texts(each, place) for place, each in enumerate(rows)]
    if not parts:
        return []
    models = [each.model for each in parts]
    first, *others = parts
    waiting = first.union(*others, all=True).order_by("last_read", "place", "shown", "pk")[:most]
    return [
        TextToRead(models[place], pk, title, school, None if last_read == date.min else last_read)
        for place, pk, title, school, last_read in waiting
    ]


def _texts(rows: QuerySet, place: int) -> QuerySet:
    if rows.model is Program:
        rows, school = rows.in_use(), Coalesce(F("school__name"), Value(""), output_field=CharField())
    else:
        school = Value("", output_field=CharField())
    return (
        rows.current()
        .order_by()
        .annotate(
            place=Value(place, output_field=IntegerField()),
            shown=F("title_en"),
            at_school=school,
            # The databases differ in where an empty date comes in an order.
            last_read=Coalesce("reviewed_on", Value(date.min)),
        )
        .values_list("place", "pk", "shown", "at_school", "last_read")
    )


def texts_of_schools(programs: ProgramQuerySet, schools: Iterable[int], *, shared: bool) -> ProgramQuerySet:
    """Programs whose texts are somebody's to read through: of the schools they edit, and the model programs if ``shared``."""
    own = Q(school__in=list(schools))
    return programs.filter(own | Q(school__isnull=True)) if shared else programs.filter(own)
