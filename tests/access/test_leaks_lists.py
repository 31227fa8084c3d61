"""What lists, filters, searches and choosers tell: one test for each way around that is known."""

import json

from django.contrib.admin import site
from django.contrib.contenttypes.models import ContentType
from reversion.models import Version

from clusters.models import CatalogCourse, CourseSlot, Occupation, Pathway, Program, SchoolNote
from schools.models import AuditEntry, School
from tests.access.asking import (
    COUNSELOR,
    EVERY_MODEL,
    row_of,
    shown,
    tells_of_b,
)
from tests.access.matrix import undone
from tests.access.world import SHARED, A, B
from tests.admin.forms import page

# --- Searching, sorting, filtering ------------------------------------------------------------------------------------


def test_autocomplete_of_any_field(world):
    """Also of models and fields that no form has, and of what there is not."""
    for model in [*EVERY_MODEL, CourseSlot, AuditEntry, ContentType, Version]:
        for column in model._meta.get_fields():
            query = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": column.name,
            }
            answer = world.clients[COUNSELOR].get("/admin/autocomplete/", query | {"term": ""})
            assert answer.status_code in (200, 403), query
            assert not tells_of_b(answer), query
    for odd in (
        {},
        {"app_label": "x", "model_name": "y", "field_name": "z"},
        {"app_label": "../", "model_name": "program"},
    ):
        assert world.clients[COUNSELOR].get("/admin/autocomplete/", odd).status_code == 403


def test_choosers_within_another_school(world):
    course = {"app_label": "clusters", "model_name": "courseslot", "field_name": "catalog_course", "term": ""}
    for name, row in (("school", world.schools[B]), ("pathway", Pathway.objects.get())):
        answer = world.clients[COUNSELOR].get("/admin/autocomplete/", course | {name: row.pk})
        assert not tells_of_b(answer)
    own = world.clients[COUNSELOR].get("/admin/autocomplete/", course | {"school": world.schools[A].pk})
    assert len(json.loads(own.content)["results"]) == 2


LOOKUPS = (
    "school__contact_email__startswith", "school__programs__title_en__startswith", "copies__title_en__startswith",
    "copies__school__name__startswith", "based_on__copies__title_en__startswith", "pathway__programs__title_en__startswith",
    "pathway__cluster__pathways__programs__title_en__startswith", "programs__title_en__startswith",
    "notes__text_en__startswith", "memberships__user__password__startswith", "user__password__startswith",
    "leads_to__title__startswith", "school__memberships__user__username__startswith", "school__id__in",
)  # fmt: skip


def test_lookups_in_addresses(world):
    """An address that asks about rows which nobody shows is refused, whatever the rows say."""
    for model in EVERY_MODEL:
        for lookup in LOOKUPS:
            answer = world.clients[COUNSELOR].get(page(model, "changelist"), {lookup: "CANARY-B"})
            assert answer.status_code in (302, 400, 403), (model, lookup)


def test_filters_name_own_schools_only(world):
    for model in (Program, CatalogCourse, SchoolNote):
        answer = world.clients[COUNSELOR].get(page(model, "changelist"))
        assert "canary-ap-" in shown(answer)
        assert not tells_of_b(answer)
        for parameter in ("offered_by", "school__id__exact"):
            answer = world.clients[COUNSELOR].get(page(model, "changelist"), {parameter: world.schools[B].pk})
            assert not tells_of_b(answer)


def _answers_of_lists(world):
    found = {}
    # Two rows have an order.
    for model in [model for model in EVERY_MODEL if len(world.of(model, SHARED) + world.of(model, A)) > 1]:
        for query in [f"o={place}" for place in range(1, len(site._registry[model].list_display) + 2)]:
            answer = world.clients[COUNSELOR].get(f"{page(model, 'changelist')}?{query}")
            if answer.context and "cl" in answer.context:
                found[model, query] = [row.pk for row in answer.context["cl"].result_list]
    return found


def test_order_of_lists_tells_nothing(world):
    """The order of what all schools share is the same whatever another school's rows say."""
    before = _answers_of_lists(world)
    with undone():
        Program.objects.filter(school=world.schools[B]).update(title_en="AAA", summary_en="", status="draft")
        CatalogCourse.objects.filter(school=world.schools[B]).update(title="AAA")
        School.objects.filter(pk=world.schools[B].pk).update(name="AAA")
        Program.objects.filter(school=world.schools[B], based_on__isnull=False).update(based_on=None, adopted=None)
        assert _answers_of_lists(world) == before


def test_search_tells_nothing(world):
    words = ["CANARY-B", world.schools[B].name, "counselor-b", row_of(world, Program, B).title_en]
    # That of occupations is the search of the site, which forgives typing errors.
    for model in set(EVERY_MODEL) - {Occupation}:
        for word in words:
            answer = world.clients[COUNSELOR].get(page(model, "changelist"), {"q": word})
            if answer.status_code == 200:
                assert answer.context["cl"].result_count == 0, (model, word)


# --- Popups -----------------------------------------------------------------------------------------------------------


def test_popups(world):
    foreign = world.of(Program, B)[-1]
    for query in ("_popup=1", "_to_field=slug", "_popup=1&_to_field=slug", "_to_field=school__name", "_to_field=id"):
        for model in EVERY_MODEL:
            answer = world.clients[COUNSELOR].get(f"{page(model, 'changelist')}?{query}")
            assert answer.status_code < 500
            assert not tells_of_b(answer), (model, query)
        for key in (foreign.pk, foreign.slug):
            answer = world.clients[COUNSELOR].get(f"{page(Program, 'change', key)}?{query}")
            assert answer.status_code in (400, 404)
