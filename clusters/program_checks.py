"""What must be true of every program of study, rule by rule, for model programs and those of schools alike."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from clusters.addresses import known_problems
from clusters.choices import Award, CourseKind, Exit, Experience, Grade, LearningStage, Training, WorkBasedLearningKind
from clusters.completeness import career_courses, elements, exit_of
from clusters.copy_style import HARDEST
from clusters.findings import Finding
from clusters.models import MajorOccupation, Pathway, PathwayOccupation, Program
from clusters.querysets import ProgramQuerySet
from clusters.search.words import stems_of
from clusters.texts import texts_of

TEXTS = ("title", "summary", "audience", "skills", "ways_in")
# Academic subjects by the first two digits of the SCED code: English, mathematics, science, social studies, languages.
ACADEMIC_AREAS = {"01", "02", "03", "04", "24"}
# Subjects in which any program may have a career-technical course: career exploration, and work across subjects.
GENERAL_AREAS = {"22", "25"}
# The subjects of career-technical courses, by the number of the cluster.
CAREER_AREAS = {
    1: {"03", "12", "13", "16", "18", "20"},
    2: {"17", "21"},
    3: {"05", "10", "11"},
    4: {"10", "11", "12"},
    5: {"04", "19"},
    6: {"12"},
    7: {"04", "09", "10", "12", "15", "21", "24"},
    8: {"03", "14"},
    9: {"05", "08", "12", "16"},
    10: {"04", "12", "14", "19"},
    11: {"10", "11", "21"},
    12: {"04", "14", "15"},
    13: {"10", "13", "17", "21"},
    14: {"05", "11", "12"},
    15: {"02", "03", "10", "21"},
    16: {"12", "13", "15", "17", "20", "21"},
}
CREDITS_A_YEAR = (5, 9)
NO_EXPERIENCE = ("", Experience.NONE)
STEPS_OF_WORK_BASED_LEARNING = 3
# Clusters and pathways of the framework differ in size: each pathway has a model program, the largest have two.
LARGE_PATHWAYS = 20


@dataclass(frozen=True)
class Facts:
    """What the rules ask the database for, once for all programs."""

    pathway_occupations: set[tuple[int, int]]
    # How many occupations each pathway has.
    pathway_sizes: Counter[int]
    # Pathways with an occupation that asks for no earlier experience in another one.
    first_jobs: set[int]
    major_occupations: set[tuple[int, int]]
    # What was wrong with each address that did not answer when it was asked last.
    dead_addresses: dict[str, str]

    @classmethod
    def load(cls, programs: Sequence[Program] | None = None) -> "Facts":
        """What the rules need to know about these programs, or about all."""
        shown, leads_to = PathwayOccupation.objects.shown(), MajorOccupation.objects.current()
        if programs is not None:
            shown = shown.filter(pathway__in={program.pathway_id for program in programs})
            majors = {link.major_id for program in programs for link in program.program_majors.all()}
            leads_to = leads_to.filter(major__in=majors)
        experience = {
            (pathway, occupation): asked_for
            for pathway, occupation, asked_for in shown.values_list(
                "pathway_id", "occupation_id", "occupation__experience"
            )
        }
        return cls(
            set(experience),
            Counter(pathway for pathway, _occupation in experience),
            {pathway for (pathway, _occupation), asked_for in experience.items() if asked_for in NO_EXPERIENCE},
            set(leads_to.values_list("major_id", "occupation_id")),
            known_problems(),
        )


Rule = Callable[[Program, Facts], Iterator[str]]


def check(programs: Iterable[Program], facts: Facts | None = None) -> Iterator[Finding]:
    """What the rules find in the programs, which come from ``for_checks``. With ``facts``, they are read one by one."""
    if facts is None:
        programs = list(programs)
        facts = Facts.load(programs)
    for program in programs:
        for name, rule in RULES.items():
            for problem in rule(program, facts):
                yield Finding(name, program.slug, problem)


def for_checks(programs: ProgramQuerySet | None = None) -> ProgramQuerySet:
    """The programs, or all that are not archived, with everything that the rules look at."""
    programs = Program.objects.current().in_use() if programs is None else programs
    return programs.with_parts().prefetch_related("course_slots__catalog_course__prerequisites").order_by("slug")


def hints(program: Program) -> list[str]:
    """What is no mistake, and good to know before a program is published."""
    fields = [program._meta.get_field(name) for name in TEXTS]
    no_spanish = [
        str(field.verbose_name) for field in fields if not (getattr(program, f"{field.name}_es") or "").strip()
    ]
    return [f"No Spanish text yet, so the English one is shown: {', '.join(no_spanish)}."] if no_spanish else []


def check_coverage() -> Iterator[Finding]:
    """Pathways without a model program, and large ones without a second."""
    shown = Q(pathway_occupations__retired_on=None, pathway_occupations__hidden=False)
    model_programs = Program.objects.published().models().values_list("pathway_id", flat=True)
    programs = Counter(model_programs)
    pathways = Pathway.objects.current().annotate(size=Count("pathway_occupations", filter=shown))
    for place, pathway in enumerate(pathways.order_by("-size", "pk")):
        least = 2 if place < LARGE_PATHWAYS else 1
        if programs[pathway.pk] < least:
            yield Finding("coverage", str(pathway), f"{programs[pathway.pk]} published model programs, not {least}.")


def _texts(program, facts):
    for name in TEXTS:
        if not getattr(program, name).strip():
            yield f"The text “{program._meta.get_field(name).verbose_name}” is missing."


def _reading_level(program, facts):
    for text in texts_of(program):
        if text.grade is not None and text.grade > HARDEST:
            yield (
                f"{text.kind.name.capitalize()}: hard to read, grade {text.grade:.0f} instead of {HARDEST:.0f}. "
                "Write shorter sentences and everyday words."
            )


def _addresses(program, facts):
    links = {link.credential.name: link.credential.url for link in program.program_credentials.all()}
    if program.school_id:
        links[program.school.name] = program.school.website
    for name, url in links.items():
        if problem := facts.dead_addresses.get(url):
            yield f"The address of {name} does not work ({url}): {problem}"


def _target_occupations(program, facts):
    links = list(program.program_occupations.all())
    # Some pathways have a single occupation.
    if len(links) < min(2, facts.pathway_sizes[program.pathway_id]):
        yield "It prepares for fewer than two occupations."
    for link in links:
        if (program.pathway_id, link.occupation_id) not in facts.pathway_occupations:
            yield f"{link.occupation} is not on its pathway."
    has_first_job = any(link.occupation.experience in NO_EXPERIENCE for link in links)
    if links and not has_first_job and program.pathway_id in facts.first_jobs:
        yield "All of its occupations ask for experience in another one: name one to begin with."


def _reachable(program, facts):
    """Each target occupation has the preparation it usually takes among what the program leads to."""
    majors = list(program.program_majors.all())
    kinds = {step.kind for step in program.work_based_learning.all()}
    apprentices = {WorkBasedLearningKind.APPRENTICESHIP, WorkBasedLearningKind.PRE_APPRENTICESHIP}
    for link in program.program_occupations.all():
        need = exit_of(link.occupation)
        awards = [Award(m.award).exit for m in majors if (m.major_id, link.occupation_id) in facts.major_occupations]
        reached = any(level >= (need or Exit.HIGH_SCHOOL) for level in awards)
        if need == Exit.TRAINING and not reached:
            if link.occupation.training == Training.APPRENTICESHIP:
                reached = bool(kinds & apprentices)
            else:
                reached = bool(program.program_credentials.all() or kinds & apprentices)
        if need and need > Exit.HIGH_SCHOOL and not reached:
            yield f"{link.occupation} starts {need.label.lower()}: name the major, credential or apprenticeship."


def _courses(program, facts):
    slots = list(program.course_slots.all())
    for grade in Grade.in_high_school():
        if not any(slot.grade == grade for slot in slots):
            yield f"There is no course in {grade.label.lower()}."
    if not any(slot.kind == CourseKind.ELECTIVE for slot in slots):
        yield "There is no elective."
    if not any(slot.dual_credit for slot in slots):
        yield "No course can be taken for dual credit."
    for (grade, title), count in Counter((slot.grade, slot.shown_title) for slot in slots).items():
        if count > 1:
            yield f"“{title}” is in grade {grade} twice."


def _credits(program, facts):
    least, most = CREDITS_A_YEAR
    by_grade = defaultdict(int)
    for slot in program.course_slots.all():
        by_grade[slot.grade] += slot.shown_credits
        if not slot.shown_credits:
            yield f"“{slot.shown_title}” has no credits."
    for grade, total in by_grade.items():
        if grade <= Grade.TWELFTH and not least <= total <= most:
            yield f"Grade {grade} has {total.normalize():f} credits; {least} to {most} make a school year."


def _course_codes(program, facts):
    """Each course has a SCED code that fits its title and its kind."""
    allowed = CAREER_AREAS.get(program.pathway.cluster.number)
    for slot in program.course_slots.all():
        if not slot.course_id:
            yield f"“{slot.shown_title}” has no SCED code."
            continue
        if not stems_of(slot.title).keys() & stems_of(slot.course.title).keys():
            yield f"“{slot.title}” and its SCED course “{slot.course.title}” have no word in common."
        area = slot.course.subject_area
        if slot.kind == CourseKind.ACADEMIC and area not in ACADEMIC_AREAS:
            yield f"“{slot.title}” is called academic, and SCED {slot.course.code} is no academic subject."
        if slot.kind == CourseKind.CAREER and allowed and area not in allowed | GENERAL_AREAS:
            yield f"“{slot.title}”: SCED {slot.course.code} is from another field than {program.pathway.cluster}."


def _catalog(program, facts):
    """A school's own courses are for their grade, and come after what they build on."""
    taken = {}
    for slot in program.course_slots.all():
        course = slot.catalog_course
        if not course:
            continue
        if course.school_id != program.school_id:
            yield f"{course} belongs to another school."
        if not course.first_grade <= slot.grade <= course.last_grade:
            yield f"{course} is for grades {course.first_grade} to {course.last_grade}, not {slot.grade}."
        taken[course.pk] = slot.grade
    for slot in program.course_slots.all():
        for needed in slot.catalog_course.prerequisites.all() if slot.catalog_course else ():
            if taken.get(needed.pk, slot.grade) >= slot.grade:
                yield f"{slot.catalog_course} in grade {slot.grade} needs {needed} in an earlier grade."


