"""What holds for the forms of every model."""

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clusters import models as content
from tests.admin.forms import (
    BUDGET,
    EDITABLE_MODELS,
    MODELS,
    SUPERUSER_REQUEST,
    change_page,
    each_editable_model,
    each_model,
    each_reference_model,
    first,
    make_content,
    make_occupation,
    messages,
    page,
    save,
)

pytestmark = pytest.mark.django_db


def fields_to_type(model_admin):
    """All fields of a model's forms, for a new row and for one that is there, and those of its inlines."""
    request = SUPERUSER_REQUEST
    row = first(model_admin.model)
    for obj in (None, row):
        yield from model_admin.get_form(request, obj, change=bool(obj))().fields.items()
        for inline in model_admin.get_inline_instances(request, obj):
            for name, field in inline.get_formset(request, obj).form().fields.items():
                yield f"{inline.model.__name__}.{name}", field


def test_all_content_is_edited_in_a_form_of_its_own_or_in_another_one():
    inlines = {inline.model for model_admin in admin.site._registry.values() for inline in model_admin.inlines}
    classes = {m for m in vars(content).values() if isinstance(m, type) and hasattr(m, "_meta")}
    models = {model for model in classes if not model._meta.abstract}
    derived = {content.ContentVersion, content.SearchEntry, content.AddressCheck}
    # Courses of programs have a page for all of a program's (test_program_grid.py).
    assert models & (inlines | set(MODELS)) == models - derived - {content.CourseSlot}


@pytest.mark.once
@each_model
def test_pages_cost_as_many_queries_for_three_rows_as_for_one(staff, model):
    counts = []
    for numbers in ([1], [2, 3]):
        make_content(numbers)
        lists = [page(model, "changelist") + query for query in ("", "?q=nurse", "?o=1")]
        forms = [page(model, "add")] if model in EDITABLE_MODELS else []
        forms += [change_page(first(model))] if first(model) else []
        counts.append({"list": queries_of(staff, lists), "form": queries_of(staff, forms)})
    assert counts[0] == counts[1]
    assert max(counts[1]["list"]) <= BUDGET["list"]
    assert max(counts[1]["form"], default=0) <= BUDGET["form"]


def queries_of(client, addresses):
    """The number of queries of each page, after it was opened once before, as caches of Django are then filled."""
    counts = []
    for address in addresses:
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    return counts


@each_editable_model
def test_each_field_has_a_help_text(rows, model):
    fields = dict(fields_to_type(admin.site.get_model_admin(model)))
    assert fields
    assert [name for name, field in fields.items() if not field.help_text and not field.disabled] == []


@each_editable_model
def test_another_row_is_chosen_by_typing_its_name(rows, model):
    """A list to scroll would have a thousand occupations in it."""
    fields = fields_to_type(admin.site.get_model_admin(model))
    choosers = [
        (name, field) for name, field in fields if type(field) is forms.ModelChoiceField and name.split(".")[-1] != "id"
    ]
    for name, field in choosers:
        assert isinstance(getattr(field.widget, "widget", field.widget), AutocompleteSelect), name


@each_reference_model
def test_saving_an_untouched_form_edits_nothing(rows, staff, model):
    row = first(model)
    before = model._default_manager.filter(pk=row.pk).values().get()
    response = save(staff, row)
    assert "was changed successfully" in messages(response)
    assert model._default_manager.filter(pk=row.pk).values().get() == before
    assert LogEntry.objects.get().get_change_message() == "No fields changed."


ODD_QUERIES = [
    "q=%00", "q=nur%00se", "q=" + "a+" * 5000, "q=" + "x" * 10_000, "q=%22open+quote", "q=%5C%25_%27%3B--", "q=%FF%FE",
    "o=99.-7.x", "p=999999", "p=-1", "id__exact=99999999999999999999999", "id__exact=nonsense", "source__nonsense=1",
    "state=nonsense",
]  # fmt: skip


@each_model
def test_odd_searches_get_an_answer(rows, staff, model):
    for query in ODD_QUERIES:
        response = staff.get(f"{page(model, 'changelist')}?{query}", follow=True)
        assert response.status_code == 200, query


@pytest.mark.parametrize("term", ["%00", "a+" * 5000, "%FF", "nurse"])
def test_odd_terms_in_a_chooser_get_an_answer(rows, staff, term):
    field = "app_label=clusters&model_name=pathwayoccupation&field_name=occupation"
    assert staff.get(f"{reverse('admin:autocomplete')}?{field}&term={term}").status_code == 200


def test_occupations_are_found_by_other_job_titles_and_codes(rows, staff):
    for text in ("rn", "regisered nurse", "29-0001"):
        results = staff.get(page(content.Occupation, "changelist"), {"q": text}).context["cl"].queryset
        assert results[0].code == "29-0001.00"


@each_reference_model
def test_a_shipped_row_keeps_its_key_and_a_row_added_here_can_change_it(rows, staff, model):
    row = first(model)
    form = staff.get(change_page(row)).context["adminform"].form
    assert not set(form.fields) & {*model.NATURAL_KEY, "slug", "source", "shipped", "retired_on"}
    model._default_manager.filter(pk=row.pk).update(shipped=None)
    form = staff.get(change_page(row)).context["adminform"].form
    assert set(form.fields) >= set(model.NATURAL_KEY)


@pytest.mark.parametrize("state", ["edited", "added", "archived", "retired"])
def test_rows_are_filtered_by_what_happened_to_them(rows, staff, state):
    make_occupation(4)
    one, two, three, four = content.Occupation.objects.order_by("code")
    one.summary_en = "Our own words."
    one.save()
    content.Occupation.objects.filter(pk=two.pk).update(shipped=None)
    content.Occupation.objects.filter(pk=three.pk).update(retired_on=timezone.localdate())
    content.Occupation.objects.filter(pk=four.pk).update(shipped=None, retired_on=timezone.localdate())
    results = staff.get(page(content.Occupation, "changelist"), {"state": state}).context["cl"].queryset
    expected = {"edited": [one], "added": [two, four], "archived": [four], "retired": [three]}
    assert list(results.order_by("code")) == expected[state]


def test_the_start_page_begins_with_clusters_and_pathways(staff):
    apps = staff.get(reverse("admin:index")).context["app_list"]
    assert apps[0]["app_label"] == "clusters"
    assert [model["object_name"] for model in apps[0]["models"]][:3] == ["Cluster", "Pathway", "Program"]
