"""Rows for tests, complete enough that every part of a page has something to show."""

import datetime
from collections.abc import Iterable

from clusters import search
from clusters.choices import Basis, InterestArea, ProgramStatus
from clusters.models import (
    AlternateTitle,
    Cluster,
    ContentVersion,
    Course,
    CourseSlot,
    Credential,
    DataSource,
    Framework,
    Major,
    MajorOccupation,
    Occupation,
    OccupationSkill,
    OccupationTechnology,
    Pathway,
    PathwayOccupation,
    Program,
    ProgramCredential,
    ProgramMajor,
    ProgramOccupation,
    RelatedOccupation,
    Skill,
    Technology,
    WorkBasedLearning,
)
from schools.models import School


def make_source(slug: str = "made-up-1", **fields) -> DataSource:
    defaults = {
        "title": "Made-up release",
        "publisher": "Made-up bureau",
        "release": "May 2025",
        "released_on": datetime.date(2025, 5, 1),
        "licence": "Public domain",
        "used_for": "Tests",
        "baseline": {"wage_median": 50_980, "hourly_wage_median": 24.51, "projected_change": 3.1},
    }
    return DataSource.objects.get_or_create(slug=slug, defaults=defaults | fields)[0]


def make_cluster(number: int = 8, **fields) -> Cluster:
    framework = Framework.objects.get_or_create(code="ncc-16", defaults={"title": "Sixteen clusters"})[0]
    defaults = {
        "slug": f"cluster-{number}",
        "title": f"Cluster {number} title",
        "summary": "Caring for people.",
        "what_people_do": "They care.",
        "why_it_matters": "It matters.",
        "you_might_like": "Listening.",
        "you_might_not_like": "Night shifts.",
        "colour": 20,
        "icon": "cluster-health",
    }
    return Cluster.objects.create(framework=framework, number=number, **defaults | fields)


def make_pathway(cluster: Cluster, position: int = 1, **fields) -> Pathway:
    defaults = {
        "slug": f"pathway-{position}",
        "title": f"Pathway {position} title",
        "summary": "Treating people.",
        "knowledge_and_skills": "Read a chart\nListen well\nWash your hands\nStay calm",
        "day_in_it": "You start at seven.",
    }
    number = f"{cluster.number}.{position}"
    return Pathway.objects.create(cluster=cluster, number=number, position=position, **defaults | fields)


def make_occupation(
    number: int = 1, *, on: Pathway | None = None, basis: str = Basis.CROSSWALK, **fields
) -> Occupation:
    """An occupation for which everything is published, on a pathway if one is given."""
    source = make_source()
    defaults = {
        "title": f"Occupation {number} title",
        "summary": f"Care for people of kind {number}.",
        "normal_day": "Take a pulse\nListen to a worry\nWrite down a number\nWash a wound",
        "hard_part": "Some nights are long.",
        "good_part": "People thank you.",
        "first_steps": "You learn it at a college in two years.",
        "soc_code": f"29-{1000 + number}",
        "soc_title": "Wider group",
        "job_zone": number % 5 + 1,
        "source": source,
        "interests_source": source,
        "wages_source": source,
        "outlook_source": source,
        **{area: 1.5 + place for place, area in enumerate(InterestArea.values)},
        "wage_p10": 30_000 + number,
        "wage_p25": 40_000 + number,
        "wage_median": 50_000 + number,
        "wage_p75": 60_000 + number,
        "wage_p90": 70_000 + number,
        "hourly_wage_p10": 14.5,
        "hourly_wage_p25": 19.5,
        "hourly_wage_median": 24.5,
        "hourly_wage_p75": 29.5,
        "hourly_wage_p90": 34.5,
        "employment": 100_000 + number,
        "projected_employment": 105_000 + number,
        "projected_change": 5.0,
        "annual_openings": 9_000 + number,
        "entry_education": "bachelor",
        "experience": "none",
        "training": "short",
    }
    occupation = Occupation.objects.create(code=f"29-{1000 + number}.00", **defaults | fields)
    if on is not None:
        PathwayOccupation.objects.create(pathway=on, occupation=occupation, basis=basis, source=source)
    return occupation


