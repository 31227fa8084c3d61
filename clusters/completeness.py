"""The six elements of a program of study in Perkins V, and which of them a program has.

Source: Carl D. Perkins Career and Technical Education Act of 2006, as amended in 2018, section 3(41), 20 U.S.C. 2302(41).
Every function takes a program from ``Program.objects.with_parts()`` and asks the database nothing.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import Award, CourseKind, CourseStage, Education, Exit, Grade, JobZone, Training
from clusters.models import Occupation, Program

# The core subjects by the first two digits of their SCED codes, and in how many years of high school a program has them.
CORE_SUBJECTS = {"01": 4, "02": 3, "03": 3, "04": 3}
CAREER_COURSES = 3
SKILLS = 3
EXITS = 2


@dataclass(frozen=True)
class Element:
    """One of the six: what it is called, what meets it, and what is to do where nothing does."""

    key: str
    title: str
    met_by: list[str]
    missing: str

    @property
    def is_met(self) -> bool:
        return not self.missing


def elements(program: Program) -> list[Element]:
    """All six, in the order of the act."""
    parts = (
        ("standards", _("Academic subjects"), _standards),
        ("skills", _("Technical and employability skills"), _skills),
        ("demand", _("Work that is asked for"), _demand),
        ("progression", _("From broad to specific"), _progression),
        ("entry-exit", _("More than one way in and out"), _entry_and_exit),
        ("credential", _("A credential at the end"), _credential),
    )
    found = []
    for key, title, examine in parts:
        met_by, missing = examine(program)
        found.append(Element(key, title, met_by, missing))
    return found


def career_courses(program: Program) -> list:
    """The career-technical courses in the order in which they are taken."""
    return [slot for slot in program.course_slots.all() if slot.kind == CourseKind.CAREER]


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def exit_of(occupation: Occupation) -> Exit | None:
    """How much one usually learns between high school and a first day in this occupation; None where nobody says so.

    The typical education at entry says it (Bureau of Labor Statistics); where none is published, the job zone (O*NET).
    """
    if occupation.training == Training.APPRENTICESHIP:
        return Exit.TRAINING
    if occupation.entry_education:
        return {
            Education.NONE: Exit.HIGH_SCHOOL,
            Education.HIGH_SCHOOL: Exit.HIGH_SCHOOL,
            Education.SOME_COLLEGE: Exit.TRAINING,
            Education.CERTIFICATE: Exit.TRAINING,
            Education.ASSOCIATE: Exit.ASSOCIATE,
            Education.BACHELOR: Exit.BACHELOR,
            Education.MASTER: Exit.ADVANCED,
            Education.DOCTORATE: Exit.ADVANCED,
        }[Education(occupation.entry_education)]
    if occupation.job_zone:
        return {
            JobZone.ONE: Exit.HIGH_SCHOOL,
            JobZone.TWO: Exit.HIGH_SCHOOL,
            JobZone.THREE: Exit.TRAINING,
            JobZone.FOUR: Exit.BACHELOR,
            JobZone.FIVE: Exit.ADVANCED,
        }[JobZone(occupation.job_zone)]
    return None


def exits(program: Program) -> dict[Exit, list[Occupation]]:
    """The occupations of a program by what one learns before them, the nearest exit first."""
    by_exit = defaultdict(list)
    for link in program.program_occupations.all():
        if level := exit_of(link.occupation):
            by_exit[level].append(link.occupation)
    return {level: by_exit[level] for level in Exit if level in by_exit}


def _standards(program):
    years = defaultdict(set)
    for slot in program.course_slots.all():
        if slot.course_id and slot.kind == CourseKind.ACADEMIC and slot.grade <= Grade.TWELFTH:
            years[slot.course.subject_area].add(slot.grade)
    names = {
        "01": _("English"),
        "02": _("mathematics"),
        "03": _("science"),
        "04": _("social studies"),
    }
    met_by = [
        ngettext("%(subject)s in %(count)s year", "%(subject)s in %(count)s years", len(years[area]))
        % {"subject": capfirst(name), "count": len(years[area])}
        for area, name in names.items()
        if years[area]
    ]
    short = [names[area] for area, least in CORE_SUBJECTS.items() if len(years[area]) < least]
    missing = (
        _("Add academic courses, with their SCED codes, in: %(subjects)s.") % {"subjects": ", ".join(short)}
        if short
        else ""
    )
    return met_by, missing


def _skills(program):
    courses, skills = career_courses(program), lines_of(program.skills)
    steps = program.work_based_learning.all()
    met_by, missing = [], []
    if courses:
        met_by.append(
            ngettext("%(count)s career-technical course", "%(count)s career-technical courses", len(courses))
            % {"count": len(courses)}
        )
    if len(courses) < CAREER_COURSES:
        missing.append(_("Add career-technical courses; %(least)s at least.") % {"least": CAREER_COURSES})
    if skills:
        met_by.append(ngettext("%(count)s skill named", "%(count)s skills named", len(skills)) % {"count": len(skills)})
    if len(skills) < SKILLS:
        missing.append(_("Name what students can do at the end; %(least)s points at least.") % {"least": SKILLS})
    if steps:
        met_by.append(
            ngettext("%(count)s step outside the classroom", "%(count)s steps outside the classroom", len(steps))
            % {"count": len(steps)}
        )
    else:
        missing.append(_("Add work-based learning."))
    return met_by, " ".join(missing)


def _demand(program):
    if program.school_id:
        if program.local_demand.strip():
            return [program.local_demand], ""
        return [], _("Write who near the school needs these skills, and how you know.")
    # Specialties share the published figure of their whole occupation: it counts once.
    occupations = [link.occupation for link in program.program_occupations.all()]
    openings = sum({each.soc_code: each.annual_openings or 0 for each in occupations}.values())
    if not openings:
        return [], _("Add an occupation with published openings.")
    rounded = intcomma(round(openings, 2 - len(str(openings))))
    return [
        _("About %(openings)s openings a year in its occupations, across the country.") % {"openings": rounded},
        _("A school that offers the program adds who near it is hiring."),
    ], ""


def _progression(program):
    courses = career_courses(program)
    stages = [slot.stage for slot in courses]
    met_by = [f"{slot.get_grade_display()}: {slot.shown_title}" for slot in courses]
    if not courses or stages[0] != CourseStage.INTRODUCTION or stages[-1] != CourseStage.ADVANCED:
        return met_by, _("Let the career-technical courses begin with an introduction and end with an advanced one.")
    if stages != sorted(stages):
        return met_by, _("Put the career-technical courses in order: no later course may be less advanced.")
    return met_by, ""


def _entry_and_exit(program):
    levels = set(exits(program)) | {Award(link.award).exit for link in program.program_majors.all()}
    met_by = [str(level.label) for level in Exit if level in levels]
    missing = []
    if program.ways_in.strip():
        met_by.insert(0, _("Join up to %(grade)s") % {"grade": program.get_last_entry_display().lower()})
    else:
        missing.append(_("Write when students can start, and what somebody who joins later does first."))
    if len(levels) < EXITS:
        missing.append(_("Add an occupation or a major for students who go on longer, or start work sooner."))
    return met_by, " ".join(missing)


def _credential(program):
    met_by = [link.credential.name for link in program.program_credentials.all()]
    awards = {link.award for link in program.program_majors.all()}
    met_by += [str(award.label) for award in Award if award in awards]
    return met_by, "" if met_by else _("Add a credential, or a major that ends with an award.")
