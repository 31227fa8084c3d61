"""The places of a school's courses in its programs of study: which slot changes hands, and which is new."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from clusters.choices import CourseKind, CourseStage
from clusters.importers.catalog_entries import Entry, Place
from clusters.importers.uploads import Problem
from clusters.models import CatalogCourse, Course, CourseSlot, Program
from clusters.program_checks import ACADEMIC_AREAS

# Subjects from information technology to the trades and beyond, by the first two digits of the SCED code.
CAREER_TECHNICAL_AREAS = {f"{area}" for area in range(10, 23)}


@dataclass
class Arrangement:
    """What happens to the slots of a school's programs, to be written once the courses are."""

    # Each slot with the number of the course that stands there from now on; None for a slot that is left without one.
    moves: list[tuple[CourseSlot, str | None]] = field(default_factory=list)
    # The courses that come to a place or lose one.
    moved: set[str] = field(default_factory=set)
    filled: int = 0
    created: int = 0
    emptied: int = 0
    problems: list[Problem] = field(default_factory=list)


def arrange(
    programs: Mapping[str, Program], entries: Iterable[Entry], known: Mapping[str, CatalogCourse]
) -> Arrangement:
    """Bring the courses of the file to the places that it lists for them, and away from all others.

    ``programs`` are those of the school, by address. Several slots may share a place. Courses that stand there already
    stay in theirs.
    """
    entries = {entry.number: entry for entry in entries}
    return _Arranger(programs, entries, known).arrange()


class _Arranger:
    def __init__(
        self, programs: Mapping[str, Program], entries: Mapping[str, Entry], known: Mapping[str, CatalogCourse]
    ):
        self.entries, self.known = entries, known
        self.numbers = {course.pk: number for number, course in known.items()}
        self.programs = programs
        self.slots: dict[Place, list[CourseSlot]] = defaultdict(list)
        self.career_slots: dict[str, list[CourseSlot]] = defaultdict(list)
        slots = CourseSlot.objects.current().filter(program__in=programs.values()).in_order()
        for slot in slots.select_related("program"):
            self.slots[Place(slot.program.slug, slot.grade, slot.position)].append(slot)
            if slot.kind == CourseKind.CAREER:
                self.career_slots[slot.program.slug].append(slot)
        self.done = Arrangement()

    def arrange(self) -> Arrangement:
        coming: dict[Place, list[Entry]] = defaultdict(list)
        for entry in self.entries.values():
            for place in entry.places:
                coming[place].append(entry)
        for place in sorted(self.slots.keys() | coming.keys()):
            self._arrange_place(place, self.slots.get(place, []), coming.get(place, []))
        return self.done

    def _arrange_place(self, place: Place, slots: list[CourseSlot], coming: list[Entry]) -> None:
        coming, free, holders = list(coming), [], []
        for slot in slots:
            holder = self._holder(slot)
            staying = next((entry for entry in coming if entry.number == holder), None)
            if staying:
                coming.remove(staying)
                self._keep(slot, staying)
            if staying or (holder and holder not in self.entries):
                holders.append(holder)
            else:
                free.append(slot)
        # Slots without a course first: the fewest courses then change places.
        free.sort(key=lambda slot: self._holder(slot) is not None)
        for entry in coming:
            if free:
                self._fill(free.pop(0), entry)
            elif not holders:
                self._create(place, entry)
            else:
                self.done.problems.append(self._taken(place, holders[0], entry))
                continue
            holders.append(entry.number)
        for slot in free:
            if self._holder(slot):
                self._empty(slot)

    def _holder(self, slot: CourseSlot) -> str | None:
        """The number of the school's course that stands there before the import."""
        return self.numbers.get(slot.catalog_course_id)

    def _keep(self, slot: CourseSlot, entry: Entry) -> None:
        """The slot follows its course when the file gives that another SCED code; otherwise it keeps its own."""
        if entry.course_id not in (None, self.known[entry.number].course_id, slot.course_id):
            slot.course_id = entry.course_id
            self.done.moves.append((slot, entry.number))

    def _fill(self, slot: CourseSlot, entry: Entry) -> None:
        slot.course_id = entry.course_id or slot.course_id
        self.done.filled += 1
        self.done.moved |= {entry.number, self._holder(slot) or entry.number}
        self.done.moves.append((slot, entry.number))

    def _empty(self, slot: CourseSlot) -> None:
        self.done.emptied += 1
        self.done.moved.add(self._holder(slot))
        self.done.moves.append((slot, None))

    def _create(self, place: Place, entry: Entry) -> None:
        kind = self._kind(entry)
        slot = CourseSlot(
            program=self.programs[place.program],
            grade=place.grade,
            position=place.position,
            title=entry.title,
            credits=entry.credits,
            course_id=entry.course_id,
            kind=kind,
            stage=self._stage(place) if kind == CourseKind.CAREER else None,
        )
        if kind == CourseKind.CAREER:
            self.career_slots[place.program].append(slot)
        self.done.created += 1
        self.done.moved.add(entry.number)
        self.done.moves.append((slot, entry.number))

    @cached_property
    def areas(self) -> dict[int, str]:
        return dict(Course.objects.values_list("pk", "subject_area"))

    def _kind(self, entry: Entry) -> CourseKind:
        area = self.areas.get(entry.course_id)
        if area in ACADEMIC_AREAS:
            return CourseKind.ACADEMIC
        return CourseKind.CAREER if area in CAREER_TECHNICAL_AREAS else CourseKind.ELECTIVE

    def _stage(self, place: Place) -> CourseStage:
        """Between the stages of the career-technical courses before and after, which rise from year to year."""
        here = (place.grade, place.position)
        slots = sorted(self.career_slots[place.program], key=lambda slot: (slot.grade, slot.position))
        before = [slot.stage for slot in slots if (slot.grade, slot.position) < here][-1:]
        after = [slot.stage for slot in slots if (slot.grade, slot.position) > here][:1]
        neighbours = before + after
        return CourseStage(sum(neighbours) // len(neighbours)) if neighbours else CourseStage.CORE

    def _taken(self, place: Place, holder: str, entry: Entry) -> Problem:
        names = {"place": place, "holder": holder}
        if holder in self.entries:
            message = _("places: “%(place)s” is taken by %(holder)s (line %(line)s). Choose another position.")
            names["line"] = self.entries[holder].line
        else:
            message = _(
                "places: “%(place)s” is taken by %(holder)s, which is not in the file. Choose another position, or add "
                "a line for %(holder)s."
            )
        return Problem(message % names, entry.line)
