"""The lines of a school's catalog: each cell read and checked, and the prerequisites of all lines together."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import NamedTuple

from django.utils.translation import gettext as _

from clusters.choices import Grade
from clusters.importers.cells import (
    check_school,
    check_text,
    course_credits,
    course_number,
    fitting_text,
    parts,
    sced_course,
    text_given,
)
from clusters.importers.uploads import Problem, Row
from clusters.models import CatalogCourse, Course
from schools.models import School

MOST_PREREQUISITES = 20
MOST_NAMED = 8
MOST_CIRCLES = 10

PLACE = re.compile(r"([-\w]+)\s*/\s*(\d{1,2})\s*/\s*(\d{1,4})")


class Place(NamedTuple):
    """Where a course stands in a program of the school: the program's address, grade, and position in the grade."""

    program: str
    grade: int
    position: int

    def __str__(self):
        return f"{self.program}/{self.grade}/{self.position}"


@dataclass(frozen=True)
class Entry:
    """A course as its line in the file has it. ``course_id`` is that of its SCED course."""

    line: int
    number: str
    title: str
    first_grade: int
    last_grade: int
    credits: Decimal
    course_id: int | None
    prerequisites: frozenset[str]
    places: tuple[Place, ...]


def read_entries(
    school: School, rows: Iterable[Row], known: Mapping[str, frozenset[str]], programs: Set[str]
) -> tuple[list[Entry], list[Problem]]:
    """The courses of the file and all that is wrong with them.

    ``known`` has the numbers of the school's courses, each with those of its prerequisites; ``programs`` the addresses of
    its programs.
    """
    reader = _Reader(school, programs)
    entries, problems = [], []
    lines: dict[str, int] = {}
    for row in rows:
        number = row.values["number"]
        entry, found = reader.read(row)
        if number in lines:
            message = _("number: %(number)s is in line %(line)s already. Keep one of the two.")
            found.append(message % {"number": number, "line": lines[number]})
        elif number:
            lines[number] = row.line
        if entry and not found:
            entries.append(entry)
        problems += [Problem(message, row.line) for message in found]
    problems += _missing_prerequisites(entries, lines.keys() | known.keys())
    left_alone = {number: needed for number, needed in known.items() if number not in lines}
    problems += _circles(left_alone | {entry.number: entry.prerequisites for entry in entries}, lines)
    return entries, problems


class _Reader:
    """Reads one line after the other, with what the database must be asked for only once."""

    def __init__(self, school: School, programs: Set[str]):
        self.school, self.programs = school, programs
        self.courses = dict(Course.objects.values_list("code", "pk"))

    def read(self, row: Row) -> tuple[Entry | None, list[str]]:
        problems = []

        def value(column: str, read: Callable):
            text = row.values[column]
            try:
                check_text(text)
                return read(text)
            except ValueError as error:
                problems.append(f"{column}: {error}")
                return None

        number = value("number", course_number)
        title = value(
            "title", lambda text: fitting_text(text_given(text), CatalogCourse._meta.get_field("title").max_length)
        )
        grades = value("grades", self._grades)
        points = value("credits", course_credits)
        course = value("sced_code", lambda text: sced_course(text, self.courses))
        prerequisites = value("prerequisites", lambda text: _prerequisites(text, number))
        places = value("places", lambda text: self._places(text, grades))
        value("school", lambda text: check_school(text, self.school))
        if problems:
            return None, problems
        return Entry(row.line, number, title, *grades, points, course, prerequisites, places), problems

    def _grades(self, text: str) -> tuple[int, int]:
        grades = _listed_grades(text)
        if not grades or grades != list(range(grades[0], grades[-1] + 1)):
            raise ValueError(
                _("“%(text)s” is not understood. Write grades that follow each other, such as 9-12, 10, or 9, 10.")
                % {"text": text}
            )
        first, last = self.school.first_grade, self.school.last_grade
        if not first <= grades[0] <= grades[-1] <= last:
            raise ValueError(
                _("“%(text)s” is not within the grades of the school, %(first)s to %(last)s.")
                % {"text": text, "first": first, "last": last}
            )
        return grades[0], grades[-1]

    def _places(self, text: str, grades: tuple[int, int] | None) -> tuple[Place, ...]:
        places = []
        for part in parts(text):
            found = PLACE.fullmatch(part)
            if not found:
                raise ValueError(
                    _("“%(part)s” is not understood. Write program-address/grade/position, several separated by “;”.")
                    % {"part": part}
                )
            place = Place(found[1], int(found[2]), int(found[3]))
            self._check_place(place, grades)
            places.append(place)
        return tuple(places)

    def _check_place(self, place: Place, grades: tuple[int, int] | None) -> None:
        if place.program not in self.programs:
            named = sorted(self.programs)[:MOST_NAMED]
            raise ValueError(
                _("%(school)s has no program with the address “%(program)s”. Its programs are: %(named)s.")
                % {
                    "school": self.school,
                    "program": place.program,
                    "named": ", ".join(named) + (", …" if len(self.programs) > MOST_NAMED else "")
                    if named
                    else _("none"),
                }
            )
        if place.grade not in Grade.values:
            raise ValueError(
                _("“%(place)s” is in grade %(grade)s, and programs of study have grades %(first)s to %(last)s.")
                % {"place": place, "grade": place.grade, "first": min(Grade), "last": max(Grade)}
            )
        if grades and not grades[0] <= place.grade <= grades[1]:
            raise ValueError(
                _("“%(place)s” is in grade %(grade)s, which is not among the grades of the course.")
                % {"place": place, "grade": place.grade}
            )