def _majors(program, facts):
    """The crosswalk ties each major to a target occupation."""
    occupations = {link.occupation_id for link in program.program_occupations.all()}
    for link in program.program_majors.all():
        if not any((link.major_id, occupation) in facts.major_occupations for occupation in occupations):
            yield f"The crosswalk ties {link.major} to none of its occupations."


def _work_based_learning(program, facts):
    steps = list(program.work_based_learning.all())
    if len(steps) < STEPS_OF_WORK_BASED_LEARNING:
        yield f"Fewer than {STEPS_OF_WORK_BASED_LEARNING} steps of work-based learning."
        return
    stages = [WorkBasedLearningKind(step.kind).stage for step in steps]
    if stages[0] > LearningStage.EXPLORATION:
        yield "Work-based learning starts beyond exploration: let students look first."
    if stages[-1] != LearningStage.TRAINING:
        yield "Work-based learning does not lead to an internship, an apprenticeship or practice."
    if stages != sorted(stages):
        yield "Work-based learning goes back to an earlier stage."


def _completeness(program, facts):
    for element in elements(program):
        if not element.is_met:
            yield f"{element.title}: {element.missing}"


def _sequence(program, facts):
    slots = career_courses(program)
    if not 3 <= len(slots) <= 6:
        yield f"{len(slots)} career-technical courses; a program has three to six."


RULES: dict[str, Rule] = {
    "texts": _texts,
    "reading level": _reading_level,
    "addresses": _addresses,
    "occupations": _target_occupations,
    "reachable": _reachable,
    "courses": _courses,
    "credits": _credits,
    "sequence": _sequence,
    "codes": _course_codes,
    "catalog": _catalog,
    "majors": _majors,
    "work-based learning": _work_based_learning,
    "completeness": _completeness,
}
