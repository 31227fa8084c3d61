"""What forms offer, take and send somebody to: one test for each way around that is known."""

from django import forms
from django.contrib.contenttypes.models import ContentType

from clusters.models import CatalogCourse, CourseSlot, Pathway, Program, SchoolNote, WorkBasedLearning
from schools.models import Membership, School, User
from tests.access.asking import COUNSELOR, EVERY_MODEL, LEAD, form_of, row_of, sent, tells_of_b
from tests.access.matrix import undone
from tests.access.world import SHARED, A, B
from tests.admin.forms import change_page, form_data, page

# --- Pages that lead to others ----------------------------------------------------------------------------------------


def test_redirect_view(world):
    kinds = ContentType.objects
    for model, owner in [(Program, B), (CatalogCourse, B), (SchoolNote, B), (School, B), (User, B), (Membership, B)]:
        for row in world.of(model, owner):
            answer = world.clients[COUNSELOR].get(f"/admin/r/{kinds.get_for_model(model).pk}/{row.pk}/")
            assert answer.status_code == 404, row
            assert not tells_of_b(answer)
    own = row_of(world, Program, A)
    assert world.clients[COUNSELOR].get(f"/admin/r/{kinds.get_for_model(Program).pk}/{own.pk}/").status_code == 302
    for address in ("/admin/r/0/1/", "/admin/r/x/1/", f"/admin/r/{kinds.get_for_model(CourseSlot).pk}/1/"):
        assert world.clients[COUNSELOR].get(address).status_code == 404


def test_links_to_the_public_page(world):
    for model in EVERY_MODEL:
        answer = world.clients[COUNSELOR].get(page(model, "changelist"))
        assert not tells_of_b(answer), model


# --- What forms offer and take ----------------------------------------------------------------------------------------


def test_choice_lists(world):
    """Of each form, and of the forms in its tables."""
    foreign = {model: {row.pk for row in rows} for (model, owner), rows in world.rows.items() if owner == B}
    offered = 0
    for model in EVERY_MODEL:
        rows = [row for owner in (A, SHARED) for row in world.of(model, owner)[:1]]
        for url in [page(model, "add"), *map(change_page, rows)]:
            for user in (COUNSELOR, LEAD) if model is Membership else (COUNSELOR,):
                answer = world.clients[user].get(url)
                for form in _forms_of(answer):
                    for name, field in form.fields.items():
                        if name != "id" and _model_of(field) in foreign:
                            offered += 1
                            taken = set(field.queryset.values_list("pk", flat=True)) & foreign[field.queryset.model]
                            assert not taken, (url, name)
    assert offered > 4


def _model_of(field):
    """Whose rows a field offers; a name that is typed in is none."""
    typed = isinstance(getattr(field.widget, "widget", field.widget), forms.TextInput)
    return field.queryset.model if hasattr(field, "queryset") and not typed else None


def _forms_of(answer):
    if answer.context and "adminform" in answer.context:
        yield answer.context["adminform"].form
        for inline in answer.context["inline_admin_formsets"]:
            yield from inline.formset.forms
            yield inline.formset.empty_form


def test_fields_filled_in_from_the_address(world):
    for model in EVERY_MODEL:
        columns = [column for column in model._meta.get_fields() if column.is_relation and column.concrete]
        for column in columns:
            for row in world.of(column.related_model, B):
                for query in (f"{column.name}={row.pk}", f"{column.name}__id={row.pk}"):
                    answer = world.clients[COUNSELOR].get(f"{page(model, 'add')}?{query}")
                    assert answer.status_code in (200, 403, 404)
                    assert not tells_of_b(answer), (model, query)


def new_course(world, **changes):
    taken = world.clients["superuser"].get(page(CatalogCourse, "add"))
    return form_data(taken) | {"number": "NEW", "title": "New", "school": world.schools[A].pk} | changes


def test_posted_school(world):
    url = page(CatalogCourse, "add")
    with undone():
        assert sent(world, COUNSELOR, url, new_course(world)).status_code == 302
    sent(world, COUNSELOR, url, new_course(world, school=world.schools[B].pk))
    sent(world, COUNSELOR, url, new_course(world, school=""))


def new_program(world, **changes):
    data = form_data(world.clients["superuser"].get(page(Program, "add")))
    own = {"title_en": "New", "slug": "new", "pathway": Pathway.objects.get().pk, "school": world.schools[A].pk}
    return data | own | changes


def test_a_counselor_makes_no_model_program(world):
    url = page(Program, "add")
    with undone():
        assert sent(world, COUNSELOR, url, new_program(world)).status_code == 302
    sent(world, COUNSELOR, url, new_program(world, school=""))
    sent(world, COUNSELOR, url, new_program(world, school=world.schools[B].pk))


def test_own_rows_stay_at_their_school(world):
    for model in (Program, CatalogCourse, SchoolNote):
        row = row_of(world, model, A)
        for school in (world.schools[B].pk, ""):
            sent(world, COUNSELOR, change_page(row), form_of(world, row) | {"school": school})
            row.refresh_from_db()
            assert row.school == world.schools[A]


def test_a_program_is_based_on_no_foreign_one(world):
    row, foreign = row_of(world, Program, A), row_of(world, Program, B)
    sent(world, COUNSELOR, change_page(row), form_of(world, row) | {"based_on": foreign.pk, "pathway": row.pathway_id})
    row.refresh_from_db()
    assert row.based_on is None


def test_a_note_names_no_foreign_program(world):
    row, foreign = row_of(world, SchoolNote, A), world.of(Program, B)[-1]
    before = row.first_program_id
    sent(world, COUNSELOR, change_page(row), form_of(world, row) | {"first_program": foreign.pk})
    row.refresh_from_db()
    assert row.first_program_id == before


def test_foreign_parts_in_the_tables_of_a_form(world):
    """The number of a foreign part, or of a foreign course, in the table of one's own program."""
    row, foreign = row_of(world, Program, A), row_of(world, CourseSlot, B)
    data = form_of(world, row)
    course = row_of(world, CatalogCourse, B)
    total = int(data.get("work_based_learning-TOTAL_FORMS", 0))
    assert total
    steps = "work_based_learning-0-"
    step = row_of(world, WorkBasedLearning, B)
    sent(world, COUNSELOR, change_page(row), data | {f"{steps}id": step.pk, f"{steps}description_en": "Ours now"})
    courses = {"course_slots-TOTAL_FORMS": 1, "course_slots-INITIAL_FORMS": 1, "course_slots-0-id": foreign.pk}
    for more in ({}, {"course_slots-0-catalog_course": course.pk, "course_slots-0-title_en": "Ours now"}):
        sent(world, COUNSELOR, change_page(row), data | courses | more)
    assert not CourseSlot.objects.filter(program__school=world.schools[A], catalog_course__school=world.schools[B])
    assert CourseSlot.objects.get(pk=foreign.pk).program_id == foreign.program_id


def test_prerequisites_of_another_school(world):
    row, foreign = row_of(world, CatalogCourse, A), row_of(world, CatalogCourse, B)
    sent(world, COUNSELOR, change_page(row), form_of(world, row) | {"prerequisites": [foreign.pk]})
    assert foreign not in row.prerequisites.all()
