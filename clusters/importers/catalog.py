"""A school's course catalog as a file: a line for each course, with its place in the school's programs of study.

What an export writes, an import takes, and changes nothing. docs/guides/school-catalog.md describes the columns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from django.db import transaction
from django.db.models import Model, Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.importers.catalog_entries import Entry, Place, read_entries
from clusters.importers.catalog_places import Arrangement, arrange
from clusters.importers.cells import credits_cell
from clusters.importers.sheets import Named, Report, differences, unrecorded, write_tables
from clusters.importers.uploads import TableRefused, read_rows
from clusters.models import CatalogCourse, ContentVersion, CourseSlot, Program
from schools.history import recording
from schools.models import School, User

COLUMNS = ("number", "title", "grades", "credits", "sced_code", "prerequisites", "places")
# The address of the school. An export has it, and an import refuses the lines of another school.
SCHOOL = "school"
FIELDS = ("title", "first_grade", "last_grade", "credits", "course_id")
MOST_COURSES = 5_000
BATCH = 500


@dataclass(frozen=True)
class CatalogReport(Report):
    """What an import did, or would do: to courses, and to places in programs of study.

    ``left_alone`` counts the school's courses that are not in the file.
    """

    LABELS: ClassVar = {
        "created": gettext_lazy("Courses created"),
        "updated": gettext_lazy("Courses updated"),
        "unchanged": gettext_lazy("Courses unchanged"),
        "left_alone": gettext_lazy("Courses left alone, not in the file"),
        "places_filled": gettext_lazy("Places filled"),
        "places_created": gettext_lazy("Places created"),
        "places_emptied": gettext_lazy("Places left without a course of the school"),
    }

    created: int
    updated: int
    unchanged: int
    left_alone: int
    places_filled: int
    places_created: int
    places_emptied: int


def import_catalog(*, school: School, file: BinaryIO, by: User | None = None, dry_run: bool = False) -> CatalogReport:
    """Bring the courses of a school up to date with a .csv or .xlsx file, as a whole or not at all.

    ``file`` is open for reading and has a name: ``path.open("rb")`` or an uploaded file. ``by`` is None for a
    command. With ``dry_run`` everything is done and then undone. Raises TableRefused with all that is wrong.
    """
    rows = read_rows(file, COLUMNS, optional=[SCHOOL], most=MOST_COURSES)
    with transaction.atomic():
        # One import at a time for a school: each compares the file with what is there.
        school = School.objects.select_for_update().get(pk=school.pk)
        known = {course.number: course for course in _with_places(school.catalog_courses.all())}
        before = _table(known.values())
        needed = {number: _numbers(course.prerequisites.all()) for number, course in known.items()}
        programs = {program.slug: program for program in Program.objects.offered_at(school)}
        entries, problems = read_entries(school, rows, needed, programs.keys())
        arrangement = arrange(programs, entries, known)
        if problems or arrangement.problems:
            raise TableRefused([*problems, *arrangement.problems])
        plan = _plan(entries, known, needed, arrangement)
        with unrecorded() if dry_run else recording(*plan.changing, by=by, comment=_("Import of a file")) as record:
            now = _write(school, plan, known)
            record.add(*(course for course in now if course.number not in known))
        report = _report(plan, len(entries), known, before, now)
        if dry_run:
            transaction.set_rollback(True)
        elif report.changed:
            # Rows are written in bulk, which sends no signals.
            ContentVersion.bump()
    return report


@dataclass(frozen=True)
class _Plan:
    """What an import writes. ``updated`` are the numbers of the courses that change, or that change their places."""

    created: list[Entry]
    differing: list[Entry]
    rewired: list[Entry]
    updated: set[str]
    arrangement: Arrangement
    # The rows whose history goes on: courses that change, and programs whose places do.
    changing: list[Model]


def _plan(
    entries: list[Entry],
    known: Mapping[str, CatalogCourse],
    needed: Mapping[str, frozenset[str]],
    arrangement: Arrangement,
) -> _Plan:
    created = [entry for entry in entries if entry.number not in known]
    differing = [entry for entry in entries if entry.number in known and _differs(entry, known[entry.number])]
    rewired = [entry for entry in entries if entry.prerequisites != needed.get(entry.number, frozenset())]
    updated = {entry.number for entry in [*differing, *rewired]} | arrangement.moved
    updated -= {entry.number for entry in created}
    programs = {slot.program for slot, _number in arrangement.moves}
    changing = [*(known[number] for number in sorted(updated)), *programs]
    return _Plan(created, differing, rewired, updated, arrangement, changing)


def _write(school: School, plan: _Plan, known: Mapping[str, CatalogCourse]) -> list[CatalogCourse]:
    """Returns the courses of the school as they are then."""
    ids = {course.number: course.pk for course in known.values()}
    ids |= _write_courses(school, [*plan.created, *plan.differing])
    _write_prerequisites(plan.rewired, ids)
    _write_slots(plan.arrangement, ids)
    return list(_with_places(school.catalog_courses.all()))


def _report(
    plan: _Plan,
    lines: int,
    known: Mapping[str, CatalogCourse],
    before: Mapping[str, Named],
    now: Iterable[CatalogCourse],
) -> CatalogReport:
    created, updated = len(plan.created), len(plan.updated)
    unchanged = lines - created - updated
    return CatalogReport(
        changes=differences(before, _table(now)),
        created=created,
        updated=updated,
        unchanged=unchanged,
        left_alone=len(known) - updated - unchanged,
        places_filled=plan.arrangement.filled,
        places_created=plan.arrangement.created,
        places_emptied=plan.arrangement.emptied,
    )


def _numbers(courses: Iterable[CatalogCourse]) -> frozenset[str]:
    return frozenset(course.number for course in courses)


def _differs(entry: Entry, course: CatalogCourse) -> bool:
    return any(getattr(entry, name) != getattr(course, name) for name in FIELDS)


def _write_courses(school: School, entries: list[Entry]) -> dict[str, int]:
    """Returns the numbers that the courses have in the database, by their own."""
    courses = [
        CatalogCourse(school=school, number=entry.number, **{name: getattr(entry, name) for name in FIELDS})
        for entry in entries
    ]
    written = CatalogCourse.objects.bulk_create(
        courses,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["school", "number"],
        update_fields=[name.removesuffix("_id") for name in FIELDS],
    )
    return {course.number: course.pk for course in written}


def _write_prerequisites(entries: list[Entry], ids: dict[str, int]) -> None:
    links = CatalogCourse.prerequisites.through.objects
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        links.filter(from_catalogcourse__in=[ids[entry.number] for entry in batch]).delete()
        links.bulk_create(
            [
                links.model(from_catalogcourse_id=ids[entry.number], to_catalogcourse_id=ids[number])
                for entry in batch
                for number in sorted(entry.prerequisites)
            ],
            batch_size=BATCH,
        )


def _write_slots(arrangement: Arrangement, ids: dict[str, int]) -> None:
    for slot, number in arrangement.moves:
        slot.catalog_course_id = ids[number] if number else None
    CourseSlot.objects.bulk_create(
        [slot for slot, _number in arrangement.moves],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["program", "key"],
        update_fields=["catalog_course", "course"],
    )


def export_catalog(*, courses: QuerySet[CatalogCourse], file: BinaryIO) -> None:
    """Write courses to a file that ``import_catalog`` takes, school by school.

    ``file`` is open for writing, and its name ends in .csv or .xlsx; ValueError when it does not.
    """
    rows = sorted(_with_places(courses), key=lambda course: (course.school.slug, course.number))
    lines = [(*_cells(course).values(), course.school.slug) for course in rows]
    write_tables(file, {"catalog": [(*COLUMNS, SCHOOL), *lines]})


def _with_places(courses: QuerySet[CatalogCourse]) -> QuerySet[CatalogCourse]:
    slots = CourseSlot.objects.current().select_related("program")
    return courses.select_related("school", "course").prefetch_related("prerequisites", Prefetch("course_slots", slots))


def _table(courses: Iterable[CatalogCourse]) -> dict[str, Named]:
    return {course.number: (str(course), _cells(course)) for course in courses}


def _cells(course: CatalogCourse) -> dict[str, str]:
    places = [Place(slot.program.slug, slot.grade, slot.position) for slot in course.course_slots.all()]
    cells = (
        course.number,
        course.title,
        # Not "9-12", of which a spreadsheet program that opens a .csv file makes a day in September.
        ", ".join(str(grade) for grade in range(course.first_grade, course.last_grade + 1)),
        credits_cell(course.credits),
        course.course.code if course.course else "",
        "; ".join(sorted(_numbers(course.prerequisites.all()))),
        "; ".join(str(place) for place in sorted(places)),
    )
    return dict(zip(COLUMNS, cells, strict=True))
