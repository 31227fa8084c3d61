"""A school's programs of study as a file: a table of the programs, and a table with a line for each of their courses.

What an export writes, an import takes, and changes nothing. docs/guides/programs-of-study.md describes the columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.importers.programs_cells import COURSE_COLUMNS, PROGRAM_COLUMNS, SCHOOL, course_cells, program_cells
from clusters.importers.programs_courses import CourseLists, read_courses
from clusters.importers.programs_lines import ProgramLines, read_programs
from clusters.importers.sheets import Happening, Named, Report, differences, unrecorded, write_tables
from clusters.importers.uploads import TableRefused, read_tables
from clusters.models import ContentVersion, CourseSlot, Program
from schools.history import recording
from schools.models import School, User

PROGRAMS, COURSES = "Programs", "Courses"
TABLES = {PROGRAMS: PROGRAM_COLUMNS, COURSES: COURSE_COLUMNS}
MOST_LINES = 5_000
BATCH = 500
PROGRAM_FIELDS = (
    "title", "title_en", "title_es", "summary", "summary_en", "audience", "audience_en", "skills", "skills_en", "ways_in",
    "ways_in_en", "local_demand", "local_demand_en", "last_entry", "contact_name", "contact_email",
)  # fmt: skip
COURSE_FIELDS = (
    "grade", "position", "title", "title_en", "title_es", "kind", "stage", "credits", "dual_credit", "course",
    "catalog_course",
)  # fmt: skip


@dataclass(frozen=True)
class ProgramsReport(Report):
    """What an import did, or would do: to programs, and to their courses.

    ``left_alone`` counts the school's programs that are not in the file.
    """

    LABELS: ClassVar = {
        "programs_created": gettext_lazy("Programs created, as drafts"),
        "programs_updated": gettext_lazy("Programs updated"),
        "programs_unchanged": gettext_lazy("Programs unchanged"),
        "programs_left_alone": gettext_lazy("Programs left alone, not in the file"),
        "courses_added": gettext_lazy("Courses added to programs"),
        "courses_changed": gettext_lazy("Courses of programs changed"),
        "courses_removed": gettext_lazy("Courses removed from programs"),
    }

    programs_created: int
    programs_updated: int
    programs_unchanged: int
    programs_left_alone: int
    courses_added: int
    courses_changed: int
    courses_removed: int


def import_programs(*, school: School, file: BinaryIO, by: User | None = None, dry_run: bool = False) -> ProgramsReport:
    """Bring the programs of a school up to date with a .csv or .xlsx file, as a whole or not at all.

    New programs are drafts; no program changes its status, pathway or school. A program with lines in the table of the
    courses has exactly these courses afterwards; the other programs keep theirs. ``file`` is open for reading and has a
    name: ``path.open("rb")`` or an uploaded file. ``by`` is None for a command. With ``dry_run`` everything
    is done and then undone. Raises TableRefused with all that is wrong.
    """
    tables = read_tables(file, TABLES, optional=[SCHOOL], most=MOST_LINES)
    with transaction.atomic():
        # One import at a time for a school: each compares the file with what is there.
        school = School.objects.select_for_update().get(pk=school.pk)
        known = list(_with_courses(school.programs.all()))
        before = _programs_table(known), _courses_table(known)
        programs = read_programs(school, tables.get(PROGRAMS, []), known, table=PROGRAMS)
        courses = read_courses(school, tables.get(COURSES, []), programs, table=COURSES)
        if problems := [*programs.problems, *courses.problems]:
            raise TableRefused(problems)
        owners = {slot.program_id for slot in [*courses.new, *courses.changed, *courses.removed]}
        changing = [program for program in known if program in programs.changed or program.pk in owners]
        with unrecorded() if dry_run else recording(*changing, by=by, comment=_("Import of a file")) as record:
            _write(programs, courses)
            record.add(*programs.new)
        now = list(_with_courses(school.programs.all()))
        named = programs.named | courses.named
        report = _report(before, (_programs_table(now), _courses_table(now)), left_alone=len(known) - len(named))
        if dry_run:
            transaction.set_rollback(True)
        elif report.changed:
            # Rows are written in bulk, which sends no signals. Search does not find the programs of schools.
            ContentVersion.bump()
    return report


def _with_courses(programs: QuerySet[Program]) -> QuerySet[Program]:
    slots = CourseSlot.objects.current().in_order().select_related("course", "catalog_course")
    return (
        programs.select_related("pathway", "school").prefetch_related(Prefetch("course_slots", slots)).order_by("slug")
    )


def _programs_table(programs: Iterable[Program]) -> dict[int, Named]:
    return {program.pk: (f"{program.title} ({program.slug})", program_cells(program)) for program in programs}


def _courses_table(programs: Iterable[Program]) -> dict[int, Named]:
    return {
        slot.pk: (f"{program.title}, {slot}", course_cells(program, slot))
        for program in programs
        for slot in program.course_slots.all()
    }


def _write(programs: ProgramLines, courses: CourseLists) -> None:
    Program.objects.bulk_create(programs.new, batch_size=BATCH)
    _update(Program, programs.changed, PROGRAM_FIELDS)
    CourseSlot.objects.filter(pk__in=[slot.pk for slot in courses.removed]).delete()
    for slot in courses.new:
        # The program may have had no number until now.
        slot.program_id = slot.program.pk
    CourseSlot.objects.bulk_create(courses.new, batch_size=BATCH)
    _update(CourseSlot, courses.changed, COURSE_FIELDS)


def _update(model: type, rows: list, fields: tuple[str, ...]) -> None:
    if rows:
        model.objects.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=list(fields)
        )


def _report(before: tuple[dict, dict], now: tuple[dict, dict], *, left_alone: int) -> ProgramsReport:
    programs, courses = (differences(*tables) for tables in zip(before, now, strict=True))
    created, updated = _count(programs, Happening.NEW), _count(programs, Happening.CHANGED)
    return ProgramsReport(
        changes=(*programs, *courses),
        programs_created=created,
        programs_updated=updated,
        programs_unchanged=len(now[0]) - created - updated - left_alone,
        programs_left_alone=left_alone,
        courses_added=_count(courses, Happening.NEW),
        courses_changed=_count(courses, Happening.CHANGED),
        courses_removed=_count(courses, Happening.REMOVED),
    )


def _count(changes: tuple, happening: Happening) -> int:
    return sum(change.happening == happening for change in changes)


def export_programs(*, programs: QuerySet[Program], file: BinaryIO, tables: Iterable[str] = TABLES) -> None:
    """Write programs, school by school, to a file that ``import_programs`` takes.

    ``file`` is open for writing, and its name ends in .xlsx, or in .csv for one of the ``tables``; ValueError when it
    does not.
    """
    rows = sorted(_with_courses(programs), key=_place_in_export)
    lines = {
        PROGRAMS: [(*program_cells(program).values(), _school_of(program)) for program in rows],
        COURSES: [
            (*course_cells(program, slot).values(), _school_of(program))
            for program in rows
            for slot in program.course_slots.all()
        ],
    }
    write_tables(file, {name: [(*TABLES[name], SCHOOL), *lines[name]] for name in tables})


def _place_in_export(program: Program) -> tuple[str, str]:
    return _school_of(program), program.slug


def _school_of(program: Program) -> str:
    return program.school.slug if program.school_id else ""
