"""Programs of study as open data: model programs, and those of schools.

Names and addresses of staff are on the pages, for students, and stay out of the files; so does ``local_demand``, in which a
school writes whom it asked.
"""

from django.utils.translation import gettext_lazy as _

from clusters.choices import ProgramStatus, WorkBasedLearningKind
from clusters.completeness import career_courses, elements, lines_of
from clusters.models import Program
from clusters.open_data.base import CHUNK, CsvFile, Field, JsonFile, number


def _programs():
    return Program.objects.published().with_parts().defer("shipped", "adopted").in_order().iterator(chunk_size=CHUNK)


def _school(program):
    return {"slug": program.school.slug, "name": program.school.name} if program.school else None


def _model(program):
    """The address of the model program it was made from, where that is public."""
    model = program.based_on
    return model.slug if model and model.status == ProgramStatus.PUBLISHED and not model.retired_on else ""


def _occupations(program):
    linked = (link.occupation for link in program.program_occupations.all())
    return [occupation for occupation in linked if not occupation.retired_on]


def _majors(program):
    return [link for link in program.program_majors.all() if not link.major.retired_on]


def _credentials(program):
    return [link for link in program.program_credentials.all() if not link.credential.retired_on]


def _releases(program):
    """The keys of the releases that the program and its parts are from."""
    courses = (slot.course.source_id for slot in program.course_slots.all() if slot.course)
    majors = (link.major.source_id for link in _majors(program))
    occupations = (occupation.source_id for occupation in _occupations(program))
    credentials = (link.credential.source_id for link in _credentials(program))
    return (program.source_id, *courses, *majors, *occupations, *credentials)


def _course(slot):
    return {
        "grade": slot.grade,
        "title": slot.shown_title,
        "kind": slot.kind,
        "stage": slot.stage,
        "credits": number(slot.shown_credits),
        "dual_credit": slot.dual_credit,
        "sced_code": slot.course.code if slot.course else None,
        "local_number": slot.catalog_course.number if slot.catalog_course else None,
    }


def _step(step):
    stage = WorkBasedLearningKind(step.kind).stage
    return {"grade": step.grade, "kind": step.kind, "stage": int(stage), "description": step.description}


def _credential(link):
    credential = link.credential
    return {
        "grade": link.grade,
        "name": credential.name,
        "issuer": credential.issuer,
        "kind": credential.kind,
        "url": credential.url,
    }


def _by_grade(slots):
    return "; ".join(f"{slot.grade}: {slot.shown_title}" for slot in slots)


def _codes(rows):
    return "; ".join(dict.fromkeys(row.code for row in rows))


def _text(name, meaning):
    return Field(name, meaning, lambda program, reading: getattr(program, name))


_ADDRESS = (
    _text("slug", _("The last part of the page's address; it stays when the title changes.")),
    Field("url", _("Its page on this site."), lambda program, reading: reading.address(program)),
    _text("title", _("Title.")),
)
_WORDS = (
    _text("summary", _("What you learn in it.")),
    _text("last_entry", _("The last grade in which a student can start and still finish it.")),
)

_COLUMNS = (
    *_ADDRESS,
    Field(
        "school",
        _("Address of the school that offers it; empty for a model program."),
        lambda p, _r: p.school.slug if p.school else "",
    ),
    Field("school_name", _("Name of that school."), lambda p, _r: p.school.name if p.school else ""),
    Field("based_on", _("Address of the model program it was made from."), lambda p, _r: _model(p)),
    Field("cluster", _("Number of its cluster."), lambda p, _r: p.pathway.cluster.number),
    Field("cluster_title", _("Name of its cluster."), lambda p, _r: p.pathway.cluster.title),
    Field("pathway", _("Number of its pathway."), lambda p, _r: p.pathway.number),
    Field("pathway_title", _("Name of its pathway."), lambda p, _r: p.pathway.title),
    *_WORDS,
    Field("courses", _("Career-technical courses, each with its grade."), lambda p, _r: _by_grade(career_courses(p))),
    Field(
        "dual_credit",
        _("Courses that count for college too, each with its grade."),
        lambda p, _r: _by_grade(slot for slot in p.course_slots.all() if slot.dual_credit),
    ),
    Field(
        "credentials",
        _("Credentials a student can earn, with their issuers."),
        lambda p, _r: "; ".join(str(link.credential) for link in _credentials(p)),
    ),
    Field("occupations", _("O*NET-SOC codes of its occupations."), lambda p, _r: _codes(_occupations(p))),
    Field("majors", _("CIP codes of majors to go on with."), lambda p, _r: _codes(link.major for link in _majors(p))),
    Field(
        "elements",
        _("Which of the six elements of the federal law it has."),
        lambda p, _r: "; ".join(element.key for element in elements(p) if element.is_met),
    ),
    Field("sources", _("The releases it is from."), lambda p, reading: reading.named(*_releases(p))),
)

_KEYS = (
    *_ADDRESS,
    Field("school", _("The school that offers it; null for a model program."), lambda p, _r: _school(p)),
    Field("based_on", _("Address of the model program it was made from, or null."), lambda p, _r: _model(p) or None),
    Field(
        "cluster",
        _("Its cluster: number and name."),
        lambda p, _r: {"number": p.pathway.cluster.number, "title": p.pathway.cluster.title},
    ),
    Field(
        "pathway",
        _("Its pathway: number and name."),
        lambda p, _r: {"number": p.pathway.number, "title": p.pathway.title},
    ),
    *_WORDS,
    _text("audience", _("Who it is for.")),
    _text("ways_in", _("When students can start.")),
    Field("skills", _("What you can do at the end."), lambda p, _r: lines_of(p.skills)),
    Field(
        "courses",
        _("Every course: grade, title, kind, stage, credits, dual credit, SCED code, number at the school."),
        lambda p, _r: [_course(slot) for slot in p.course_slots.all()],
    ),
    Field(
        "work_based_learning",
        _("Every step outside the classroom: grade, kind, stage and what you do."),
        lambda p, _r: [_step(step) for step in p.work_based_learning.all()],
    ),
    Field(
        "credentials",
        _("Credentials a student can earn, with their issuers and the grade most are ready in."),
        lambda p, _r: [_credential(link) for link in _credentials(p)],
    ),
    Field(
        "occupations",
        _("Its occupations: O*NET-SOC code and title."),
        lambda p, _r: [{"code": each.code, "title": each.title} for each in _occupations(p)],
    ),
    Field(
        "majors",
        _("Majors to go on with: CIP code, title and award."),
        lambda p, _r: [
            {"code": link.major.code, "title": link.major.title, "award": link.award} for link in _majors(p)
        ],
    ),
    Field(
        "elements",
        _("The six elements of the federal law, and whether it has each."),
        lambda p, _r: {element.key: element.is_met for element in elements(p)},
    ),
    Field(
        "sources",
        _("The releases it is from, by the short names of the list at the end."),
        lambda p, reading: reading.slugs(*_releases(p)),
    ),
)

PROGRAMS_CSV = CsvFile(
    name="programs.csv",
    about=_("A line for each program of study, with what a list needs."),
    fields=_COLUMNS,
    rows=_programs,
)
PROGRAMS_JSON = JsonFile(
    name="programs.json",
    about=_("Every program of study with all of its parts."),
    fields=_KEYS,
    rows=_programs,
)
