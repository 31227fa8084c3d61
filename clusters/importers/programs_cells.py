"""The columns of the tables of programs, and what a program and each of its courses say in them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import TextField
from django.utils.translation import gettext as _

from clusters.choices import CourseStage, Grade
from clusters.importers.cells import check_school, check_text, credits_cell, fitting_text
from clusters.importers.sheets import writable
from clusters.importers.uploads import Row
from clusters.models import CourseSlot, Program
from schools.models import School

# The columns with text, and the fields that they stand for.
TEXTS = {
    "title": "title_en",
    "title_spanish": "title_es",
    "summary": "summary_en",
    "who_it_is_for": "audience_en",
    "skills": "skills_en",
    "ways_in": "ways_in_en",
    "local_demand": "local_demand_en",
    "contact_name": "contact_name",
    "contact_email": "contact_email",
}
PROGRAM_COLUMNS = ("address", "pathway", "last_grade_to_join", *TEXTS)
COURSE_COLUMNS = (
    "program", "grade", "place", "kind", "title", "title_spanish", "course_number", "sced_code", "stage", "credits",
    "dual_credit",
)  # fmt: skip
# The address of the school. An export has it, and an import refuses the lines of another school.
SCHOOL = "school"
STAGES = {stage.name.lower(): stage for stage in CourseStage}
YES, NO = "yes", "no"


def program_cells(program: Program) -> dict[str, str]:
    """The program's line, by column. Needs its pathway loaded."""
    return {
        "address": program.slug,
        "pathway": program.pathway.number,
        "last_grade_to_join": str(program.last_entry),
        **{column: writable(getattr(program, field) or "") for column, field in TEXTS.items()},
    }


def course_cells(program: Program, slot: CourseSlot) -> dict[str, str]:
    """The line of one of the program's courses, by column. Needs course and catalog_course loaded."""
    cells = (
        program.slug,
        str(slot.grade),
        str(slot.position),
        slot.kind,
        writable(slot.title_en or ""),
        writable(slot.title_es or ""),
        slot.catalog_course.number if slot.catalog_course else "",
        slot.course.code if slot.course else "",
        CourseStage(slot.stage).name.lower() if slot.stage else "",
        credits_cell(slot.credits),
        YES if slot.dual_credit else NO,
    )
    return dict(zip(COURSE_COLUMNS, cells, strict=True))


def read_grade(text: str) -> Grade:
    if text in map(str, Grade.values):
        return Grade(int(text))
    raise ValueError(
        _("“%(text)s” is not a grade of a program. Write a number from %(first)s to %(last)s.")
        % {"text": text, "first": min(Grade), "last": max(Grade)}
    )


class Line:
    """One line of a table, read cell by cell into a row of the database; what is wrong is collected.

    A cell that says what is there already is not read: whatever stands there stays, and is no mistake of the file.
    """

    def __init__(self, row: Row, shown: Mapping[str, str], target: Program | CourseSlot):
        self.row, self.shown, self.target = row, shown, target
        self.changed = False
        self.problems: list[str] = []

    def says(self, column: str) -> str:
        return writable(self.row.values[column])

    def check_school(self, school: School) -> None:
        try:
            check_school(self.says(SCHOOL), school)
        except ValueError as error:
            self.problems.append(f"{SCHOOL}: {error}")

    def read(self, column: str, field: str, value_of: Callable[[str], Any], *, of_lines: bool = False) -> None:
        """Give the field what ``value_of`` makes of the cell. It may raise ValueError with what to do."""
        text = self.says(column)
        if self.shown.get(column) == text:
            return
        try:
            check_text(text, of_lines=of_lines)
            self.put(field, value_of(text))
        except ValueError as error:
            self.problems.append(f"{column}: {error}")

    def read_text(self, column: str, field: str, value_of: Callable[[str], str] = str) -> None:
        """Give the field the text of the cell, when it fits."""
        of_model = self.target._meta.get_field(field)
        missing = None if of_model.null else ""

        self.read(
            column,
            field,
            lambda text: value_of(fitting_text(text, of_model.max_length)) or missing,
            of_lines=isinstance(of_model, TextField),
        )

    def put(self, field: str, value: Any) -> None:
        if getattr(self.target, field) != value:
            setattr(self.target, field, value)
            self.changed = True
