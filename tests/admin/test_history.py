"""Who changed what when, field by field, and the way back."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from modeltranslation.manager import get_translatable_fields_for_model
from reversion.models import Version

from clusters import adoption
from clusters import models as content
from clusters.choices import Basis
from clusters.history import FROM_RELEASES
from schools.choices import AuditAction, Role
from schools.history import CannotBeRestored, read, recording, restore, versions_of
from schools.models import AuditEntry, Membership, School, User
from schools.wholes import is_whole, kept_columns, whole_of
from tests.admin.forms import EDITABLE_MODELS, first, form_data, make_occupation, messages, page, save

pytestmark = pytest.mark.django_db
HISTORY_BUDGET = 15


@pytest.fixture
def ada(db):
    return User.objects.create(username="ada-b", first_name="Ada", last_name="Byron", is_staff=True, is_superuser=True)


@pytest.fixture
def own(rows, ada):
    """A school's own program, with a version for its beginning."""
    return adoption.adopt(program=first(content.Program), school=first(School), by=ada)


def sign_in(client, role, school):
    user = User.objects.create(username=f"{role}-{school}", is_staff=True)
    Membership.objects.create(user=user, school=school, role=role)
    client.force_login(user)
    return client


def history(client, row):
    response = client.get(page(type(row), "history", row.pk))
    assert response.status_code == 200
    return [(saved, None if lines is None else list(lines)) for saved, lines in response.context["versions"]]


def states(row):
    return [(saved.who, saved.comment) for saved in read(whole_of(type(row)), versions_of(row))]


def picture(row):
    """All that a row and its parts say."""
    whole = whole_of(type(row))
    return whole.state_of(whole.load([row.pk])[0])


def take_back(client, row, version):
    address = page(type(row), "revert", row.pk, version.pk)
    response = client.get(address)
    return client.post(address, {"stamp": response.context["stamp"]}, follow=True)


# --- What is kept -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [m for m in EDITABLE_MODELS if m._meta.app_label == "clusters"] + [School])
def test_a_version_holds_all_that_a_form_edits(model):
    parts = {part.model for part in whole_of(model).parts}
    assert {inline.model for inline in admin.site._registry[model].inlines} <= parts
    for each in {model, *parts}:
        columns = {field.name for field in each._meta.concrete_fields if field.editable and not field.primary_key}
        translated = set(get_translatable_fields_for_model(each) or ())
        assert columns - translated - set(FROM_RELEASES) <= set(kept_columns(each))


def test_the_first_change_keeps_what_was_there_before(rows, staff):
    cluster = first(content.Cluster)
    save(staff, cluster, summary_en="Our words.")
    assert states(cluster) == [("ada", ""), ("", "As it was before")]
    (newest, lines), (_oldest, nothing) = history(staff, cluster)
    assert newest.who == "ada"
    assert lines == [("Summary (English)", "As shipped.", "Our words.")]
    assert nothing is None


def test_what_nobody_recorded_is_nobodys_change(rows, staff):
    cluster = first(content.Cluster)
    save(staff, cluster, summary_en="Our words.")
    content.Cluster.objects.filter(pk=cluster.pk).update(why_it_matters_en="From a newer release.")
    save(staff, cluster, summary_en="Better words.")
    assert [who for who, _comment in states(cluster)] == ["ada", "", "ada", ""]
    assert [line.label for line in history(staff, cluster)[0][1]] == ["Summary (English)"]


def test_saving_without_a_change_leaves_no_version(rows, staff):
    cluster = first(content.Cluster)
    save(staff, cluster, summary_en="Our words.")
    save(staff, cluster)
    assert versions_of(cluster).count() == 2


def test_a_new_row_has_a_history_from_its_beginning(rows, staff):
    data = form_data(staff.get(page(content.Credential, "add")))
    data |= {"name": "New card", "slug": "new-card", "issuer": "Board", "kind": "card"}
    assert staff.post(page(content.Credential, "add"), data).status_code == 302
    assert states(content.Credential.objects.get(slug="new-card")) == [("ada", "")]


