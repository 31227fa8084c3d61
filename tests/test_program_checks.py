"""Each rule about programs of study: a whole program passes all of them, and one that is broken in one place fails."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from clusters.choices import Exit
from clusters.completeness import elements, exit_of, exits
from clusters.models import (
    AddressCheck,
    CatalogCourse,
    Course,
    CourseSlot,
    Credential,
    Major,
    Occupation,
    Program,
    ProgramMajor,
)
from clusters.program_checks import RULES, check, check_coverage, for_checks
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school

ACADEMIC = {"01001": "English", "02052": "Algebra", "03051": "Biology", "04101": "History"}


@pytest.fixture
def pathway(db):
    return make_pathway(make_cluster(8))


@pytest.fixture
def whole(pathway):
    """A program with nothing missing: nurses start after an associate's degree, assistants after high school."""
    nurse = make_occupation(1, on=pathway, entry_education="associate", annual_openings=100)
    assistant = make_occupation(2, on=pathway, entry_education="high-school", annual_openings=50)
    program = make_program(pathway, occupations=[nurse, assistant])
    return fill_years(program)


def fill_years(program: Program) -> Program:
    """Add the academic core that the factory's few courses leave out."""
    for code, title in ACADEMIC.items():
        course = Course.objects.get_or_create(code=code, defaults={"title": title, "subject_area": code[:2]})[0]
        CourseSlot.objects.bulk_create(
            CourseSlot(
                program=program, key=f"core-{grade}-{code}", grade=grade, position=9, course=course, kind="academic",
                title_en=f"{title} in year {grade}", credits=2 if code == "02052" else 1,
            )
            for grade in (9, 10, 11, 12)
        )  # fmt: skip
    return program


def found(program: Program) -> list[str]:
    """The names of the rules that find something."""
    return [finding.rule for finding in check(for_checks().filter(pk=program.pk))]


def test_a_whole_program_passes_every_rule(whole):
    assert [str(finding) for finding in check(for_checks())] == []


def _unrelated_major(program):
    other = Major.objects.create(code="01.0101", title="Farm business")
    ProgramMajor.objects.create(program=program, major=other, award="bachelor")


def _own_course_too_early(program):
    school = make_school()
    first = CatalogCourse.objects.create(school=school, number="H1", title="Care", first_grade=9, last_grade=12)
    second = CatalogCourse.objects.create(school=school, number="H2", title="Practice", first_grade=9, last_grade=12)
    first.prerequisites.add(second)
    Program.objects.filter(pk=program.pk).update(school=school, local_demand_en="We asked the hospital.")
    slots = program.course_slots.filter(kind="career-technical").order_by("grade")
    slots.filter(pk=slots[0].pk).update(catalog_course=first)
    slots.filter(pk=slots[1].pk).update(catalog_course=second)


def _dead_address(program):
    Credential.objects.update(url="https://gone.example.org/")
    AddressCheck.objects.create(
        url="https://gone.example.org/", checked_at=timezone.now(), problem="Nobody answers there."
    )


def _hard_words(program):
    hard = "Comprehensive instrumentation methodologies necessitate considerable administrative responsibilities daily."
    Program.objects.filter(pk=program.pk).update(summary_en=hard)


# For each rule, what breaks a whole program so that this rule says so.
BREAKS = {
    "texts": lambda program: Program.objects.filter(pk=program.pk).update(audience_en=" "),
    "reading level": _hard_words,
    "addresses": _dead_address,
    "occupations": lambda program: Occupation.objects.get(code="29-1002.00").pathway_occupations.all().delete(),
    "reachable": lambda program: program.program_majors.all().delete(),
    "courses": lambda program: program.course_slots.update(dual_credit=False),
    "credits": lambda program: program.course_slots.filter(grade=9).update(credits=3),
    "sequence": lambda program: program.course_slots.filter(kind="career-technical", grade=11).delete(),
    "codes": lambda program: program.course_slots.filter(grade=9, course__code="01001").update(title_en="Pottery"),
    "catalog": _own_course_too_early,
    "majors": _unrelated_major,
    "work-based learning": lambda program: program.work_based_learning.filter(grade=12).update(kind="tour"),
    "completeness": lambda program: Program.objects.filter(pk=program.pk).update(skills_en="One thing"),
}


def test_every_rule_is_broken_once():
    assert BREAKS.keys() == RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_program_is_found(whole, rule):
    BREAKS[rule](whole)
    assert rule in found(whole)