def make_bare_occupation(number: int = 90, *, on: Pathway | None = None, **fields) -> Occupation:
    """An occupation for which nothing is published but its code and title."""
    title = f"Bare occupation {number}"
    occupation = Occupation.objects.create(
        code=f"55-{1000 + number}.00", title=title, soc_code=f"55-{1000 + number}", **fields
    )
    if on is not None:
        PathwayOccupation.objects.create(pathway=on, occupation=occupation, basis=Basis.EDITORIAL)
    return occupation


def surround(occupation: Occupation, count: int, *, others: list[Occupation]) -> None:
    """Give the occupation ``count`` skills, pieces of knowledge, technologies, titles and majors, and related occupations.

    In bulk, which sends no signals: a site for tests has many of these.
    """
    source = make_source()
    own = {"occupation": occupation, "source": source}
    skills, technologies, majors = _things_to_share(count)
    OccupationSkill.objects.bulk_create(
        OccupationSkill(skill=skill, importance=4 - place / 20, level=3, **own) for place, skill in enumerate(skills)
    )
    OccupationTechnology.objects.bulk_create(
        OccupationTechnology(technology=technology, position=place, **own)
        for place, technology in enumerate(technologies)
    )
    AlternateTitle.objects.bulk_create(
        AlternateTitle(title=f"Other name {place} of {occupation.code}", **own) for place in range(count)
    )
    MajorOccupation.objects.bulk_create(MajorOccupation(major=major, **own) for major in majors)
    RelatedOccupation.objects.bulk_create(
        RelatedOccupation(related=other, position=place, **own) for place, other in enumerate(others, start=1)
    )


def _things_to_share(count: int) -> tuple[list[Skill], list[Technology], list[Major]]:
    """``count`` skills, pieces of knowledge, technologies and majors, made once for all occupations."""
    elements = [f"{kind}.{number}" for number in range(count) for kind in ("skill", "knowledge")]
    names = [f"Program {number}" for number in range(count)]
    codes = [f"51.{1000 + number}" for number in range(count)]
    Skill.objects.bulk_create(
        (Skill(element_id=key, name_en=key.replace(".", " "), kind=key.split(".")[0]) for key in elements),
        ignore_conflicts=True,
    )
    Technology.objects.bulk_create(
        (Technology(name=name, hot=name == "Program 0") for name in names), ignore_conflicts=True
    )
    Major.objects.bulk_create(
        (Major(code=code, title=f"Study {place}") for place, code in enumerate(codes)), ignore_conflicts=True
    )
    return (
        list(Skill.objects.filter(element_id__in=elements).order_by("element_id")),
        list(Technology.objects.filter(name__in=names)),
        list(Major.objects.filter(code__in=codes)),
    )


def make_school(number: int = 1, **fields) -> School:
    defaults = {
        "slug": f"school-{number}",
        "name": f"School {number} name",
        "website": f"https://school-{number}.example.org/",
        "contact_name": "Ms. Rivera",
        "contact_email": f"cte@school-{number}.example.org",
        "contact_phone": "555-0100",
    }
    return School.objects.create(**defaults | fields)