def _listed_grades(text: str) -> list[int]:
    if span := re.fullmatch(r"(\d{1,2})\s*[-–]\s*(\d{1,2})", text):
        return list(range(int(span[1]), int(span[2]) + 1))
    if re.fullmatch(r"\d{1,2}(?:\s*,\s*\d{1,2})*", text):
        return [int(grade) for grade in text.split(",")]
    return []


def _prerequisites(text: str, number: str | None) -> frozenset[str]:
    numbers = frozenset(course_number(part) for part in parts(text))
    if number in numbers:
        raise ValueError(_("%(number)s needs itself. Take it out.") % {"number": number})
    if len(numbers) > MOST_PREREQUISITES:
        raise ValueError(
            _("There are %(count)s; name at most %(most)s.") % {"count": len(numbers), "most": MOST_PREREQUISITES}
        )
    return numbers


def _missing_prerequisites(entries: Iterable[Entry], known: Set[str]) -> Iterator[Problem]:
    for entry in entries:
        for number in sorted(entry.prerequisites - known):
            message = _(
                "prerequisites: There is no course “%(number)s”, neither in the file nor in the school's catalog. "
                "Correct the number, or add a line for the course; several numbers are separated by “;”."
            )
            yield Problem(message % {"number": number}, entry.line)


def _circles(prerequisites: Mapping[str, frozenset[str]], lines: Mapping[str, int]) -> Iterator[Problem]:
    """Courses that come before themselves, such as A -> B -> A; each course is named in one circle only."""
    for circle in islice(_find_circles(prerequisites), MOST_CIRCLES):
        start = min(range(len(circle)), key=lambda place: (lines.get(circle[place], len(lines) + 2), circle[place]))
        turned = circle[start:] + circle[:start]
        named = turned if len(turned) <= MOST_NAMED else [*turned[: MOST_NAMED - 1], "…", turned[-1]]
        message = _("prerequisites: They go in a circle: %(circle)s. Take out one of these prerequisites.")
        yield Problem(message % {"circle": " -> ".join([*named, turned[0]])}, lines.get(turned[0]))


def _find_circles(prerequisites: Mapping[str, frozenset[str]]) -> Iterator[list[str]]:
    left = dict(prerequisites)
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # The first course of a cycle is its last one too.
            circle = error.args[1][1:]
            yield circle
            for number in circle:
                del left[number]
        else:
            return
