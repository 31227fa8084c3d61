"""The courses of a program as one grid: by year and kind, compared with what others saved meanwhile, and saved whole."""

from collections.abc import Iterable
from itertools import pairwise

from django.contrib.admin.models import CHANGE

from clusters.choices import CourseKind, Grade
from clusters.models import CourseSlot, Program
from clusters.services import log
from schools.history import recording
from schools.models import User

# What the grid edits of every course, by its number in the database; all in text, as forms and JSON give it back.
Picture = dict[str, dict[str, str]]


class CoursesChanged(Exception):
    """Somebody else changed the courses of the program since they were read."""


def by_year(courses: Iterable) -> list[tuple[Grade, list[tuple[CourseKind, list]]]]:
    """Whatever has a grade and a kind, in the order given: for each year, for each kind, what is there."""
    courses = list(courses)
    return [
        (grade, [(kind, [each for each in courses if (each.grade, each.kind) == (grade, kind)]) for kind in CourseKind])
        for grade in Grade
    ]


def texts_of(slot: CourseSlot) -> dict[str, str]:
    """What can be typed for a course, as a form sends it. Needs course loaded."""
    return {
        "grade": str(slot.grade),
        "kind": slot.kind,
        "stage": str(slot.stage or ""),
        "title_en": slot.title_en or "",
        "title_es": slot.title_es or "",
        "course": slot.course.code if slot.course_id else "",
        "catalog_course": str(slot.catalog_course_id or ""),
        "credits": f"{slot.credits.normalize():f}",
        "dual_credit": "on" if slot.dual_credit else "",
    }


def picture(slots: Iterable[CourseSlot]) -> Picture:
    """What the courses say, in a form that can be sent away, come back and be compared."""
    return {str(slot.pk): texts_of(slot) | {"position": str(slot.position)} for slot in slots}


def save_courses(
    *, program: Program, opened: Picture, slots: list[CourseSlot], dropped: Iterable[CourseSlot], by: User
) -> int:
    """Save the courses in the order given, and delete those dropped. Returns how many were written or deleted.

    ``opened`` is what they said when the editor read them. Raises CoursesChanged, and saves nothing, if they say something
    else by now. What came with a release is not deleted.
    """
    # Two who save at once do so one after the other: the rows are locked from here on.
    with recording(program, by=by):
        saved = picture(CourseSlot.objects.current().filter(program=program).select_related("course"))
        if saved != opened:
            raise CoursesChanged
        _number(slots)
        changed = [slot for slot in slots if slot.pk is None or picture([slot])[str(slot.pk)] != saved[str(slot.pk)]]
        removed = [slot for slot in dropped if slot.shipped is None]
        added = sum(slot.pk is None for slot in changed)
        for slot in changed:
            # One by one: whatever follows a save of a course follows this one, too.
            slot.save()
        for slot in removed:
            slot.delete()
        if changed or removed:
            message = f"Courses: {added} added, {len(changed) - added} changed, {len(removed)} dropped"
            log([program], by=by, flag=CHANGE, message=message)
    return len(changed) + len(removed)


def _number(slots: list[CourseSlot]) -> None:
    """Positions from 1 in each grade, across the kinds. Numbers that say the order already stay: nobody edited them."""
    for grade in Grade:
        here = [slot for slot in slots if slot.grade == grade]
        positions = [0, *(slot.position for slot in here)]
        if not all(before < after for before, after in pairwise(positions)):
            for position, slot in enumerate(here, start=1):
                slot.position = position
