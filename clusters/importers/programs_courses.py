"""The lines of the table of courses: for each program that has some, they are its whole list of courses."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from clusters.choices import CourseKind, CourseStage
from clusters.importers.cells import course_credits, course_number, sced_course, text_given
from clusters.importers.programs_cells import NO, STAGES, YES, Line, course_cells, read_grade
from clusters.importers.programs_lines import ProgramLines
from clusters.importers.sheets import writable
from clusters.importers.uploads import Problem, Row
from clusters.models import CatalogCourse, Course, CourseSlot, Program
from schools.models import School

WHOLE = re.compile(r"[0-9]{1,3}")
# What makes a line the one of a course that is there: all that these columns say, the strictest first. A line that
# meets none of them is a new course.
MATCHES = (
    ("grade", "place", "course_number", "title"),
    ("grade", "course_number", "title"),
    ("course_number", "title"),
    ("course_number",),
    ("grade", "place"),
)
ANSWERS = {YES: True, "true": True, "x": True, NO: False, "false": False, "": False}


@dataclass
class CourseLists:
    """What becomes of the courses of a school's programs."""

    new: list[CourseSlot] = field(default_factory=list)
    changed: list[CourseSlot] = field(default_factory=list)
    removed: list[CourseSlot] = field(default_factory=list)
    # The programs whose lists are in the file.
    named: set[Program] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


def read_courses(school: School, rows: Iterable[Row], programs: ProgramLines, *, table: str) -> CourseLists:
    """Read the lines into the courses of the school's programs, which are changed in memory only."""
    return _Reader(school, programs, table).read(rows) if rows else CourseLists()


class _Reader:
    def __init__(self, school: School, programs: ProgramLines, table: str):
        self.school, self.programs, self.table = school, programs, table
        self.catalog = {course.number: course for course in CatalogCourse.objects.filter(school=school)}
        self.courses = dict(Course.objects.values_list("code", "pk"))
        self.done = CourseLists()

    def read(self, rows: Iterable[Row]) -> CourseLists:
        lists: dict[str, list[Row]] = {}
        owners: dict[str, Program] = {}
        for row in rows:
            found = self.programs.find(row.values["program"])
            if len(found) == 1:
                owners[found[0].slug] = found[0]
                lists.setdefault(found[0].slug, []).append(row)
            else:
                self._complain(row, [_several() if found else _unknown()])
        for address, lines in lists.items():
            self._read_list(owners[address], lines)
        return self.done

    def _complain(self, row: Row, messages: Iterable[str]) -> None:
        self.done.problems += [Problem(message, row.line, self.table) for message in messages]

    def _read_list(self, program: Program, rows: list[Row]) -> None:
        slots = list(program.course_slots.all()) if program.pk else []
        if program.pk:
            self.done.named.add(program)
        shown = {slot: course_cells(program, slot) for slot in slots}
        rows = [row._replace(values=row.values | {"program": program.slug}) for row in _with_places(rows)]
        slot_of = _match(rows, shown)
        for row in rows:
            slot = slot_of.get(row.line)
            self._read_into(slot or CourseSlot(program=program), row, shown[slot] if slot else {})
        kept = set(slot_of.values())
        self.done.removed += [slot for slot in slots if slot not in kept]

    def _read_into(self, slot: CourseSlot, row: Row, shown: Mapping[str, str]) -> None:
        line = Line(row, shown, slot)
        line.check_school(self.school)
        line.read("course_number", "catalog_course_id", self._catalog_course)
        own = self.catalog.get(line.says("course_number"))
        line.read("grade", "grade", read_grade)
        line.read("place", "position", _place)
        line.read("kind", "kind", _kind)
        line.read_text("title", "title_en", lambda text: text_given(text or (own.title if own else "")))
        line.read_text("title_spanish", "title_es")
        line.read("stage", "stage", _stage)
        line.read("credits", "credits", lambda text: course_credits(text) if text else own.credits if own else 1)
        line.read("dual_credit", "dual_credit", _answer)
        line.read("sced_code", "course_id", self._sced_course(own if slot.pk is None else None))
        if not line.problems:
            line.problems += _contradictions(slot)
        self._complain(row, line.problems)
        if slot.pk is None:
            self.done.new.append(slot)
        else:
            self.done.changed += [slot] * line.changed

    def _catalog_course(self, text: str) -> int | None:
        if not text:
            return None
        if course := self.catalog.get(course_number(text)):
            return course.pk
        raise ValueError(
            _("The catalog of %(school)s has no course “%(number)s”. Correct the number, or import the course first.")
            % {"school": self.school, "number": text}
        )

    def _sced_course(self, own: CatalogCourse | None):
        """Reads the code; of a new course without one, it is that of the school's own course."""

        def read(text: str) -> int | None:
            return sced_course(text, self.courses) or (own.course_id if own else None)

        return read


