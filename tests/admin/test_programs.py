"""Programs of study in the admin: what they have and lack, adopting, what changed, and publishing."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters import adoption
from clusters import models as content
from clusters.choices import ProgramStatus
from clusters.models import ContentVersion, Program
from schools.models import User
from tests.admin.forms import BUDGET, change_page, form_data, messages, page, save, sign_in
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(db):
    pathway = make_pathway(make_cluster())
    return make_program(pathway, occupations=[make_occupation(number, on=pathway) for number in (1, 2)])


@pytest.fixture
def own(model):
    by = User.objects.create(username="grace", is_staff=True)
    return adoption.adopt(program=model, school=make_school(), by=by)


def step(name, program, *args):
    return reverse(f"admin:clusters_program_{name}", args=[program.pk, *args])


def act(client, action, *programs, **values):
    """Choose an action for programs; where it is confirmed, on the page that asks first."""
    data = {"action": action, "_selected_action": [program.pk for program in programs]}
    if "confirmed" in values:
        asked = client.post(page(Program, "changelist"), data)
        values["stamp"] = (asked.context and asked.context.get("stamp", "")) or ""
    return client.post(page(Program, "changelist"), data | values, follow=True)


def take(client, address, **values):
    """Open the page of a step and say yes."""
    stamp = client.get(address).context["stamp"]
    return client.post(address, {"confirmed": "yes", "stamp": stamp, **values}, follow=True)


def statuses(*programs):
    return [Program.objects.get(pk=program.pk).status for program in programs]


# --- The form and the list --------------------------------------------------------------------------------------------


def test_the_form_says_what_a_program_has_and_lacks(staff, model, own):
    for program, met in ((model, 5), (own, 4)):
        text = staff.get(change_page(program)).content.decode()
        assert f"{met} of 6 elements of a program of study" in text
        assert "Add academic courses, with their SCED codes, in: " in text
        assert "Grade 9 has 2 credits" in text
        assert "completeness)" not in text
    assert "Write who near the school needs these skills" in text


def test_the_list_counts_the_elements_and_names_the_school(staff, model, own):
    text = staff.get(page(Program, "changelist")).content.decode()
    assert "5 of 6" in text
    assert "4 of 6" in text
    assert "Model program</td>" in text
    assert "School 1 name</td>" in text


@pytest.mark.parametrize(("offered_by", "found"), [("models", "model"), ("school", "own")])
def test_programs_are_filtered_by_who_offers_them(staff, model, own, offered_by, found):
    value = own.school_id if offered_by == "school" else offered_by
    results = staff.get(page(Program, "changelist"), {"offered_by": value}).context["cl"].queryset
    assert [*results] == [{"model": model, "own": own}[found]]


def test_an_odd_school_in_the_address_gets_an_answer(staff, own):
    assert staff.get(page(Program, "changelist"), {"offered_by": "nonsense"}, follow=True).status_code == 200


@pytest.mark.once
def test_pages_of_a_schools_program_cost_the_same_with_more_courses(staff, model, own):
    counts = []
    for number in range(2):
        for address in (change_page(own), step("changes", own), step("status", own, "published")):
            staff.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert staff.get(address).status_code == 200
            counts.append(len(queries))
        for copy in range(5):
            course = content.CatalogCourse.objects.create(school=own.school, number=f"N-{number}{copy}", title="Care")
            own.course_slots.create(grade=9, title="Care", kind="elective", catalog_course=course, course=None)
    # The first course of the school's catalog brings two queries: its prerequisites, for the form and for the checks.
    assert counts[3] <= counts[0] + 2
    assert max(counts) <= BUDGET["form"] + 5


def test_a_program_stays_with_its_school(staff, model, own):
    other = make_school(2)
    assert "school" not in staff.get(change_page(own)).context["adminform"].form.fields
    save(staff, own, school=other.pk, status="published", based_on="")
    save(staff, model, school=other.pk)
    assert (own.school.slug, own.status, own.based_on) == ("school-1", "draft", model)
    assert model.school is None


def test_a_new_program_is_a_draft(staff, model):
    data = form_data(staff.get(page(Program, "add")))
    data |= {"title_en": "Nursing", "slug": "nursing", "pathway": model.pathway_id, "status": "published"}
    staff.post(page(Program, "add"), data)
    assert Program.objects.get(slug="nursing").status == "draft"


def test_an_edited_status_is_not_offered_to_be_restored(staff, model):
    model.shipped = {name: getattr(model, name) for name in Program.shipped_columns()} | {"status": "draft"}
    model.save()
    response = staff.get(change_page(model))
    assert response.context["edited_here"] == []
    assert "as it was shipped again" not in messages(save(staff, model, _restore="status"))


# --- Parts of a program -----------------------------------------------------------------------------------------------


def test_parts_of_a_school_are_deleted_and_shipped_ones_stay(staff, model, own):
    for program in (model, own):
        step = program.work_based_learning.get(grade=11)
        if program == model:
            step.shipped = {name: getattr(step, name) for name in step.shipped_columns()}
            step.save()
        save(staff, program, **{f"{step_of(staff.get(change_page(program)), step)}-DELETE": "on"})
    assert model.work_based_learning.filter(grade=11).exists()
    assert not own.work_based_learning.filter(grade=11).exists()


def step_of(response, step):
    """The prefix of the row of a step of work-based learning in the form."""
    formsets = {inline.formset.prefix: inline.formset for inline in response.context["inline_admin_formsets"]}
    return next(form.prefix for form in formsets["work_based_learning"].forms if form.instance == step)


def choices(client, model, field, **within):
    address = reverse("admin:autocomplete")
    query = {"app_label": "clusters", "model_name": model, "field_name": field, "term": "", **within}
    return [result["text"] for result in client.get(address, query).json()["results"]]


def test_choosers_offer_what_the_school_and_the_pathway_have(staff, model, own):
    course = content.CatalogCourse.objects.create(school=own.school, number="N-1", title="Care")
    content.CatalogCourse.objects.create(school=make_school(2), number="N-2", title="Elsewhere")
    make_occupation(3, on=make_pathway(make_cluster(9)))
    assert f"autocomplete/?school={own.school_id}" in staff.get(change_page(course)).content.decode()
    assert f"autocomplete/?pathway={own.pathway_id}" in staff.get(change_page(own)).content.decode()
    assert choices(staff, "catalogcourse", "prerequisites", school=own.school_id) == ["N-1 Care"]
    assert len(choices(staff, "programoccupation", "occupation", pathway=own.pathway_id)) == 2
    assert len(choices(staff, "programoccupation", "occupation")) == 3


@pytest.mark.parametrize("odd", ["nonsense", "-1", "9" * 30, "²"])
def test_choosers_answer_odd_addresses(staff, own, odd):
    for within, model, field in (
        ("school", "courseslot", "catalog_course"),
        ("pathway", "programoccupation", "occupation"),
    ):
        assert choices(staff, model, field, **{within: odd}) is not None


# --- Adopting ---------------------------------------------------------------------------------------------------------


def test_a_school_adopts_a_model_program(staff, model):
    school = make_school()
    assert step("adopt", model) in staff.get(change_page(model)).content.decode()
    assert b"School 1 name" in staff.get(step("adopt", model)).content
    response = take(staff, step("adopt", model), school=school.pk)
    own = Program.objects.get(school=school)
    assert response.request["PATH_INFO"] == change_page(own)
    assert "Next: choose the school's own course" in messages(response)
    assert LogEntry.objects.get(object_id=str(own.pk)).user.username == "ada"


def test_a_school_adopts_several_at_once(staff, model):
    second, school = make_program(model.pathway, 2), make_school()
    assert b"each of these 2 model programs" in act(staff, "adopt_for_school", model, second).content
    assert not Program.objects.filter(school=school).exists()
    response = act(staff, "adopt_for_school", model, second, confirmed="Adopt", school=school.pk)
    assert "2 drafts" in messages(response)
    assert {program.based_on for program in response.context["cl"].queryset} == {model, second}


@pytest.mark.parametrize("school", ["", "999999", "nonsense"])
def test_without_a_school_nothing_is_adopted(staff, model, school):
    response = staff.post(step("adopt", model), {"school": school, "confirmed": "Adopt"})
    assert b"errorlist" in response.content
    assert Program.objects.count() == 1


def test_a_school_has_one_copy_in_use(staff, model, own):
    response = staff.post(step("adopt", model), {"school": own.school_id, "confirmed": "Adopt"})
    assert b"School 1 name has this already: Program 1 title." in response.content
    Program.objects.filter(pk=own.pk).update(status="archived")
    take(staff, step("adopt", model), school=own.school_id)
    assert model.copies.count() == 2


def test_only_model_programs_in_use_are_adopted(staff, model, own):
    assert staff.get(step("adopt", own)).status_code == 404
    assert "Leave out: Program 1 title (School 1 name)." in messages(act(staff, "adopt_for_school", model, own))
    Program.objects.filter(pk=model.pk).update(status="archived")
    assert staff.get(step("adopt", model)).status_code == 404
    assert model.copies.count() == 1


# --- What changed in the model program --------------------------------------------------------------------------------


def test_changes_are_announced_and_settled_one_by_one(staff, model, own):
    assert b"What changed in the model program" not in staff.get(change_page(own)).content
    Program.objects.filter(pk=model.pk).update(summary_en="Learn more.", audience_en="For everybody.")
    assert b"The model program has 2 changes that are not here." in staff.get(change_page(own)).content
    text = staff.get(step("changes", own)).content.decode()
    for words in ("Summary (English)", "Learn more.", "Learn to care for people.", "Who it is for (English)"):
        assert words in text
    assert "Taken over" in messages(staff.post(step("changes", own), {"take": "columns:summary_en"}, follow=True))
    response = staff.post(step("changes", own), {"keep": "columns:audience_en"}, follow=True)
    assert "Yours stays" in messages(response)
    assert b"Nothing is left to settle" in response.content
    own.refresh_from_db()
    assert (own.summary_en, own.audience_en) == ("Learn more.", "For you if you like to listen.")


@pytest.mark.parametrize("data", [{"take": "columns:summary_en"}, {"keep": "nonsense"}, {}])
def test_a_change_that_is_gone_says_so(staff, own, data):
    assert "This change is gone" in messages(staff.post(step("changes", own), data, follow=True))


def test_a_model_program_has_nothing_to_follow(staff, model):
    assert staff.get(step("changes", model)).status_code == 404


# --- Publishing and archiving -----------------------------------------------------------------------------------------


def test_publishing_asks_first_and_tells_what_is_to_mend(staff, own):
    text = act(staff, "publish", own).content.decode()
    assert "from Draft to Published" in text
    assert "You can go on, but these are still to mend:" in text
    assert "Write who near the school needs these skills" in text
    assert statuses(own) == ["draft"]
    version = ContentVersion.current()
    assert "Publish: 1 program." in messages(act(staff, "publish", own, confirmed="Publish"))
    assert statuses(own) == ["published"]
    assert ContentVersion.current() > version
    entry = LogEntry.objects.filter(object_id=str(own.pk)).latest("pk")
    assert (entry.user.username, entry.get_change_message()) == ("ada", "Status: published")


@pytest.mark.parametrize("status", ProgramStatus.values)
def test_each_step_is_taken_from_the_form_too(staff, own, status):
    Program.objects.filter(pk=own.pk).update(status="archived" if status == "draft" else "draft")
    assert step("status", own, status) in staff.get(change_page(own)).content.decode()
    assert staff.get(step("status", own, status)).status_code == 200
    response = take(staff, step("status", own, status))
    assert response.request["PATH_INFO"] == change_page(own)
    assert statuses(own) == [status]


def test_only_what_is_not_so_already_changes(staff, model, own):
    text = act(staff, "publish", model, own).content.decode()
    assert str(own) in text
    assert f'value="{model.pk}"' not in text
    assert "that is done already" in messages(act(staff, "publish", model))
    assert staff.get(step("status", own, "nonsense")).status_code == 404


@pytest.mark.parametrize(("action", "status"), [("archive", "archived"), ("back_to_draft", "draft")])
def test_several_programs_are_taken_off_the_public_pages_at_once(staff, model, action, status):
    second = make_program(model.pathway, 2)
    assert b"to mend" not in act(staff, action, model, second).content
    act(staff, action, model, second, confirmed="yes")
    assert statuses(model, second) == [status] * 2


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_staff_who_may_look_can_take_no_step(client, model, own):
    reader = sign_in(client, "viewer", own.school)
    text = reader.get(change_page(own)).content.decode()
    assert "elements of a program of study" in text
    assert "/status/" not in text
    for address in (step("adopt", model), step("changes", own), step("status", own, "published")):
        assert reader.get(address).status_code == 403
        assert reader.post(address, {"confirmed": "yes", "school": own.school_id, "take": "x"}).status_code == 403
    for action in ("publish", "archive", "adopt_for_school"):
        act(reader, action, own, confirmed="yes", school=own.school_id)
    assert (statuses(own), Program.objects.count()) == (["draft"], 2)


def test_steps_ask_visitors_to_sign_in(client, own):
    for address in (step("adopt", own), step("changes", own), step("status", own, "published")):
        assert client.post(address, {"confirmed": "yes"}).url.startswith(reverse("admin:login"))
