"""A school's course catalog as a file: a line for each course, with its place in the school's programs of study.

What an export writes, an import takes, and changes nothing. docs/guides/school-catalog.md describes the columns.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from clusters.importers.catalog_entries import Entry, Place, read_entries
from clusters.importers.catalog_places import Arrangement, arrange
from clusters.importers.uploads import TableRefused, read_rows
from clusters.models import CatalogCourse, ContentVersion, CourseSlot
from clusters.spreadsheets import plain_cell
from schools.models import School

COLUMNS = ("number", "title", "grades", "credits", "sced_code", "prerequisites", "places")
FIELDS = ("title", "first_grade", "last_grade", "credits", "course_id")
MOST_COURSES = 5_000
BATCH = 500
# A spreadsheet program leaves cells of this format as they are typed: “3-1” does not become a date.
TEXT_FORMAT = "@"


@dataclass(frozen=True)
class CatalogReport:
    """What an import did, or would do: to courses, and to places in programs of study.

    ``left_alone`` counts the school's courses that are not in the file.
    """

    created: int
    updated: int
    unchanged: int
    left_alone: int
    places_filled: int
    places_created: int
    places_emptied: int

    @property
    def changed(self) -> bool:
        # A course whose place changes is updated.
        return bool(self.created or self.updated)

    def lines(self) -> Iterator[str]:
        """The report for people, a line for each count."""
        labels = {
            "created": _("Courses created"),
            "updated": _("Courses updated"),
            "unchanged": _("Courses unchanged"),
            "left_alone": _("Courses left alone, not in the file"),
            "places_filled": _("Places filled"),
            "places_created": _("Places created"),
            "places_emptied": _("Places left without a course of the school"),
        }
        yield from (f"{labels[name]}: {count:,}" for name, count in asdict(self).items())


def import_catalog(*, school: School, file: BinaryIO, dry_run: bool = False) -> CatalogReport:
    """Bring the courses of a school up to date with a .csv or .xlsx file, as a whole or not at all.

    ``file`` is open for reading and has a name: ``path.open("rb")`` or an uploaded file. With ``dry_run`` everything is
    done and then undone. Raises TableRefused with all that is wrong.
    """
    rows = read_rows(file, COLUMNS, most=MOST_COURSES)
    with transaction.atomic():
        # One import at a time for a school: each compares the file with what is there.
        school = School.objects.select_for_update().get(pk=school.pk)
        known = {course.number: course for course in school.catalog_courses.prefetch_related("prerequisites")}
        needed = {number: _numbers(course.prerequisites.all()) for number, course in known.items()}
        entries, problems = read_entries(school, rows, needed)
        arrangement = arrange(school, entries, known)
        if problems or arrangement.problems:
            raise TableRefused([*problems, *arrangement.problems])
        report = _take_over(school, entries, known, needed, arrangement)
        if dry_run:
            transaction.set_rollback(True)
        elif report.changed:
            # Rows are written in bulk, which sends no signals.
            ContentVersion.bump()
    return report


def _numbers(courses: Iterable[CatalogCourse]) -> frozenset[str]:
    return frozenset(course.number for course in courses)


def _take_over(
    school: School,
    entries: list[Entry],
    known: dict[str, CatalogCourse],
    needed: dict[str, frozenset[str]],
    arrangement: Arrangement,
) -> CatalogReport:
    created = [entry for entry in entries if entry.number not in known]
    differing = [entry for entry in entries if entry.number in known and _differs(entry, known[entry.number])]
    rewired = [entry for entry in entries if entry.prerequisites != needed.get(entry.number, frozenset())]
    updated = {entry.number for entry in [*differing, *rewired]} | arrangement.moved
    updated -= {entry.number for entry in created}
    _write_courses(school, [*created, *differing])
    ids = dict(school.catalog_courses.values_list("number", "pk"))
    _write_prerequisites(rewired, ids)
    _write_slots(arrangement, ids)
    return CatalogReport(
        created=len(created),
        updated=len(updated),
        unchanged=len(entries) - len(created) - len(updated),
        left_alone=len(known.keys() - {entry.number for entry in entries}),
        places_filled=arrangement.filled,
        places_created=arrangement.created,
        places_emptied=arrangement.emptied,
    )


def _differs(entry: Entry, course: CatalogCourse) -> bool:
    return any(getattr(entry, name) != getattr(course, name) for name in FIELDS)


def _write_courses(school: School, entries: list[Entry]) -> None:
    courses = [
        CatalogCourse(school=school, number=entry.number, **{name: getattr(entry, name) for name in FIELDS})
        for entry in entries
    ]
    CatalogCourse.objects.bulk_create(
        courses,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["school", "number"],
        update_fields=[name.removesuffix("_id") for name in FIELDS],
    )


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


def export_catalog(*, school: School, file: BinaryIO) -> int:
    """Write the catalog of a school to a file that ``import_catalog`` takes; returns the number of courses.

    ``file`` is open for writing, and its name ends in .csv or .xlsx; ValueError when it does not.
    """
    kind = PurePath(file.name).suffix.lower()
    if kind not in {".csv", ".xlsx"}:
        raise ValueError(_("The name of the file must end in .csv or .xlsx."))
    lines = [_line(course) for course in sorted(_for_export(school), key=lambda course: course.number)]
    write = _write_csv if kind == ".csv" else _write_xlsx
    write(file, [COLUMNS, *lines])
    return len(lines)


def _for_export(school: School) -> Iterable[CatalogCourse]:
    slots = CourseSlot.objects.current().filter(program__school=school).select_related("program")
    return school.catalog_courses.select_related("course").prefetch_related(
        "prerequisites", Prefetch("course_slots", slots)
    )


def _line(course: CatalogCourse) -> tuple[str, ...]:
    places = [Place(slot.program.slug, slot.grade, slot.position) for slot in course.course_slots.all()]
    return (
        course.number,
        course.title,
        # Not "9-12", of which a spreadsheet program that opens a .csv file makes a day in September.
        ", ".join(str(grade) for grade in range(course.first_grade, course.last_grade + 1)),
        f"{course.credits.normalize():f}",
        course.course.code if course.course else "",
        "; ".join(sorted(_numbers(course.prerequisites.all()))),
        "; ".join(str(place) for place in sorted(places)),
    )


def _write_csv(file: BinaryIO, lines: Iterable[Iterable[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([plain_cell(cell) for cell in line] for line in lines)
    # With the mark by which Excel knows UTF-8.
    file.write(text.getvalue().encode("utf-8-sig"))


def _write_xlsx(file: BinaryIO, lines: Iterable[Iterable[str]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("catalog")
    for place in range(1, len(COLUMNS) + 1):
        sheet.column_dimensions[get_column_letter(place)].number_format = TEXT_FORMAT
    for line in lines:
        sheet.append([_text_cell(sheet, text) for text in line])
    book.save(file)


def _text_cell(sheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=text)
    # Of text that starts with “=”, openpyxl would make a formula.
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    return cell