def _with_places(rows: Iterable[Row]) -> list[Row]:
    """The lines with every place filled in: one without a place comes after the line above of the same grade."""
    last: dict[str, int] = {}
    placed = []
    for row in rows:
        grade, place = row.values["grade"], row.values["place"]
        place = place or str(last.get(grade, 0) + 1)
        if WHOLE.fullmatch(place):
            last[grade] = int(place)
        placed.append(row._replace(values=row.values | {"place": place}))
    return placed


def _match(rows: Iterable[Row], shown: Mapping[CourseSlot, Mapping[str, str]]) -> dict[int, CourseSlot]:
    """For the number of each line, the course that it is about; lines of new courses are left out."""
    found: dict[int, CourseSlot] = {}
    left = dict(shown)
    for columns in MATCHES:
        waiting: dict[tuple, list[CourseSlot]] = {}
        for slot, cells in left.items():
            waiting.setdefault(tuple(cells[column] for column in columns), []).append(slot)
        for row in rows:
            key = tuple(writable(row.values[column]) for column in columns)
            if row.line not in found and any(key) and waiting.get(key):
                slot = waiting[key].pop(0)
                found[row.line] = slot
                del left[slot]
    return found


def _several() -> str:
    return _("program: Several programs of this school have this title. Write the address of the one that is meant.")


def _unknown() -> str:
    return _("program: No program of this school has this address or title. Correct it, or add a line for the program.")


def _place(text: str) -> int:
    if WHOLE.fullmatch(text) and int(text):
        return int(text)
    raise ValueError(_("“%(text)s” is not a place. Write 1, 2, 3 in the order of the grade.") % {"text": text})


def _kind(text: str) -> CourseKind:
    if text.lower() in CourseKind.values:
        return CourseKind(text.lower())
    raise ValueError(
        _("“%(text)s” is not a kind of course. Write one of these: %(kinds)s.")
        % {"text": text, "kinds": ", ".join(CourseKind.values)}
    )


def _stage(text: str) -> CourseStage | None:
    if not text:
        return None
    if stage := STAGES.get(text.lower()):
        return stage
    raise ValueError(
        _("“%(text)s” is not a stage. Write one of these: %(stages)s.") % {"text": text, "stages": ", ".join(STAGES)}
    )


def _answer(text: str) -> bool:
    if text.lower() in ANSWERS:
        return ANSWERS[text.lower()]
    raise ValueError(_("“%(text)s” is not understood. Write yes or no.") % {"text": text})


def _contradictions(slot: CourseSlot) -> list[str]:
    is_career = slot.kind == CourseKind.CAREER
    if is_career and slot.stage is None:
        stages = ", ".join(STAGES)
        return [_("stage: A career-technical course has one. Write one of these: %(stages)s.") % {"stages": stages}]
    if not is_career and slot.stage is not None:
        return [_("stage: Only a career-technical course has one. Leave it empty.")]
    return []