def make_program(
    pathway: Pathway,
    number: int = 1,
    school: School | None = None,
    occupations: Iterable[Occupation] = (),
    status: str = ProgramStatus.PUBLISHED,
    **fields,
) -> Program:
    """A program with all of its parts: a model program, or a school's.

    Five courses over grades 9 to 12, one with dual credit; a credential; work-based learning of each stage; the occupations
    given, with a major that leads to the first of them.
    """
    defaults = {
        "slug": f"program-{number}",
        "title": f"Program {number} title",
        "summary": "Learn to care for people.",
        "audience": "For you if you like to listen.",
        "skills": "Take a pulse\nKeep a secret\nWork in shifts\nAsk for help",
        "ways_in": "Start in grade 9, or join in grade 10.",
        "last_entry": 10,
    }
    program = Program.objects.create(pathway=pathway, school=school, status=status, **defaults | fields)
    _add_courses(program)
    credential = Credential.objects.get_or_create(
        slug="made-up-card", defaults={"name": "Made-up card", "issuer": "Made-up board", "kind": "card"}
    )[0]
    ProgramCredential.objects.create(program=program, credential=credential, grade=11)
    kinds = ((9, "guest-speaker"), (10, "job-shadow"), (11, "project"), (12, "internship"))
    # In bulk, which sends no signals: a site for tests has many programs.
    WorkBasedLearning.objects.bulk_create(
        WorkBasedLearning(
            program=program,
            key=f"{grade}-{kind}",
            grade=grade,
            kind=kind,
            position=position,
            description_en="You see it.",
        )
        for position, (grade, kind) in enumerate(kinds, start=1)
    )
    for position, occupation in enumerate(occupations, start=1):
        ProgramOccupation.objects.create(program=program, occupation=occupation, position=position)
        if position == 1:
            major = Major.objects.get_or_create(code="51.2000", defaults={"title": "Study of care"})[0]
            MajorOccupation.objects.get_or_create(major=major, occupation=occupation)
            ProgramMajor.objects.create(program=program, major=major, award="associate")
    return program


def _add_courses(program: Program) -> None:
    courses = (
        # grade, SCED code, title, kind, stage, dual credit
        (9, "01001", "English 9", "academic", None, False),
        (9, "22101", "Leadership", "elective", None, False),
        (10, "14001", "Exploring care", "career-technical", 1, False),
        (11, "14051", "Care", "career-technical", 2, False),
        (12, "14099", "Practice of care", "career-technical", 3, True),
    )
    slots = []
    for position, (grade, code, title, kind, stage, dual_credit) in enumerate(courses, start=1):
        defaults = {"title": title, "subject_area": code[:2], "source": make_source()}
        course = Course.objects.get_or_create(code=code, defaults=defaults)[0]
        slots.append(
            CourseSlot(
                program=program, key=f"{grade}-{code}", grade=grade, position=position, course=course, title_en=title,
                kind=kind, stage=stage, dual_credit=dual_credit,
            )
        )  # fmt: skip
    CourseSlot.objects.bulk_create(slots)


def make_site(count: int) -> None:
    """``count`` of everything: schools, clusters with pathways with occupations and programs, and all that hangs on them."""
    schools = [make_school(number) for number in range(1, count + 1)]
    for pathway, occupations in make_clusters(count):
        for occupation in occupations:
            surround(occupation, count, others=[other for other in occupations if other is not occupation])
        _make_programs(pathway, count, schools, occupations)
    search.rebuild()
    ContentVersion.bump()


def make_clusters(count: int) -> list[tuple[Pathway, list[Occupation]]]:
    """``count`` clusters of so many pathways, each with so many occupations, and one about which nothing is published."""
    made = []
    for number in range(1, count + 1):
        cluster = make_cluster(number)
        for position in range(1, count + 1):
            pathway = make_pathway(cluster, position)
            here = [make_occupation(number * 100 + position * 10 + place, on=pathway) for place in range(count)]
            make_bare_occupation(number * 100 + position, on=pathway)
            made.append((pathway, here))
    return made


def _make_programs(pathway: Pathway, count: int, schools: list[School], occupations: list[Occupation]) -> None:
    for place in range(1, count + 1 if pathway.position == 1 else 1):
        suffix = f"{pathway.cluster.number}-{place}"
        model = make_program(pathway, slug=f"program-{suffix}", occupations=occupations)
        for school in schools:
            slug = f"{school.slug}-{suffix}"
            make_program(pathway, slug=slug, school=school, based_on=model, occupations=occupations)
