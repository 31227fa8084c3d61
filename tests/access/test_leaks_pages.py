"""What the pages made for editing show and take: the course grid, previews, the start page, choosers and tables."""

import json
import re
from urllib.parse import parse_qs, urlsplit

from django.urls import reverse

from clusters.models import CatalogCourse, CourseSlot, Occupation, Pathway, Program, ProgramOccupation, SchoolNote
from tests.access.asking import COUNSELOR, LEAD, form_of, row_of, sent, shown, tells_of_b
from tests.access.matrix import undone
from tests.access.world import SHARED, A, B, digest
from tests.admin.forms import change_page, form_data, page

# --- The course grid --------------------------------------------------------------------------------------------------


def grid_of(world):
    """The address of the courses of a program, its page, and what a browser would send from it."""
    url = reverse("admin:clusters_program_courses", args=[row_of(world, Program, A).pk])
    answer = world.clients[COUNSELOR].get(url)
    cards = [field for card in answer.context["grid"].cards for field in card.carried()]
    return (
        url,
        answer,
        dict(cards) | {"do": "save", "opened": answer.context["opened"], "order": answer.context["order"]},
    )


def test_the_grid_offers_own_courses(world):
    url, answer, data = grid_of(world)
    token = data["order"].split(",")[0]
    assert not tells_of_b(answer)
    with undone():
        opened = world.clients[COUNSELOR].post(url, data | {"do": f"edit:{token}"})
        assert row_of(world, CatalogCourse, A).title.casefold() in shown(opened)
        assert not tells_of_b(opened)


def test_the_grid_takes_no_foreign_course(world):
    url, _answer, data = grid_of(world)
    token, program = data["order"].split(",")[0], row_of(world, Program, A)
    with undone():
        assert sent(world, COUNSELOR, url, data | {f"{token}-title_es": "Nueva"}).status_code == 302
    foreign = row_of(world, CatalogCourse, B)
    sent(world, COUNSELOR, url, data | {f"{token}-catalog_course": foreign.pk})
    assert not program.course_slots.filter(catalog_course=foreign)


def test_the_grid_takes_no_foreign_place(world):
    url, _answer, data = grid_of(world)
    foreign, before = row_of(world, CourseSlot, B), digest(world, A)
    texts = {"grade": "10", "kind": "elective", "title_en": "Ours now", "credits": "1"}
    forged = {f"{foreign.pk}-{name}": text for name, text in texts.items()}
    for order in (str(foreign.pk), f"{data['order']},{foreign.pk}"):
        for more in ({}, {f"{foreign.pk}-dropped": "on"}):
            assert sent(world, COUNSELOR, url, data | forged | more | {"order": order}).status_code == 200
            assert digest(world, A) == before


# --- Previews and the start page --------------------------------------------------------------------------------------


def test_a_preview_keeps_nothing(world):
    before, public = digest(world, A), "canary-bp-"
    for model, column in ((Program, "summary_en"), (SchoolNote, "text_en")):
        row = row_of(world, model, A)
        tried = form_of(world, row) | {column: "Only a try", "_preview": "1"}
        answer = world.clients[COUNSELOR].post(change_page(row), tried)
        assert "only a try" in shown(answer)
        assert "canary-b" not in shown(answer).replace(public, "")
        assert digest(world, A) == before


def test_the_start_page_tells_of_own_schools(world):
    for user in (COUNSELOR, LEAD, "viewer A", "without role"):
        answer = world.clients[user].get("/admin/")
        assert not tells_of_b(answer), user
    assert "canary-a" in shown(world.clients[COUNSELOR].get("/admin/"))


def test_a_pathway_tells_what_own_schools_say(world):
    assert not tells_of_b(world.clients[COUNSELOR].get(change_page(row_of(world, Pathway, SHARED))))


# --- Tables and choosers ----------------------------------------------------------------------------------------------


def test_who_only_reads_finds_no_table_to_fill_in(world):
    for user, row in [("viewer A", row_of(world, Program, A)), (COUNSELOR, row_of(world, Pathway, SHARED))]:
        answer = world.clients[user].get(change_page(row))
        tables = answer.context["inline_admin_formsets"]
        assert tables
        for table in tables:
            assert not table.has_add_permission
            assert not table.has_change_permission
            assert not table.has_delete_permission
    editable = world.clients[COUNSELOR].get(change_page(row_of(world, Program, A))).context["inline_admin_formsets"]
    assert all(table.has_change_permission for table in editable)


def offered(world, user, model, field, **within):
    query = {"app_label": "clusters", "model_name": model._meta.model_name, "field_name": field, "term": ""} | within
    return {
        int(row["id"]) for row in json.loads(world.clients[user].get("/admin/autocomplete/", query).content)["results"]
    }


def test_choosers_stay_within(world):
    """What somebody of two schools is offered in a form of one of them."""
    both, pathway = "counselor A and B", Pathway.objects.get()
    for owner in (A, B):
        school = world.schools[owner].pk
        courses = {row.pk for row in world.of(CatalogCourse, owner)}
        assert offered(world, both, CatalogCourse, "prerequisites", school=school) == courses
        programs = {row.pk for row in world.of(Program, owner)}
        assert programs == offered(world, both, SchoolNote, "first_program", school=school, pathway=pathway.pk)
    assert not offered(world, both, SchoolNote, "first_program", school=world.schools[A].pk, pathway=pathway.pk + 1)
    occupations = {row.pk for row in Occupation.objects.on_pathway(pathway.pk)}
    assert offered(world, both, ProgramOccupation, "occupation", pathway=pathway.pk) == occupations
    assert not offered(world, both, ProgramOccupation, "occupation", pathway=pathway.pk + 1)


def test_choosers_ask_within(world):
    for model, field, names in [
        (CatalogCourse, "prerequisites", {"school"}),
        (SchoolNote, "first_program", {"school", "pathway"}),
    ]:
        answer = world.clients[COUNSELOR].get(change_page(row_of(world, model, A)))
        widget = str(answer.context["adminform"].form[field])
        address = re.search(r'data-ajax--url="([^"]+)"', widget)[1].replace("&amp;", "&")
        asked = parse_qs(urlsplit(address).query)
        assert asked.keys() == names
        assert asked["school"] == [str(world.schools[A].pk)]


def test_a_form_of_two_schools_takes_no_course_of_the_other(world):
    row, foreign = row_of(world, CatalogCourse, A), row_of(world, CatalogCourse, B)
    client = world.clients["counselor A and B"]
    with undone():
        client.post(change_page(row), form_data(client.get(change_page(row))) | {"prerequisites": [foreign.pk]})
        assert foreign not in row.prerequisites.all()
    add = page(SchoolNote, "add")
    assert client.get(add).status_code == 200
