"""Pages of programs of study and schools."""

import pytest
from django.test.utils import CaptureQueriesContext

from clusters.models import CatalogCourse, Credential, Pathway, Program
from schools.models import School
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school


@pytest.fixture
def pathway(db):
    return make_pathway(make_cluster(8))


@pytest.fixture
def model(pathway):
    """A model program that leads to an occupation after an associate's degree."""
    return make_program(
        pathway, title="Nursing", occupations=[make_occupation(on=pathway, entry_education="associate")]
    )


def titles_on(client, address):
    return [program.title for program in client.get(address).context["programs"]]


class TestProgramPage:
    def test_the_grid_has_each_course_under_its_grade(self, client, model):
        years = client.get(model.get_absolute_url()).context["years"]
        grid = {year["grade"]: [slot.shown_title for _kind, slots in year["kinds"] for slot in slots] for year in years}
        assert grid == {
            9: ["English 9", "Leadership"],
            10: ["Exploring care"],
            11: ["Care"],
            12: ["Practice of care"],
        }
        assert [len(year["steps"]) for year in years] == [1, 1, 1, 1]
        assert [credential.name for credential in years[2]["credentials"]] == ["Made-up card"]

    def test_a_model_program_says_what_it_is(self, client, model):
        page = client.get(model.get_absolute_url()).text
        assert "Model program of study, for any school" in page
        assert "No school here offers it yet" in page

    def test_a_school_shows_its_own_course_numbers_and_whom_to_ask(self, client, model):
        school = make_school()
        own = make_program(
            model.pathway,
            slug="own",
            school=school,
            based_on=model,
            contact_name="Mr. Lee",
            contact_email="lee@example.org",
        )
        course = CatalogCourse.objects.create(school=school, number="HS-310", title="Caring for people", credits="0.50")
        own.course_slots.filter(grade=11).update(catalog_course=course)
        page = client.get(own.get_absolute_url()).text
        assert "Program of study at School 1 name" in page
        assert "HS-310" in page
        assert "Caring for people" in page
        assert "0.5 cr." in page
        assert "mailto:lee@example.org" in page
        assert f'href="{own.get_absolute_url()}"' in client.get(model.get_absolute_url()).text

    def test_exits_lead_from_study_to_occupations(self, client, model):
        (way_out,) = client.get(model.get_absolute_url()).context["exits"]
        assert way_out["level"].label == "After an associate's degree"
        assert [row["title"] for row in way_out["rows"]] == ["Occupation 1 title"]
        assert [link.major.title for link in way_out["majors"]] == ["Study of care"]

    def test_what_is_missing_is_said(self, client, model):
        model.course_slots.filter(kind="academic").delete()
        assert "Not in this program yet." in client.get(model.get_absolute_url()).text

    @pytest.mark.parametrize("status", ["draft", "archived"])
    def test_only_published_programs_are_public(self, client, model, status):
        Program.objects.filter(pk=model.pk).update(status=status)
        assert client.get(model.get_absolute_url()).status_code == 404
        for address in ("/programs/", model.pathway.get_absolute_url(), "/occupations/29-1001.00/", "/sitemap.xml"):
            assert f"/programs/{model.slug}/" not in client.get(address).text

    def test_a_program_leaves_with_its_pathway(self, client, model):
        Pathway.objects.filter(pk=model.pathway_id).update(retired_on="2026-01-01")
        assert client.get(model.get_absolute_url()).status_code == 404

    def test_parts_that_a_release_dropped_are_left_out(self, client, model):
        model.course_slots.filter(grade=9).update(retired_on="2026-01-01")
        years = client.get(model.get_absolute_url()).context["years"]
        assert [slots for _kind, slots in years[0]["kinds"]] == [[], [], []]


