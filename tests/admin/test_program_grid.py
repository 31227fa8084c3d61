"""The page on which the courses of a program are arranged: its buttons, what it saves, and what it refuses."""

from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters import adoption
from clusters.admin.course_cards import MOST_COURSES
from clusters.models import CatalogCourse, ContentVersion, Course, CourseSlot, Program
from schools.models import User
from tests.admin.forms import change_page, form_data, messages, page, sign_in
from tests.factories import make_cluster, make_pathway, make_program, make_school

pytestmark = pytest.mark.django_db

BUDGET = 20


class Page(HTMLParser):
    """A page as somebody without a mouse or JavaScript has it: what a form would send, and its buttons by name."""

    def __init__(self, response):
        super().__init__()
        self.fields, self.buttons, self.focus = {}, {}, None
        self._select = self._button = None
        self.text = response.content.decode()
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "input" and "name" in found and (found["type"] != "checkbox" or "checked" in found):
            self.fields[found["name"]] = found.get("value", "on" if "checked" in found else "")
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and self._select and "selected" in found:
            self.fields[self._select] = found["value"]
        elif tag == "button" and "disabled" not in found:
            self._button, self._name = found, found.get("aria-label", "")
        if "autofocus" in found:
            self.focus = found.get("aria-label") or found.get("name") or found["aria-labelledby"]

    def handle_data(self, data):
        if self._button and "aria-label" not in self._button:
            self._name += data

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        elif tag == "button" and self._button:
            self.buttons[self._name.strip()] = self._button
            self._button = None


class Editor:
    """Somebody at the page of the courses of a program."""

    def __init__(self, client, program):
        self.client = client
        self.address = reverse("admin:clusters_program_courses", args=[program.pk])
        self.see(client.get(self.address))

    def see(self, response):
        self.response = response
        self.page = Page(response)

    def press(self, name, **typed):
        button = self.page.buttons[name]
        self.see(self.send(**{button["name"]: button["value"]}, **typed))
        return self

    def send(self, **typed):
        return self.client.post(self.address, self.page.fields | typed, follow=True)

    def type(self, title, **typed):
        """Type into the fields of the opened card of a course."""
        card = next(card for card in self.response.context["grid"].cards if card.opened and card.title == title)
        self.page.fields |= {f"{card.token}-{name}": value for name, value in typed.items()}
        return self

    @property
    def status(self):
        return self.response.context["status"]

    def titles(self, grade):
        return [card.title for card in self.response.context["grid"].cards if card.grade == grade and not card.dropped]


@pytest.fixture
def model(db):
    program = make_program(make_pathway(make_cluster()))
    program.course_slots.create(grade=9, position=3, title_en="Algebra", kind="academic")
    return program


@pytest.fixture
def own(model):
    return adoption.adopt(program=model, school=make_school(), by=User.objects.create(username="grace"))


@pytest.fixture
def editor(client, own):
    return Editor(sign_in(client, "counselor", own.school), own)


def courses(program):
    """What is saved: for each grade the titles in their order."""
    slots = CourseSlot.objects.filter(program=program).select_related("catalog_course").in_order()
    return [(slot.grade, slot.shown_title) for slot in slots]


def in_catalog(program, number="N-1", title="Care at ours", **fields):
    return CatalogCourse.objects.create(school=program.school, number=number, title=title, **fields)


# --- Buttons ----------------------------------------------------------------------------------------------------------


def test_a_course_moves_within_its_list(editor, own):
    editor.press("Move Algebra earlier in the list")
    assert editor.status == "Algebra is now in grade 9, place 1."
    # It cannot go further that way, so the focus is on the way back.
    assert editor.page.focus == "Move Algebra later in the list"
    assert "Move Algebra earlier in the list" not in editor.page.buttons
    editor.press("Save the courses")
    # The elective between them keeps its place.
    assert courses(own)[:3] == [(9, "Algebra"), (9, "Leadership"), (9, "English 9")]
    assert [*own.course_slots.filter(grade=9).values_list("position", flat=True)] == [1, 2, 3]
    Editor(editor.client, own).press("Move Algebra later in the list").press("Save the courses")
    assert courses(own)[:3] == [(9, "English 9"), (9, "Leadership"), (9, "Algebra")]


def test_a_course_moves_to_the_year_before_and_after(editor, own):
    editor.press("Move Care to grade 12")
    assert editor.status == "Care is now in grade 12, place 2."
    assert editor.page.focus == "Move Care to first year after high school"
    editor.press("Move Care to first year after high school").press("Move Care to second year after high school")
    assert editor.page.focus == "Move Care to first year after high school"
    editor.press("Move Practice of care to grade 11").press("Save the courses")
    assert courses(own)[-2:] == [(11, "Practice of care"), (14, "Care")]