def test_parts_are_told_in_words(own, staff):
    slot = own.course_slots.get(title_en="Health 1")
    with recording(own, by=None):
        own.course_slots.create(grade=10, title_en="Health II", kind="academic", credits=1)
        own.work_based_learning.first().delete()
        content.CourseSlot.objects.filter(pk=slot.pk).update(dual_credit=True)
    lines = {line.label: (line.old, line.new) for line in history(staff, own)[0][1]}
    assert lines["Course of a program “Grade 9: Health 1”: Dual credit"] == ("No", "Yes")
    assert "Course of a program added: Grade 10: Health II" in lines
    assert "Look." in lines["Step of work-based learning taken out: Grade 9: Visit to a workplace"][0]


def test_the_name_outlives_the_account(rows, ada, staff):
    school = first(School)
    with recording(school, by=ada):
        School.objects.filter(pk=school.pk).update(contact_name="Ms. Rivera")
    ada.delete()
    assert history(staff, school)[0][0].who == "Ada Byron (ada-b)"


def test_a_history_of_any_length_costs_as_many_queries(own, ada, staff):
    address = page(content.Program, "history", own.pk)
    counts = []
    for number in range(1, 13):
        with recording(own, by=ada):
            own.course_slots.update(course=content.Course.objects.all()[number % 3], credits=number / 4)
            content.Program.objects.filter(pk=own.pk).update(title_en=f"Title {number}")
        if number in (3, 12):
            staff.get(address)
            with CaptureQueriesContext(connection) as queries:
                staff.get(address)
            counts.append(len(queries))
    assert max(counts) <= HISTORY_BUDGET
    assert counts[0] == counts[1]
    assert "Page 2 of 2" in staff.get(address, {"p": "2"}).content.decode()


# --- Who may read it --------------------------------------------------------------------------------------------------


def test_the_history_of_another_school_is_not_there(own, ada):
    other = School.objects.create(slug="far-school", name="Far school")
    stranger = sign_in(Client(), Role.SCHOOL_LEAD, other)
    version = versions_of(own).get()
    assert stranger.get(page(content.Program, "history", own.pk)).status_code == 404
    revert = page(content.Program, "revert", own.pk, version.pk)
    assert [stranger.get(revert).status_code, stranger.post(revert).status_code] == [404, 404]
    viewer = sign_in(Client(), Role.VIEWER, own.school)
    assert viewer.get(page(content.Program, "history", own.pk)).status_code == 200
    assert [viewer.get(revert).status_code, viewer.post(revert).status_code] == [403, 403]


def test_a_version_of_another_row_is_not_there(own, ada, staff):
    more = adoption.adopt(program=first(content.Program), school=School.objects.last(), by=ada)
    assert staff.get(page(content.Program, "revert", own.pk, versions_of(more).get().pk)).status_code == 404


def test_names_that_the_reader_may_not_know_stay_unsaid(rows, ada):
    """However another school's course got there: its name is that school's."""
    school, other = first(School), School.objects.create(slug="far-school", name="Far school")
    own = adoption.adopt(program=first(content.Program), school=school, by=ada)
    canary = content.CatalogCourse.objects.create(school=other, number="X-1", title="Canary course")
    with recording(own, by=ada):
        own.course_slots.update(catalog_course=canary)
    text = sign_in(Client(), Role.COUNSELOR, school).get(page(content.Program, "history", own.pk)).content.decode()
    assert "not for you to see" in text
    assert "Canary course" not in text


# --- The way back -----------------------------------------------------------------------------------------------------


def test_a_program_comes_back_with_all_of_its_parts(own, ada, staff):
    before, (version,) = picture(own), versions_of(own)
    with recording(own, by=ada):
        content.Program.objects.filter(pk=own.pk).update(title_en="Ours", status="published")
        own.course_slots.update(credits=2)
        own.program_majors.all().delete()
        own.course_slots.create(grade=11, title_en="Added", kind="academic", credits=1)
    counselor = sign_in(Client(), Role.COUNSELOR, own.school)
    response = take_back(counselor, own, version)
    assert "It is as it was then" in messages(response)
    after = picture(own)
    root = str(own.pk)
    # What is public stays public.
    assert after[""][root].pop("status") == "published"
    assert before[""][root].pop("status") == "draft"
    assert after == before
    assert states(own)[0][1].startswith("Taken back to the version of")
    entry = AuditEntry.objects.get(action=AuditAction.REVERT)
    assert (entry.school_id, entry.actor) == (own.school_id, "counselor-Nurse school 1")


