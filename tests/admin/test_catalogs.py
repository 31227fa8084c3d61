"""Schools and their catalogs in the admin."""

import pytest

from clusters.models import CatalogCourse
from schools.models import School
from tests.admin.forms import change_page, form_data, page, save
from tests.factories import make_cluster, make_pathway, make_program, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def school(db):
    return make_school()


def make_course(school, number, *before, **fields):
    course = CatalogCourse.objects.create(school=school, number=number, title=f"Course {number}", **fields)
    course.prerequisites.set(before)
    return course


def add(client, **values):
    data = form_data(client.get(page(CatalogCourse, "add"))) | {"number": "HS-1", "title": "Care"} | values
    return client.post(page(CatalogCourse, "add"), data)


def test_a_course_is_added_to_a_school(staff, school):
    assert b"prerequisites" not in staff.get(page(CatalogCourse, "add")).content
    add(staff, school=school.pk)
    assert CatalogCourse.objects.get().school == school


@pytest.mark.parametrize(("first", "last"), [(8, 12), (9, 13), (12, 9)])
def test_a_course_is_for_grades_of_its_school(staff, school, first, last):
    response = add(staff, school=school.pk, first_grade=first, last_grade=last)
    assert b"School 1 name has grades 9 to 12." in response.content
    assert not CatalogCourse.objects.exists()


def test_a_number_is_given_once_in_a_school(staff, school):
    make_course(school, "HS-1")
    other = make_course(school, "HS-2")
    message = b"This school has a course with this number already."
    assert message in add(staff, school=school.pk).content
    assert message in save(staff, other, number="HS-1").content
    add(staff, school=make_school(2).pk)
    assert CatalogCourse.objects.count() == 3


def test_a_course_stays_with_its_school(staff, school):
    course = make_course(school, "HS-1")
    save(staff, course, school=make_school(2).pk, title="Renamed")
    assert (course.school, course.title) == (school, "Renamed")


def test_prerequisites_are_courses_of_the_same_school(staff, school):
    course, foreign, before = (
        make_course(school, "HS-2"),
        make_course(make_school(2), "X-1"),
        make_course(school, "HS-1"),
    )
    response = save(staff, course, prerequisites=[before.pk, foreign.pk])
    assert b"These belong to another one: X-1 Course X-1." in response.content
    assert not course.prerequisites.exists()
    save(staff, course, prerequisites=[before.pk])
    assert [*course.prerequisites.all()] == [before]
    assert f"autocomplete/?school={school.pk}" in staff.get(change_page(course)).content.decode()


def test_prerequisites_in_a_circle_are_named(staff, school):
    first = make_course(school, "HS-1")
    second = make_course(school, "HS-2", first)
    third = make_course(school, "HS-3", second)
    text = save(staff, first, prerequisites=[third.pk]).content.decode()
    assert "Each of these would have to come before the next: " in text
    assert "HS-1 → HS-2 → HS-3 → HS-1" in text or "HS-3 → HS-1" in text
    assert not first.prerequisites.exists()
    assert "HS-1 → HS-1" in save(staff, first, prerequisites=[first.pk]).content.decode()


def test_a_school_with_programs_or_courses_is_not_deleted(staff, school):
    empty = make_school(2)
    make_course(school, "HS-1")
    third = make_school(3)
    make_program(make_pathway(make_cluster()), school=third)
    for each in (school, third):
        response = staff.post(page(School, "delete", each.pk), {"post": "yes"})
        assert b"protected related objects" in response.content
    staff.post(page(School, "delete", empty.pk), {"post": "yes"})
    assert {*School.objects.all()} == {school, third}


def test_a_school_that_ends_before_it_begins_is_refused(staff, school):
    assert b"The first grade is not after the last one." in save(staff, school, first_grade=12, last_grade=9).content


def test_contacts_say_that_they_are_public(staff, school):
    text = staff.get(change_page(school)).content.decode()
    assert "A work address. It is public." in text
    assert "It is public.</div>" in text