def test_a_dropped_course_is_kept_until_it_is_saved(editor, own):
    before = courses(own)
    editor.press("Drop Leadership")
    assert editor.page.focus == "Undo: keep Leadership"
    assert "Leadership" not in editor.titles(9)
    editor.press("Undo: keep Leadership")
    assert (editor.page.focus, editor.status) == ("Drop Leadership", "Leadership stays.")
    editor.press("Drop Leadership")
    assert courses(own) == before
    editor.press("Save the courses")
    assert courses(own) == [row for row in before if row != (9, "Leadership")]


def test_a_course_of_the_catalog_takes_a_place(editor, own):
    late = in_catalog(own, "A-1", "Much later", first_grade=12, last_grade=12)
    course = in_catalog(own, credits="0.5")
    editor.press("Edit Care")
    field = editor.response.context["grid"].cards[-2].form["catalog_course"]
    assert [(label, [text for _value, text in choices]) for label, choices in field.field.choices[1:]] == [
        ("For grade 11", [str(course)]),
        ("For other grades", [str(late)]),
    ]
    assert editor.page.focus == field.html_name
    editor.type("Care", catalog_course=course.pk).press("Done with Care")
    assert editor.page.focus == "Edit Care at ours"
    assert "N-1 · 0.5 cr." in editor.page.text
    editor.press("Save the courses")
    slot = own.course_slots.get(grade=11)
    assert (slot.catalog_course, slot.title_en, slot.key) == (course, "Care", "11-14051")


def test_a_course_is_added_from_the_catalog(editor, own):
    course = in_catalog(own, course=Course.objects.get(code="14051"))
    editor.press("Add a course: Career-technical, Grade 10")
    assert editor.page.focus == "new1-catalog_course"
    editor.type("New course", catalog_course=course.pk, stage=1, dual_credit="on").press("Save the courses")
    assert "The courses are saved." in messages(editor.response)
    assert editor.response.request["PATH_INFO"] == change_page(own)
    slot = own.course_slots.get(catalog_course=course)
    assert (slot.grade, slot.kind, slot.stage, slot.dual_credit) == (10, "career-technical", 1, True)
    assert (slot.title_en, slot.course.code, slot.position) == ("Care at ours", "14051", 2)


def test_a_model_program_has_courses_by_title_or_code_only(staff, model):
    editor = Editor(staff, model).press("Add a course: Academic, Grade 10")
    assert "new1-catalog_course" not in editor.page.fields
    editor.type("New course", course="01001").press("Done with New course").press("Add a course: Elective, Grade 10")
    editor.type("New course", title_en="Pottery", title_es="Alfarería").press("Save the courses")
    assert (courses(model)[3:6]) == [(10, "Exploring care"), (10, "English 9"), (10, "Pottery")]
    assert model.course_slots.get(title_en="Pottery").title_es == "Alfarería"


def test_a_new_course_that_says_nothing_is_left_out(editor, own):
    before = courses(own)
    editor.press("Add a course: Academic, Grade 12").press("Save the courses")
    assert "Nothing was changed." in messages(editor.response)
    assert courses(own) == before


def test_there_is_an_end_to_adding(editor):
    new = [f"new{number}" for number in range(1, MOST_COURSES - 5)]
    editor.page.fields["order"] += "," + ",".join(new)
    editor.press("Add a course: Academic, Grade 9")
    assert editor.status == f"A program has {MOST_COURSES} courses at most. Drop one first."


# --- Saving -----------------------------------------------------------------------------------------------------------


def test_only_save_saves_and_the_public_page_shows_it_at_once(editor, own):
    Program.objects.filter(pk=own.pk).update(status="published")
    rows, version = [*own.course_slots.values()], ContentVersion.current()
    for name in ("Move Care to grade 12", "Drop English 9", "Edit Algebra"):
        editor.press(name)
    editor.type("Algebra", title_en="Our algebra").press("Add a course: Elective, Grade 9")
    assert ([*own.course_slots.values()], ContentVersion.current()) == (rows, version)
    assert "Not saved yet." in editor.page.text
    editor.press("Save the courses")
    assert ContentVersion.current() > version
    assert b"Our algebra" in editor.client.get(own.get_absolute_url()).content


def test_saving_what_nobody_changed_changes_nothing(staff, model):
    model.course_slots.filter(grade=10).update(position=7, title_es="")
    for slot in model.course_slots.all():
        slot.shipped = {name: str(getattr(slot, name)) for name in slot.shipped_columns()}
        slot.save()
    rows = [*model.course_slots.values()]
    editor = Editor(staff, model).press("Edit Exploring care")
    assert "Not saved yet." not in editor.page.text
    editor.press("Save the courses")
    assert "Nothing was changed." in messages(editor.response)
    assert [*model.course_slots.values()] == rows


