"""What can be deleted, what is archived instead, and what the pages say about it."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from assessments.models import Result
from clusters import adoption
from clusters import models as content
from clusters.models import CatalogCourse, Course, Pathway, Program, SchoolNote
from schools.models import AuditEntry, Membership, School, User
from tests.admin.forms import (
    MODELS,
    SUPERUSER_REQUEST,
    change_page,
    each_reference_model,
    first,
    messages,
    page,
    sign_in,
    stamp_of,
)
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(db):
    pathway = make_pathway(make_cluster())
    return make_program(pathway, occupations=[make_occupation(on=pathway)])


@pytest.fixture
def own(model):
    by = User.objects.create(username="grace", is_staff=True)
    return adoption.adopt(program=model, school=make_school(), by=by)


def delete(client, row):
    return client.post(page(type(row), "delete", row.pk), {"post": "yes"})


def act(client, action, *rows, **values):
    """Choose an action for rows; where it is confirmed, on the page that asks first."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    address = page(type(rows[0]), "changelist")
    if "confirmed" in values:
        values["stamp"] = stamp_of(client.post(address, data, follow=True))
    return client.post(address, data | values, follow=True)


def is_there(row):
    return type(row)._default_manager.filter(pk=row.pk).exists()


def deletions():
    return list(AuditEntry.objects.filter(action="delete").values_list("actor", "subject", "school_id"))


# --- Shared content ---------------------------------------------------------------------------------------------------


@each_reference_model
def test_shared_content_is_not_deleted(rows, staff, model):
    row = first(model)
    for shipped in (row.shipped, None):
        model._default_manager.filter(pk=row.pk).update(shipped=shipped)
        # The program without a release is a draft that never was public below.
        if model is not Program or shipped:
            assert page(model, "delete", row.pk) not in staff.get(change_page(row)).text
            assert delete(staff, row).status_code == 403
            act(staff, "delete_selected", row, post="yes")
            assert is_there(row)
    assert deletions() == []


def test_a_row_added_here_is_archived_and_brought_back(rows, staff, client):
    pathway = Pathway.objects.create(
        cluster=first(content.Cluster), number="1.90", position=90, slug="ours", title_en="Beekeeping"
    )
    assert "Beekeeping" in client.get(pathway.cluster.get_absolute_url()).text
    address = page(Pathway, "step", pathway.pk, "archive")
    assert address in staff.get(change_page(pathway)).text
    assert "1 row:" in staff.get(address).text
    assert is_there(pathway)
    response = staff.post(address, {"confirmed": "Archive", "stamp": stamp_of(staff.get(address))}, follow=True)
    assert "Archive: 1 row." in messages(response)
    assert "Added here, archived" in staff.get(page(Pathway, "changelist")).text
    pathway.refresh_from_db()
    assert pathway.retired_on == timezone.localdate()
    assert "Beekeeping" not in client.get(pathway.cluster.get_absolute_url()).text
    assert "Archived on" in staff.get(change_page(pathway)).text
    act(staff, "bring_back", pathway, confirmed="Bring back")
    assert "Beekeeping" in client.get(pathway.cluster.get_absolute_url()).text
    steps = AuditEntry.objects.order_by("pk").values_list("action", "detail")
    assert list(steps) == [("unpublish", "Archive"), ("publish", "Bring back")]
    assert LogEntry.objects.filter(object_id=str(pathway.pk)).count() == 2


def test_an_action_asks_first_and_counts(rows, staff):
    courses = [Course.objects.create(code=f"9999{n}", title=f"Bees {n}", subject_area="99") for n in range(3)]
    shipped = first(Course)
    text = act(staff, "archive", *courses, shipped).text
    assert "3 rows:" in text
    assert f'value="{shipped.pk}"' not in text
    assert not Course.objects.exclude(retired_on=None).exists()
    assert "Archive: 3 rows." in messages(act(staff, "archive", *courses, shipped, confirmed="Archive"))
    assert Course.objects.exclude(retired_on=None).count() == 3


def test_what_came_with_a_release_is_not_archived(rows, staff):
    row = first(content.Cluster)
    assert "/step/" not in staff.get(change_page(row)).text
    assert "Nothing was changed" in messages(staff.post(page(content.Cluster, "step", row.pk, "archive"), follow=True))
    assert "Nothing was changed" in messages(act(staff, "archive", row, confirmed="Archive"))
    row.refresh_from_db()
    assert row.retired_on is None
    assert staff.get(page(content.Cluster, "step", row.pk, "nonsense")).status_code == 404


def test_only_district_editors_archive(rows, client):
    course = Course.objects.create(code="99999", title="Bees", subject_area="99")
    counselor = sign_in(client, "counselor", first(School))
    assert "/step/" not in counselor.get(change_page(course)).text
    assert counselor.post(page(Course, "step", course.pk, "archive"), {"confirmed": "yes"}).status_code == 403
    act(counselor, "archive", course, confirmed="yes")
    course.refresh_from_db()
    assert course.retired_on is None


