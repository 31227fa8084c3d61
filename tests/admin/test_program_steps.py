"""Who may take the steps of programs, what each page says before, and what happens when somebody was faster."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from clusters.models import AddressCheck, Cluster, Occupation, Pathway, Program
from schools.history import versions_of
from schools.models import AuditEntry, School
from tests.admin.forms import change_page, messages, page, sign_in
from tests.admin.test_programs import act, statuses, step, take
from tests.factories import make_cluster, make_occupation, make_pathway, make_program, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def pathway():
    return make_pathway(make_cluster())


@pytest.fixture
def model(pathway):
    return make_program(pathway, occupations=[make_occupation(number, on=pathway) for number in (1, 2)])


@pytest.fixture
def schools():
    return [make_school(number) for number in (1, 2)]


@pytest.fixture
def own(model, schools):
    return make_program(model.pathway, 2, schools[0], based_on=model, status="draft")


@pytest.fixture
def foreign(model, schools):
    return make_program(model.pathway, 3, schools[1], based_on=model, status="draft", title="Canary")


@pytest.fixture
def counselor(client, schools):
    return sign_in(client, "counselor", schools[0])


# --- Who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["publish", "archive", "back_to_draft", "mark_as_reviewed"])
def test_one_row_of_somebody_else_and_nothing_is_done(counselor, model, own, action):
    response = act(counselor, action, own, model, confirmed="yes")
    assert "these are not yours to change. Leave them out: Program 1 title." in messages(response)
    assert statuses(model, own) == ["published", "draft"]
    assert not Program.objects.filter(reviewed_on__isnull=False).exists()


@pytest.mark.parametrize("across", ["0", "1"])
@pytest.mark.parametrize("action", ["publish", "archive", "mark_as_reviewed", "adopt_for_school"])
def test_forged_rows_of_another_school_are_not_there(counselor, own, foreign, action, across):
    data = {"action": action, "_selected_action": [foreign.pk], "select_across": across, "confirmed": "yes"}
    response = counselor.post(page(Program, "changelist") + "?status__exact=draft", data, follow=True)
    assert "Canary" not in response.content.decode()
    foreign.refresh_from_db()
    assert (foreign.status, foreign.reviewed_on) == ("draft", None)


def test_all_rows_of_a_list_are_those_that_one_may_know_of(counselor, own, foreign):
    data = {"action": "publish", "_selected_action": [own.pk], "select_across": "1"}
    asked = counselor.post(page(Program, "changelist") + "?status__exact=draft", data)
    assert asked.context["rows"] == [own]
    data |= {"confirmed": "yes", "stamp": asked.context["stamp"]}
    counselor.post(page(Program, "changelist") + "?status__exact=draft", data)
    assert statuses(own, foreign) == ["published", "draft"]


def test_pages_of_another_schools_program_are_not_there(counselor, foreign):
    for name, *rest in (("status", "published"), ("changes",), ("adopt",)):
        assert counselor.get(step(name, foreign, *rest)).status_code == 404
        assert counselor.post(step(name, foreign, *rest), {"confirmed": "yes"}).status_code == 404


def test_a_counselor_takes_no_step_with_a_model_program(counselor, model):
    assert counselor.get(step("status", model, "archived")).status_code == 403
    assert counselor.post(step("status", model, "archived"), {"confirmed": "yes"}).status_code == 403
    assert statuses(model) == ["published"]


def test_a_viewer_is_offered_no_step(client, schools, own):
    viewer = sign_in(client, "viewer", schools[0])
    text = viewer.get(page(Program, "changelist")).content.decode()
    assert 'name="action"' not in text
    assert viewer.get(step("status", own, "published")).status_code == 403


# --- Adopting ---------------------------------------------------------------------------------------------------------


def test_a_counselor_adopts_for_a_school_of_theirs_only(counselor, model, schools):
    text = counselor.get(step("adopt", model)).content.decode()
    assert re.search(rf'<option value="{schools[0].pk}" selected>', text)
    assert schools[1].name not in text
    assert b"errorlist" in take(counselor, step("adopt", model), school=schools[1].pk).content
    assert not model.copies.exists()
    take(counselor, step("adopt", model), school=schools[0].pk)
    assert [copy.school for copy in model.copies.all()] == [schools[0]]


def test_who_edits_two_schools_chooses(client, model, schools):
    make_school(3)
    text = sign_in(client, "counselor", *schools).get(step("adopt", model)).content.decode()
    assert "selected" not in text.split("<select")[1].replace('value="" selected', "")
    assert "School 3 name" not in text


def test_a_model_program_that_changed_meanwhile_is_shown_again_before_it_is_adopted(counselor, model, schools):
    stamp = counselor.get(step("adopt", model)).context["stamp"]
    Program.objects.filter(pk=model.pk).update(summary_en="Other words.")
    data = {"confirmed": "yes", "stamp": stamp, "school": schools[0].pk}
    assert "somebody changed this" in messages(counselor.post(step("adopt", model), data))
    assert not model.copies.exists()


# --- What visitors see ------------------------------------------------------------------------------------------------


def test_publishing_says_where_the_program_will_be_shown(counselor, own):
    text = counselor.get(step("status", own, "published")).content.decode()
    assert own.get_absolute_url() in text
    for words in (
        "1 program:",
        "the page of School 1 name",
        "the page of the pathway Pathway 1 title",
        "search engines",
    ):
        assert words in text
    assert "the pages of" not in text


def test_archiving_says_what_visitors_lose(staff, model, own):
    Program.objects.filter(pk=own.pk).update(status="published")
    text = staff.get(step("status", model, "archived")).content.decode()
    assert f"Visitors find nothing any more at {model.get_absolute_url()}" in text
    assert "the pages of 2 occupations" in text
    assert "The program that 1 school made of it stays public." in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda own: Pathway.objects.update(hidden=True), "its pathway, Pathway 1 title, is not public"),
        (lambda own: Program.objects.filter(pk=own.pk).update(retired_on="2025-01-01"), "no release has it any more"),
    ],
)
def test_what_stays_out_of_sight_is_not_announced(staff, own, change, words):
    change(own)
    text = staff.get(step("status", own, "published")).content.decode()
    assert words in text
    assert "Everybody can read it" not in text


def test_what_was_not_public_leaves_nothing_behind(counselor, own):
    assert b"Nothing changes for visitors" in counselor.get(step("status", own, "archived")).content


def test_each_step_that_visitors_notice_is_in_the_audit_log(counselor, own):
    for status in ("published", "draft", "archived"):
        take(counselor, step("status", own, status))
    entries = AuditEntry.objects.exclude(action="sign-in").order_by("pk")
    assert [(entry.action, entry.school_id, entry.actor, entry.detail) for entry in entries] == [
        ("publish", own.school_id, "counselor 1", "published"),
        ("unpublish", own.school_id, "counselor 1", "draft"),
    ]
    own.refresh_from_db()
    assert own.was_public
    assert versions_of(own).count() == 4


# --- Somebody was faster ----------------------------------------------------------------------------------------------


def _title(own):
    Program.objects.filter(pk=own.pk).update(title_en="Other words")


def _course(own):
    own.course_slots.filter(grade=9).delete()


@pytest.mark.parametrize("change", [_title, _course])
def test_what_somebody_changed_meanwhile_is_not_published_unseen(counselor, own, change):
    stamp = counselor.get(step("status", own, "published")).context["stamp"]
    change(own)
    again = counselor.post(step("status", own, "published"), {"confirmed": "yes", "stamp": stamp})
    assert "somebody changed this after you opened the page" in messages(again)
    assert statuses(own) == ["draft"]
    counselor.post(step("status", own, "published"), {"confirmed": "yes", "stamp": again.context["stamp"]})
    assert statuses(own) == ["published"]


@pytest.mark.parametrize("stamp", ["", "nonsense"])
def test_a_yes_to_a_page_nobody_saw_asks(counselor, own, stamp):
    counselor.post(step("status", own, "published"), {"confirmed": "yes", "stamp": stamp})
    act(counselor, "publish", own)
    assert statuses(own) == ["draft"]


# --- What is to mend before ------------------------------------------------------------------------------------------


def test_the_page_names_hard_words_dead_addresses_and_missing_spanish(counselor, own):
    hard = "Comprehensive instrumentation methodologies necessitate considerable administrative responsibilities daily."
    Program.objects.filter(pk=own.pk).update(summary_en=hard)
    AddressCheck.objects.create(url=own.school.website, checked_at=timezone.now(), problem="Nobody answers there.")
    text = counselor.get(step("status", own, "published")).content.decode()
    assert "Program summary: hard to read" in text
    assert f"The address of School 1 name does not work ({own.school.website}): Nobody answers there." in text
    assert "No Spanish text yet, so the English one is shown: title, summary," in text
    form = counselor.get(change_page(own)).content.decode()
    assert "hard to read" in form
    assert "does not work" in form
    assert "No Spanish text yet" not in form


def test_a_program_in_both_languages_has_no_hint(counselor, own):
    columns = [f"{name}_es" for name in ("title", "summary", "audience", "skills", "ways_in")]
    Program.objects.filter(pk=own.pk).update(**dict.fromkeys(columns, "Palabras."))
    assert b"No Spanish text yet" not in counselor.get(step("status", own, "published")).content


# --- Reviewing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Cluster, Pathway, Program, Occupation])
def test_rows_are_marked_as_reviewed_after_a_page_that_asks(client, model, kind):
    editor = sign_in(client, "district-editor")
    rows = list(kind.objects.all())
    data = {"action": "mark_as_reviewed", "_selected_action": [row.pk for row in rows]}
    asked = editor.post(page(kind, "changelist"), data)
    assert f"{len(rows)} chosen:" in asked.content.decode()
    assert not kind.objects.filter(reviewed_on__isnull=False).exists()
    data |= {"confirmed": "yes", "stamp": asked.context["stamp"]}
    told = messages(editor.post(page(kind, "changelist"), data, follow=True))
    assert "marked as read today" in told
    assert {row.reviewed_on for row in kind.objects.all()} == {timezone.localdate()}
    assert versions_of(rows[0])[0].revision.user == LogEntry.objects.latest("pk").user


def test_nobody_reads_a_hundred_pages_at_once(client, pathway):
    editor = sign_in(client, "district-editor")
    titles = [Occupation(code=f"11-{number:04}.00", title_en="Work", soc_code="11-0000") for number in range(101)]
    Occupation.objects.bulk_create(titles)
    data = {"action": "mark_as_reviewed", "_selected_action": [Occupation.objects.first().pk], "select_across": "1"}
    told = messages(editor.post(page(Occupation, "changelist"), data, follow=True))
    assert "Choose up to 100" in told


@pytest.mark.parametrize(
    ("value", "found"), [("not-lately", {"old", "new"}), ("never", {"new"}), ("lately", {"fresh"}), ("x", None)]
)
def test_programs_are_filtered_by_when_they_were_read(staff, pathway, value, found):
    for number, (slug, day) in enumerate({"old": "2020-01-01", "new": None, "fresh": timezone.localdate()}.items()):
        make_program(pathway, number, slug=slug, reviewed_on=day)
    results = staff.get(page(Program, "changelist"), {"reviewed": value}).context["cl"].queryset
    assert {program.slug for program in results} == (found or {"old", "new", "fresh"})


def test_the_form_shows_when_the_texts_were_read_and_nobody_types_it(counselor, own):
    Program.objects.filter(pk=own.pk).update(reviewed_on="2025-03-04")
    response = counselor.get(change_page(own))
    assert "March 4, 2025" in response.content.decode()
    assert "reviewed_on" not in response.context["adminform"].form.fields


def test_the_school_filter_names_schools_one_knows(counselor, own, foreign):
    text = counselor.get(page(Program, "changelist")).content.decode()
    assert School.objects.get(pk=foreign.school_id).name not in text