def test_the_meter_counts_the_courses_on_the_page(editor):
    assert "3 of 6 elements" in editor.page.text
    editor.press("Drop Exploring care")
    assert "1 of 6 elements" in editor.page.text
    assert "Let the career-technical courses begin with an introduction" in editor.page.text


def test_shipped_courses_stay_and_keep_their_code(staff, model):
    slot = model.course_slots.get(grade=11)
    slot.shipped = {}
    slot.save()
    Course.objects.create(code="14999", title="Other", subject_area="14")
    editor = Editor(staff, model)
    assert "Drop Care" not in editor.page.buttons
    editor.press("Edit Care")
    assert f"{slot.pk}-course" not in editor.page.fields
    assert "came with a release" in editor.page.text
    editor.page.fields |= {f"{slot.pk}-course": "14999", f"{slot.pk}-dropped": "on", f"{slot.pk}-title_en": "Caring"}
    editor.see(editor.send(do=f"drop:{slot.pk}"))
    assert editor.status == "Caring came with a release and stays."
    editor.press("Save the courses")
    slot.refresh_from_db()
    assert (slot.course.code, slot.title_en) == ("14051", "Caring")


# --- Errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"kind": "academic", "stage": "2"}, "Career-technical courses have a stage; other courses have none."),
        ({"kind": "career-technical", "stage": ""}, "Career-technical courses have a stage; other courses have none."),
        ({"course": "99999"}, "No SCED course has this code."),
        ({"course": "a\0b"}, "Null characters are not allowed."),
        ({"title_en": "a\0b"}, "Null characters are not allowed."),
        ({"title_en": "x" * 121}, "Ensure this value has at most 120 characters"),
        ({"title_en": "", "course": ""}, "Type a title, so that students know what the course is."),
        ({"credits": "many"}, "Enter a number."),
        ({"credits": "NaN"}, "Enter a number."),
        ({"credits": "1e999999"}, "Ensure this value is less than or equal to 9."),
        ({"credits": "-1"}, "Ensure this value is greater than or equal to 0."),
        ({"grade": "9" * 30}, "Select a valid choice."),
        ({"kind": "\0"}, "Select a valid choice."),
        ({"stage": "²", "kind": "career-technical"}, "Select a valid choice."),
        ({"catalog_course": "9" * 30}, "Choose a course from this school&#x27;s own catalog."),
        ({"catalog_course": "\0"}, "Choose a course from this school&#x27;s own catalog."),
    ],
)
def test_an_error_is_told_at_the_card_and_keeps_what_was_typed(editor, own, typed, error):
    before = courses(own)
    editor.press("Drop Leadership").press("Edit Care").type("Care", title_es="Cuidar", **typed).press(
        "Save the courses"
    )
    slot = own.course_slots.get(grade=11)
    assert "<title>Error:" in editor.page.text
    assert editor.page.focus == "errors-title"
    assert editor.page.text.count(error) >= 2
    assert f'href="#id_{slot.pk}-' in editor.page.text
    assert editor.page.fields[f"{slot.pk}-title_es"] == "Cuidar"
    assert "Undo: keep Leadership" in editor.page.buttons
    assert courses(own) == before


def test_a_card_is_not_done_while_it_has_an_error(editor, own):
    editor.press("Edit Care").type("Care", credits="many").press("Done with Care")
    assert "Enter a number." in editor.page.text
    assert editor.page.fields[f"{own.course_slots.get(grade=11).pk}-credits"] == "many"


ODD = [
    "",
    "nonsense",
    "earlier",
    "earlier:",
    "edit:\0",
    "add:9",
    "add:99:academic",
    "add:\0:x",
    "on:" + "9" * 30,
    "²:²",
]


@pytest.mark.parametrize("button", ODD)
def test_an_odd_button_does_nothing(editor, own, button):
    response = editor.send(do=button)
    assert response.status_code == 200
    assert response.context["status"] == ""


@pytest.mark.parametrize("order", ["\0", "1,1", "-1", "x", "²", "new0", "9" * 30, ",".join(map(str, range(1, 99)))])
def test_names_that_no_page_has_are_refused(editor, own, order):
    before = courses(own)
    assert editor.send(do="save", order=order).status_code == 400
    assert editor.send(do="save", opened=order).status_code == 400
    assert courses(own) == before


def test_markup_is_shown_as_text(editor, own):
    course = in_catalog(own, title="<script>alert(1)</script>")
    editor.press("Edit Care").type("Care", title_en='"><script>alert(2)</script>').press("Edit Algebra")
    editor.type("Algebra", catalog_course=course.pk).press("Drop Leadership")
    assert "alert(1)" in editor.page.text
    assert "alert(2)" in editor.page.text
    assert "<script>alert" not in editor.page.text