# --- Programs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["object", "action"])
def test_a_draft_that_never_was_public_is_deleted(client, own, way):
    counselor = sign_in(client, "counselor", own.school)
    assert page(Program, "delete", own.pk) in counselor.get(change_page(own)).text
    if way == "object":
        assert delete(counselor, own).status_code == 302
    else:
        assert "Are you sure" in act(counselor, "delete_selected", own).text
        act(counselor, "delete_selected", own, post="yes")
    assert not is_there(own)
    subject = f"program of study: {own}"
    assert deletions() == [("counselor 1", subject, own.school_id)]


@pytest.mark.parametrize(
    "values", [{"status": "published"}, {"status": "archived"}, {"status": "draft", "was_public": True}]
)
def test_a_program_that_was_public_is_archived_and_not_deleted(staff, own, values):
    Program.objects.filter(pk=own.pk).update(**values)
    assert "This program cannot be deleted" in staff.get(change_page(own)).text
    assert delete(staff, own).status_code == 403
    assert f"Archive the others instead: {own}." in messages(act(staff, "delete_selected", own, post="yes"))
    assert is_there(own)


def test_what_others_are_based_on_is_not_deleted(staff, model, own):
    Program.objects.filter(pk=model.pk).update(status="draft")
    assert delete(staff, model).status_code == 403
    assert "Archive the others instead" in messages(act(staff, "delete_selected", model, own, post="yes"))
    assert Program.objects.count() == 2


def test_somebody_who_may_only_read_is_told_nothing_about_deleting(client, own):
    viewer = sign_in(client, "viewer", own.school)
    Program.objects.filter(pk=own.pk).update(status="published")
    assert "deleted" not in viewer.get(change_page(own)).text
    assert delete(viewer, own).status_code == 403


# --- What belongs to a school -----------------------------------------------------------------------------------------


def test_a_course_that_no_program_uses_is_deleted(client, own):
    course = CatalogCourse.objects.create(school=own.school, number="N-1", title="Care")
    assert delete(sign_in(client, "counselor", own.school), course).status_code == 302
    assert not is_there(course)
    assert deletions() == [("counselor 1", "course of a school: N-1 Care", own.school_id)]


def test_a_course_in_use_stays_and_the_page_says_where_without_naming_others(client, own):
    course = CatalogCourse.objects.create(school=own.school, number="N-1", title="Care")
    foreign = make_program(own.pathway, 9, school=make_school(2), title="Foreign canary")
    for program in (own, foreign):
        program.course_slots.create(grade=9, title="Care", kind="elective", catalog_course=course)
    counselor = sign_in(client, "counselor", own.school)
    for response in (delete(counselor, course), act(counselor, "delete_selected", course, post="yes")):
        assert f"{own}, Grade 9: Care" in response.text
        assert "A program of another school" in response.text
        assert "canary" not in response.text
    assert is_there(course)


def test_a_note_is_deleted(client, own):
    note = SchoolNote.objects.create(school=own.school, pathway=own.pathway)
    assert delete(sign_in(client, "counselor", own.school), note).status_code == 302
    assert not is_there(note)


@pytest.mark.parametrize("what", ["program", "course", "note", "role"])
def test_a_school_stays_while_anything_is_its_own(staff, model, what):
    school = make_school(3)
    grace = User.objects.create(username="grace")
    row = {
        "program": lambda: make_program(model.pathway, 3, school=school),
        "course": lambda: CatalogCourse.objects.create(school=school, number="N-1", title="Care"),
        "note": lambda: SchoolNote.objects.create(school=school, pathway=model.pathway),
        "role": lambda: Membership.objects.create(user=grace, school=school, role="viewer"),
    }[what]()
    for response in (delete(staff, school), act(staff, "delete_selected", school, post="yes")):
        assert "protected related objects" in response.text
        assert str(row) in response.text
    assert is_there(school)
    assert is_there(row)


def test_an_empty_school_is_deleted_by_district_editors_only(client):
    school = make_school()
    assert delete(sign_in(client, "school-lead", school), school).status_code == 403
    Membership.objects.all().delete()
    assert delete(sign_in(client, "district-editor"), school).status_code == 302
    assert not is_there(school)
    assert deletions() == [("district-editor 0", "school: School 1 name", school.pk)]


# --- Students ---------------------------------------------------------------------------------------------------------


def test_no_delete_page_can_name_a_student():
    """From whatever somebody may delete here, no relation leads to what students answered."""
    registry = admin.site._registry
    waiting = [model for model in MODELS if registry[model].has_delete_permission(SUPERUSER_REQUEST)]
    reached = set()
    while waiting:
        found = waiting.pop()
        if found not in reached:
            reached.add(found)
            relations = found._meta.get_fields(include_hidden=True)
            waiting += [field.related_model for field in relations if field.auto_created and not field.concrete]
    assert reached >= {School, Membership, Program, content.CourseSlot}
    assert Result not in reached


def test_a_visitor_is_asked_to_sign_in(rows, client):
    response = client.get(page(Pathway, "step", first(Pathway).pk, "archive"))
    assert response.url.startswith(reverse("admin:login"))