@pytest.mark.parametrize(
    ("title", "code", "kind", "says"),
    [
        ("English", "14001", "academic", "is no academic subject"),
        ("Welding", "13207", "career-technical", "is from another field"),
        ("Care", None, "elective", "has no SCED code"),
    ],
)
def test_courses_are_what_they_are_called(whole, title, code, kind, says):
    course = None
    if code:
        course = Course.objects.get_or_create(code=code, defaults={"title": title, "subject_area": code[:2]})[0]
    stage = 3 if kind == "career-technical" else None
    CourseSlot.objects.create(program=whole, grade=12, course=course, title=title, kind=kind, stage=stage, position=10)
    assert any(says in str(finding) for finding in check(for_checks()))


def test_pathways_need_a_published_model_program(whole, pathway):
    assert [finding.where for finding in check_coverage()] == [str(pathway)]  # One of the largest: it needs two.
    make_program(pathway, 2)
    assert list(check_coverage()) == []
    Program.objects.filter(pk=whole.pk).update(status="draft")
    assert "1 published model programs, not 2" in str(next(check_coverage()))


def test_command_says_what_is_missing(whole, capsys):
    make_program(whole.pathway, 2)
    with pytest.raises(CommandError, match="findings in programs of study: 2"):
        call_command("check_programs")
    assert "program-2: " in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("check_programs", "--json", stdout=(out := StringIO()))
    assert {"rule", "where", "problem"} == json.loads(out.getvalue())[0].keys()
    call_command("check_programs", whole.slug, stdout=(out := StringIO()))
    assert "No findings in programs of study: 1." in out.getvalue()


class TestCompleteness:
    """The six elements of Perkins V."""

    def elements_of(self, program):
        return {element.key: element for element in elements(Program.objects.with_parts().get(pk=program.pk))}

    def test_all_six_are_met_by_what_is_there(self, whole):
        found = self.elements_of(whole)
        assert list(found) == ["standards", "skills", "demand", "progression", "entry-exit", "credential"]
        assert all(element.is_met for element in found.values())
        assert "English in 4 years" in found["standards"].met_by
        assert "About 150 openings a year" in found["demand"].met_by[0]
        assert found["progression"].met_by == [
            "Grade 10: Exploring care",
            "Grade 11: Care",
            "Grade 12: Practice of care",
        ]
        assert found["credential"].met_by == ["Made-up card", "Associate's degree"]

    def test_a_specialty_does_not_count_the_openings_twice(self, whole):
        nurse = Occupation.objects.get(code="29-1001.00")
        specialty = make_occupation(3, on=whole.pathway, soc_code=nurse.soc_code, annual_openings=100)
        whole.program_occupations.create(occupation=specialty)
        assert "About 150 openings" in self.elements_of(whole)["demand"].met_by[0]

    def test_a_school_says_who_near_it_asks_for_this(self, whole):
        Program.objects.filter(pk=whole.pk).update(school=make_school())
        missing = self.elements_of(whole)["demand"]
        assert not missing.is_met
        assert "near the school" in missing.missing
        Program.objects.filter(pk=whole.pk).update(local_demand_en="The clinic hires each spring.")
        assert self.elements_of(whole)["demand"].met_by == ["The clinic hires each spring."]

    def test_courses_that_go_back_are_no_progression(self, whole):
        whole.course_slots.filter(grade=11, stage=2).update(stage=1)
        whole.course_slots.filter(grade=10, stage=1).update(stage=2)
        assert "begin with an introduction" in self.elements_of(whole)["progression"].missing

    def test_exits_go_by_education_then_training_then_job_zone(self, db):
        cases = {
            Exit.HIGH_SCHOOL: {"entry_education": "high-school"},
            Exit.TRAINING: {"entry_education": "high-school", "training": "apprenticeship"},
            Exit.ASSOCIATE: {"entry_education": "associate"},
            Exit.BACHELOR: {"entry_education": "", "training": "", "job_zone": 4},
            Exit.ADVANCED: {"entry_education": "doctorate"},
            None: {"entry_education": "", "training": "", "job_zone": None},
        }
        for number, (level, facts) in enumerate(cases.items(), start=1):
            assert exit_of(make_occupation(number, **facts)) == level

    def test_exits_are_the_nearest_first(self, whole):
        levels = exits(Program.objects.with_parts().get(pk=whole.pk))
        assert list(levels) == [Exit.HIGH_SCHOOL, Exit.ASSOCIATE]