# --- Two at once ------------------------------------------------------------------------------------------------------


def test_nothing_that_others_saved_is_overwritten_in_silence(editor, own):
    other = Editor(editor.client, own)
    other.press("Edit Care").type("Care", credits="2").press("Drop Leadership").press(
        "Add a course: Elective, Grade 12"
    )
    other.type("New course", title_en="Pottery").press("Edit Algebra").type("Algebra", title_en="Their algebra")
    other.press("Save the courses")
    saved = courses(own)
    editor.press("Edit Algebra").type("Algebra", title_en="Our algebra").press("Save the courses")
    assert courses(own) == saved
    assert editor.page.focus == "changes-title"
    for change in (
        "Care, grade 11: Credits was “1”, is “2” now.",
        "Leadership, grade 9: dropped.",
        "Pottery, grade 12: added.",
        "Their algebra, grade 9: Title (English) was “Algebra”, is “Their algebra” now.",
    ):
        assert change in editor.page.text
    # What they dropped can be brought back, what both changed is as it was typed here, the rest as they saved it.
    assert "Undo: keep Leadership" in editor.page.buttons
    editor.press("Save the courses")
    assert courses(own) == [(grade, title.replace("Their", "Our")) for grade, title in saved]
    assert own.course_slots.get(grade=11).credits == 2


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_courses_of_other_programs_are_neither_moved_nor_named(editor, own, model):
    foreign = model.course_slots.get(grade=11)
    CourseSlot.objects.filter(pk=foreign.pk).update(title_en="Canary")
    elsewhere = CatalogCourse.objects.create(school=make_school(2), number="N-1", title="Canary")
    before = [*model.course_slots.values()]
    editor.page.fields |= {"order": f"{editor.page.fields['order']},{foreign.pk}", f"{foreign.pk}-grade": "9"}
    editor.press("Save the courses")
    assert "One of the courses sent is not a course of this program." in editor.page.text
    editor.press("Edit Care").type("Care", catalog_course=elsewhere.pk).press("Save the courses")
    assert "Choose a course from this school&#x27;s own catalog." in editor.page.text
    assert "Canary" not in editor.page.text
    assert [*model.course_slots.values()] == before
    assert not own.course_slots.exclude(catalog_course=None).exists()


def test_the_page_is_for_those_who_may_see_the_program(client, own, model):
    address, model_address = (reverse("admin:clusters_program_courses", args=[each.pk]) for each in (own, model))
    assert client.get(address).url.startswith(reverse("admin:login"))
    sign_in(client, "counselor", make_school(2))
    assert [client.get(address).status_code, client.post(address, {"do": "save"}).status_code] == [404, 404]
    assert [client.get(model_address).status_code, client.post(model_address).status_code] == [200, 403]
    sign_in(client, "viewer", own.school)
    text = client.get(address).content.decode()
    assert "Practice of care" in text
    assert "3 of 6 elements" in text
    assert "Save the courses" not in text
    assert client.post(address, {"do": "save"}).status_code == 403
    assert "Edit the courses" not in client.get(change_page(own)).content.decode()


# --- The form of the program ------------------------------------------------------------------------------------------


def test_the_form_shows_the_courses_and_leads_to_their_page(editor, own):
    text = editor.client.get(change_page(own)).content.decode()
    assert f'href="{editor.address}">Edit the courses</a>' in text
    assert "Practice of care" in text
    assert "course_slots-" not in text


def test_a_new_program_is_told_that_its_courses_come_next(staff, model):
    data = form_data(staff.get(page(Program, "add")))
    data |= {"title_en": "Baking", "slug": "baking", "pathway": model.pathway_id}
    response = staff.post(page(Program, "add"), data, follow=True)
    address = reverse("admin:clusters_program_courses", args=[Program.objects.get(slug="baking").pk])
    assert f'<a href="{address}">Edit the courses of Baking</a>' in response.content.decode()
    assert staff.get(address).status_code == 200


@pytest.mark.parametrize("count", [5, 40])
def test_the_page_costs_the_same_with_more_courses(editor, own, count):
    for number in range(own.course_slots.count(), count):
        course = in_catalog(own, f"C-{number}", course=Course.objects.get(code="14051"))
        own.course_slots.create(grade=9, title="Care", kind="elective", catalog_course=course, course=course.course)
    with CaptureQueriesContext(connection) as queries:
        editor.see(editor.client.get(editor.address))
    assert len(queries) <= BUDGET
    with CaptureQueriesContext(connection) as queries:
        editor.press("Edit Algebra")
    assert len(queries) <= BUDGET