class TestProgramList:
    def test_without_a_school_the_model_programs_are_listed(self, client, model):
        make_program(model.pathway, slug="own", title="Nursing here", school=make_school(), based_on=model)
        assert titles_on(client, "/programs/") == ["Nursing"]
        assert "at 1 school" in client.get("/programs/").text
        assert titles_on(client, "/programs/?school=school-1") == ["Nursing here"]

    def test_filters_narrow_and_combine(self, client, model):
        other = make_pathway(make_cluster(9))
        welding = make_program(other, 2, title="Welding", last_entry=11)
        welding.course_slots.update(dual_credit=False)
        card = Credential.objects.create(slug="weld", name="Weld card", issuer="Weld board", kind="card")
        welding.program_credentials.create(credential=card, grade=12)
        for query, expected in {
            "cluster=cluster-9": ["Welding"],
            "pathway=8.1": ["Nursing"],
            "grade=9": ["Nursing", "Welding"],
            "grade=11": ["Welding"],
            "grade=12": [],
            "credential=weld": ["Welding"],
            "dual_credit=on": ["Nursing"],
            "dual_credit=on&cluster=cluster-9": [],
        }.items():
            assert titles_on(client, f"/programs/?{query}") == expected, query

    @pytest.mark.parametrize("query", ["school=nowhere", "grade=seven", "cluster=8", "credential=x"])
    def test_a_filter_that_makes_no_sense_is_named_and_left_aside(self, client, model, query):
        answer = client.get(f"/programs/?{query}")
        assert "Some of what you wrote was left aside" in answer.text
        assert [program.title for program in answer.context["programs"]] == ["Nursing"]

    def test_pages_follow_each_other(self, client, pathway):
        for number in range(26):
            make_program(pathway, number)
        first = client.get("/programs/?pathway=8.1")
        assert len(first.context["programs"]) == 24
        assert "?pathway=8.1&amp;page=2" in first.text
        assert len(client.get("/programs/?page=2").context["programs"]) == 2


class TestSchoolPages:
    def test_a_school_shows_what_it_offers_by_cluster(self, client, model):
        school = make_school()
        other = make_pathway(make_cluster(3))
        make_program(model.pathway, slug="own-1", title="Nursing here", school=school, based_on=model)
        make_program(other, slug="own-2", title="Film", school=school)
        make_program(other, slug="own-3", title="Not yet", school=school, status="draft")
        answer = client.get(school.get_absolute_url())
        offered = [
            (cluster.number, [program.title for program in here]) for cluster, here in answer.context["clusters"]
        ]
        assert offered == [(3, ["Film"]), (8, ["Nursing here"])]
        assert "Ms. Rivera" in answer.text
        assert "Not yet" not in answer.text
        assert "2 programs of study" in client.get("/schools/").text

    def test_a_site_without_schools_says_where_to_look(self, client, db):
        assert "No school is on this site yet." in client.get("/schools/").text

    def test_a_school_without_programs_says_so(self, client, db):
        assert "has not published a program of study here yet" in client.get(make_school().get_absolute_url()).text


def test_a_pathway_names_the_schools_that_offer_its_programs(client, model):
    for number in range(1, 9):
        make_program(model.pathway, slug=f"own-{number}", school=make_school(number), based_on=model)
    make_program(model.pathway, slug="invented-here", title="Invented here", school=School.objects.first())
    page = client.get(model.pathway.get_absolute_url())
    assert [program.title for program in page.context["programs"]] == ["Nursing", "Invented here"]
    assert len(page.context["programs"][0].offers) == 6
    assert "and others" in page.text


def test_a_pathway_without_programs_says_so(client, pathway):
    assert "No program of study has been written for this pathway yet" in client.get(pathway.get_absolute_url()).text


def test_an_occupation_names_the_programs_that_lead_to_it(client, model):
    page = client.get("/occupations/29-1001.00/").text
    assert "Programs of study that lead here" in page
    assert model.get_absolute_url() in page


def test_search_finds_model_programs_and_not_their_copies(client, model):
    make_program(model.pathway, slug="own", title="Nursing", school=make_school(), based_on=model)
    found = client.get("/search/?q=nursing").context["programs"]
    assert [program["slug"] for program in found] == [model.slug]


@pytest.mark.once
def test_a_large_district_asks_no_more_queries(client, model, django_assert_max_num_queries):
    """200 schools of 100 programs; benchmarks/programs.py measures the time."""
    addresses = [
        "/programs/", "/programs/?school=school-1", "/schools/", "/schools/school-1/",
        model.get_absolute_url(), model.pathway.get_absolute_url(),
    ]  # fmt: skip
    make_school()
    before = {address: _queries(client, address) for address in addresses}
    schools = School.objects.bulk_create(School(slug=f"s-{n}", name=f"Another school {n:03}") for n in range(199))
    Program.objects.bulk_create(
        Program(
            slug=f"{school.slug}-{number}", title_en=f"Program {number}", pathway=model.pathway, school=school,
            based_on=model, status="published",
        )
        for school in [School.objects.get(slug="school-1"), *schools]
        for number in range(100)
    )  # fmt: skip
    after = {address: _queries(client, address) for address in addresses}
    assert max(after.values()) <= 8
    # A page that lists programs for the first time asks for those, and no more.
    assert all(after[address] <= before[address] + 1 for address in addresses)
    assert len(client.get("/schools/school-1/").context["page"].object_list) == 30


def _queries(client, address):
    from django.db import connection

    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