def test_the_page_that_asks_says_what_would_change(own, ada, staff):
    (version,) = versions_of(own)
    with recording(own, by=ada):
        content.Program.objects.filter(pk=own.pk).update(title_en="Ours", status="published")
    response = staff.get(page(content.Program, "revert", own.pk, version.pk))
    assert response.context["lines"] == [("Title (English)", "Ours", "Nursing 1")]
    assert "Status" in ", ".join(response.context["stays"])
    assert content.Program.objects.get(pk=own.pk).title_en == "Ours"


def test_a_page_that_is_out_of_date_asks_again(own, ada, staff):
    (version,) = versions_of(own)
    content.Program.objects.filter(pk=own.pk).update(title_en="Ours")
    address = page(content.Program, "revert", own.pk, version.pk)
    stamp = staff.get(address).context["stamp"]
    content.Program.objects.filter(pk=own.pk).update(title_en="Somebody else's")
    assert "somebody saved this meanwhile" in messages(staff.post(address, {"stamp": stamp}, follow=True))
    assert content.Program.objects.get(pk=own.pk).title_en == "Somebody else's"


def test_a_version_that_names_a_row_that_is_gone_cannot_come_back(own, ada, staff):
    course = content.CatalogCourse.objects.create(school=own.school, number="G-1", title="Gone")
    with recording(own, by=ada):
        own.course_slots.update(catalog_course=course)
    version = versions_of(own).first()
    with recording(own, by=ada):
        own.course_slots.update(catalog_course=None)
        content.Program.objects.filter(pk=own.pk).update(title_en="Ours")
    course.delete()
    before = picture(own)
    assert "this version cannot come back" in messages(take_back(staff, own, version))
    assert picture(own) == before
    assert not AuditEntry.objects.filter(action=AuditAction.REVERT).exists()


def test_courses_that_would_need_each_other_cannot_come_back(rows, ada):
    one, other = content.CatalogCourse.objects.filter(school=first(School)).order_by("pk")[:2]
    one.prerequisites.set([other])
    with recording(one, by=ada):
        one.prerequisites.clear()
    other.prerequisites.set([one])
    with pytest.raises(CannotBeRestored, match="come before the next"):
        restore(row=one, version=versions_of(one).last(), by=ada)
    assert not one.prerequisites.exists()


def test_what_came_with_a_release_since_stays(rows, ada):
    pathway = first(content.Pathway)
    released, *others = pathway.pathway_occupations.order_by("pk")
    with recording(pathway, by=ada):
        content.Pathway.objects.filter(pk=pathway.pk).update(summary_en="Ours.")
    version = versions_of(pathway).first()
    later = {"pathway": pathway, "basis": Basis.EDITORIAL}
    newest = content.PathwayOccupation.objects.create(**later, occupation=make_occupation(4), shipped=released.shipped)
    content.PathwayOccupation.objects.create(**later, occupation=make_occupation(5))
    restore(row=pathway, version=version, by=ada)
    assert set(pathway.pathway_occupations.all()) == {released, *others, newest}


def test_every_writer_of_programs_leaves_a_version(own, ada, staff):
    assert states(own) == [("Ada Byron (ada-b)", "Adopted from the model program")]
    content.Program.objects.filter(pk=own.based_on_id).update(title_en="Newer")
    (change,) = adoption.changes(content.Program.objects.with_parts().get(pk=own.pk))
    adoption.settle(program=own, change=change.name, take=True, by=ada)
    assert states(own)[0] == ("Ada Byron (ada-b)", "Taken over from the model program")
    assert history(staff, own)[0][1] == [("Title (English)", "Nursing 1", "Newer")]


def test_models_without_a_whole_have_no_versions(rows, staff):
    assert not is_whole(User)
    assert not Version.objects.exists()
