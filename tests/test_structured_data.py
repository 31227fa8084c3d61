"""What pages say in schema.org terms: what they show, and nothing else."""

import json
import re

import pytest
from django.utils.html import escape

from careers.templatetags.components import json_ld
from clusters.choices import ProgramStatus
from clusters.models import CatalogCourse, CourseSlot, WorkBasedLearning
from tests.factories import (
    make_bare_occupation,
    make_cluster,
    make_occupation,
    make_pathway,
    make_program,
    make_school,
    surround,
)


def _page(client, row) -> tuple[dict, str]:
    """The block of data on the row's page, and the page without it."""
    html = client.get(row.get_absolute_url()).text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(block), html.replace(block, "")


def _names(data):
    """Every name in the data but those of the code set and of the release."""
    for key, value in data.items():
        if key == "name":
            yield value
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict) and part["@type"] not in (
                "CategoryCodeSet",
                "MonetaryAmountDistribution",
                "Country",
            ):
                yield from _names(part)


@pytest.fixture
def pathway(db):
    return make_pathway(make_cluster())


def test_program_of_a_school(client, pathway):
    school = make_school()
    program = make_program(pathway, school=school, occupations=[make_occupation(on=pathway)])
    course = CatalogCourse.objects.create(school=school, number="HS-201", title="Care at our school")
    CourseSlot.objects.filter(title_en="Care").update(catalog_course=course)
    data, page = _page(client, program)
    courses = data.pop("hasCourse")
    assert data == {
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalProgram",
        "name": "Program 1 title",
        "description": "Learn to care for people.",
        "url": "http://testserver/programs/program-1/",
        "provider": {"@type": "School", "name": "School 1 name", "url": "http://testserver/schools/school-1/"},
        "timeToComplete": "P4Y",
        "programPrerequisites": "Start in grade 9, or join in grade 10.",
        "occupationalCategory": [
            {
                "@type": "CategoryCode",
                "codeValue": "29-1001.00",
                "name": "Occupation 1 title",
                "inCodeSet": {
                    "@type": "CategoryCodeSet",
                    "name": "O*NET-SOC 2019",
                    "url": "https://www.onetonline.org/",
                },
            }
        ],
        "occupationalCredentialAwarded": [
            {
                "@type": "EducationalOccupationalCredential",
                "name": "Made-up card",
                "credentialCategory": "Training card",
                "recognizedBy": {"@type": "Organization", "name": "Made-up board"},
            }
        ],
    }
    assert len(courses) == 5
    assert courses[3] == {
        "@type": "Course",
        "name": "Care at our school",
        "courseCode": "HS-201",
        "educationalLevel": "Grade 11",
    }
    assert [name for name in _names(data | {"hasCourse": courses}) if name not in page] == []


def test_model_program_has_no_provider_and_an_empty_one_no_courses(client, pathway):
    program = make_program(pathway, ways_in="")
    for rows in (program.course_slots, program.program_credentials, WorkBasedLearning.objects):
        rows.all().delete()
    data, _text = _page(client, program)
    assert data.keys() == {"@context", "@type", "name", "description", "url"}


def test_occupation(client, pathway):
    occupation = make_occupation(on=pathway, summary="Care for people.")
    surround(occupation, 1, others=[])
    data, page = _page(client, occupation)
    assert data["@type"] == "Occupation"
    assert data["description"] == "Care for people."
    assert data["occupationalCategory"][0]["codeValue"] == "29-1001.00"
    assert data["occupationLocation"] == {"@type": "Country", "name": "US"}
    assert data["estimatedSalary"] == {
        "@type": "MonetaryAmountDistribution",
        "name": "Wider group: Made-up release, May 2025",
        "currency": "USD",
        "duration": "P1Y",
        "percentile10": 30001,
        "percentile25": 40001,
        "median": 50001,
        "percentile75": 60001,
        "percentile90": 70001,
    }
    assert data["educationRequirements"] == "Bachelor's degree"
    assert data["experienceRequirements"] == "No earlier experience"
    assert sorted(data["skills"]) == ["knowledge 0", "skill 0"]
    for shown in (data["educationRequirements"], data["experienceRequirements"], *data["skills"]):
        assert escape(shown) in page


def test_what_is_not_published_has_no_property(client, db):
    data, _text = _page(client, make_bare_occupation())
    assert data.keys() == {"@context", "@type", "name", "url", "occupationalCategory", "occupationLocation"}


def test_pay_by_the_hour(client, pathway):
    yearly = {f"wage_{percentile}": None for percentile in ("p10", "p25", "median", "p75", "p90")}
    salary = _page(client, make_occupation(on=pathway, **yearly))[0]["estimatedSalary"]
    assert (salary["duration"], salary["median"]) == ("PT1H", 24.5)


def test_pay_at_the_ceiling_is_not_said_as_if_it_were_known(client, pathway):
    surgeon = make_occupation(on=pathway, wage_top_coded=True, wage_median=239_200, wage_p75=239_200, wage_p90=239_200)
    salary = _page(client, surgeon)[0]["estimatedSalary"]
    assert salary.keys() == {"@type", "name", "currency", "duration", "percentile10", "percentile25"}


def test_no_text_ends_the_block(client, pathway):
    title = "</script><script>alert(1)</script><!-- & \u2028\u2029"
    data, page = _page(client, make_program(pathway, title=title, status=ProgramStatus.PUBLISHED))
    assert data["name"] == title
    assert "<script>" not in page


def test_json_ld_escapes_what_html_and_scripts_read():
    block = json_ld({"name": "<>&\u2028\u2029é"})
    assert block == (r'<script type="application/ld+json">{"name":"\u003c\u003e\u0026\u2028\u2029é"}</script>')
