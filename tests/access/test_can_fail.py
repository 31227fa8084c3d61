"""The checks notice when a guard is gone: each is switched off, and a named check has to fail.

``test_matrix`` shows that the same questions find nothing while the guards are there.
"""

from contextlib import nullcontext

import pytest
from django.contrib import admin
from django.contrib.admin import site
from django.contrib.contenttypes.views import shortcut
from django.forms.models import BaseModelFormSet
from django.urls import get_resolver

import clusters.admin.note
import clusters.admin.program
import clusters.importers.catalog_entries
import clusters.importers.programs_cells
import clusters.landing
import schools.admin.preview
import schools.admin.staff
from clusters.admin.bulk import ImportForm
from clusters.admin.catalog import CatalogCourseAdmin, CatalogCourseForm
from clusters.admin.choosers import _Within
from clusters.admin.course_cards import CourseGrid
from clusters.admin.occupation import OccupationAdmin
from clusters.admin.program import ProgramAdmin
from clusters.course_grid import texts_of
from clusters.models import CatalogCourse, Cluster, CourseSlot, DataSource, Program, SchoolNote
from schools import wholes
from schools.access import Accounts, AuditLog, Memberships, OfSchool, Schools, Shared, ToBeRead
from schools.admin.base import BoundedSearchMixin
from schools.admin.scoped import ScopedAdmin, ScopedInline, ScopedMixin, ScopedRelatedFilter
from schools.choices import Role
from schools.models import AuditEntry, Membership, School, User
from tests.access import (
    matrix,
    policies,
    test_leaks_forms,
    test_leaks_lists,
    test_leaks_pages,
    test_leaks_people,
    test_leaks_spreadsheets,
    test_leaks_steps,
)

pytestmark = pytest.mark.once

RULES = {
    (Shared, Cluster): ("visible", "may_view", "may_add", "may_change", "may_delete"),
    (ToBeRead, DataSource): ("may_add", "may_change"),
    (OfSchool, CatalogCourse): ("visible", "may_view", "may_add", "may_change", "may_delete"),
    (OfSchool, SchoolNote): ("visible",),
    (OfSchool, Program): ("visible", "may_change"),
    (Schools, School): ("may_add", "may_delete"),
    (Memberships, Membership): ("visible", "may_view", "may_add", "may_change", "may_delete"),
    (Accounts, User): ("visible", "may_view", "may_change", "may_delete"),
    (AuditLog, AuditEntry): ("visible", "may_view", "may_add", "may_change", "may_delete"),
}
EACH_RULE = [(rule, guard, model) for (rule, model), guards in RULES.items() for guard in guards]
KINDS = ("changelist", "add", "change", "delete", "step", "history", "preview", "reviewed", "courses")
ASKED = ("viewer A", "lead A", "counselor A", "without role", "district editor")


def everything(_self, _access, rows):
    return rows


def yes(*_arguments):
    return True


def no(*_arguments):
    return False


def nothing(*_arguments, **_named):
    return None


@pytest.mark.parametrize(("rule", "guard", "model"), EACH_RULE)
def test_rules(world, monkeypatch, rule, guard, model):
    routes = [route for route in policies.routes() if route.model is model and route.kind in KINDS]
    monkeypatch.setattr(rule, guard, everything if guard == "visible" else yes)
    assert any(matrix.findings(world, routes, users=ASKED, methods=["GET", "POST"]))


def test_each_rule_is_switched_off():
    assert {type(model_admin.rule) for model_admin in site._registry.values()} == {rule for rule, _model in RULES}


def all_rows(_admin, _database, field, _request):
    return field.remote_field.model._default_manager.all()


def all_known(_site, _request, rows):
    return rows


def all_of_model(_site, _request, model):
    return model._default_manager.all()


def any_row(formset, pk):
    return formset.model._default_manager.filter(pk=pk).first()


def all_schools(form, *args, user, **named):
    IMPORT_FORM(form, *args, user=user, **named)
    form.fields["school"].queryset = School.objects.all()


def all_courses(grid, program):
    GRID(grid, program)
    grid.catalog = {str(course.pk): course for course in CatalogCourse.objects.select_related("course")}


def all_places(grid, program):
    GRID(grid, program)
    slots = CourseSlot.objects.select_related("course", "catalog_course")
    grid.saved = {str(slot.pk): slot for slot in slots}
    grid.saved_texts = {token: texts_of(slot) for token, slot in grid.saved.items()}


IMPORT_FORM, GRID = ImportForm.__init__, CourseGrid.__init__
(VIEW_ON_SITE,) = (
    entry
    for resolver in get_resolver().url_patterns
    if getattr(resolver, "namespace", "") == "admin"
    for entry in resolver.url_patterns
    if getattr(entry, "name", "") == "view_on_site"
)
UNSCOPED = (ScopedAdmin, "get_queryset", admin.ModelAdmin.get_queryset)
EVERY_ROLE = (Memberships, "roles_to_give", lambda _rule, _access: frozenset(Role))
SAVES_ALL = (ScopedAdmin, "save_form", admin.ModelAdmin.save_form)

# What is switched off -> the check that has to notice. Where two guards stand behind each other, both are.
GUARDS = {
    "lists": ([UNSCOPED], test_leaks_lists.test_filters_name_own_schools_only),
    "pages of history": ([UNSCOPED], test_leaks_steps.test_history_and_revert_of_foreign_rows),
    "delete pages": ([UNSCOPED], test_leaks_steps.test_delete_pages),
    "autocomplete": ([UNSCOPED], test_leaks_lists.test_autocomplete_of_any_field),
    "search": ([UNSCOPED], test_leaks_lists.test_search_tells_nothing),
    "popups": ([UNSCOPED], test_leaks_lists.test_popups),
    "exports": ([UNSCOPED], lambda world: test_leaks_spreadsheets.test_exports(world, Program, "programs.csv")),
    "rows that are not there": (
        [(ScopedAdmin, "get_object", admin.ModelAdmin.get_object)],
        test_leaks_people.test_passwords_of_foreign_accounts,
    ),
    "redirects": ([(VIEW_ON_SITE, "callback", shortcut)], test_leaks_forms.test_redirect_view),
    "choice lists": ([(ScopedMixin, "get_field_queryset", all_rows)], test_leaks_forms.test_choice_lists),
    # That nobody fills in more there than in the form around them, Django sees to itself.
    "tables in forms": (
        [(ScopedInline, "_may_edit", no)],
        test_leaks_pages.test_who_only_reads_finds_no_table_to_fill_in,
    ),
    "numbers of rows in tables": (
        [(BaseModelFormSet, "_existing_object", any_row)],
        test_leaks_forms.test_foreign_parts_in_the_tables_of_a_form,
    ),
    "schools of new rows": (
        [SAVES_ALL, (ScopedMixin, "formfield_for_foreignkey", admin.ModelAdmin.formfield_for_foreignkey)],
        test_leaks_forms.test_a_counselor_makes_no_model_program,
    ),
    "prerequisites": (
        [(CatalogCourseForm, "clean_prerequisites", lambda form: form.cleaned_data["prerequisites"])],
        test_leaks_pages.test_a_form_of_two_schools_takes_no_course_of_the_other,
    ),
    "lookups": ([(ScopedAdmin, "lookup_allowed", yes)], test_leaks_lists.test_lookups_in_addresses),
    "filters": (
        [(ScopedRelatedFilter, "field_choices", admin.RelatedFieldListFilter.field_choices)],
        test_leaks_lists.test_filters_name_own_schools_only,
    ),
    "filter of programs by school": (
        [(clusters.admin.program, "known_rows", all_known)],
        test_leaks_lists.test_filters_name_own_schools_only,
    ),
    "choosers of courses": (
        [(CatalogCourseAdmin, "get_search_results", BoundedSearchMixin.get_search_results)],
        test_leaks_pages.test_choosers_stay_within,
    ),
    "choosers of programs": (
        [(ProgramAdmin, "get_search_results", BoundedSearchMixin.get_search_results)],
        test_leaks_pages.test_choosers_stay_within,
    ),
    "choosers of occupations": (
        [(OccupationAdmin, "get_search_results", BoundedSearchMixin.get_search_results)],
        test_leaks_pages.test_choosers_stay_within,
    ),
    "what choosers ask": ([(_Within, "within", property(nothing, nothing))], test_leaks_pages.test_choosers_ask_within),
    "actions": (
        [(ScopedAdmin, "changeable", lambda self, request, rows: list(rows))],
        test_leaks_steps.test_actions_with_forged_rows,
    ),
    "deleting rows by an action": (
        [(ProgramAdmin, "has_delete_permission", yes)],
        test_leaks_steps.test_actions_with_forged_rows,
    ),
    "school of an import": ([(ImportForm, "__init__", all_schools)], test_leaks_spreadsheets.test_imported_courses),
    "lines of other schools": (
        [(clusters.importers.catalog_entries, "check_school", nothing)],
        test_leaks_spreadsheets.test_imported_courses,
    ),
    "lines of programs of other schools": (
        [(clusters.importers.programs_cells, "check_school", nothing)],
        test_leaks_spreadsheets.test_imported_programs,
    ),
    "catalog of the grid": ([(CourseGrid, "__init__", all_courses)], test_leaks_pages.test_the_grid_offers_own_courses),
    "courses that the grid takes": (
        [(CourseGrid, "__init__", all_courses)],
        test_leaks_pages.test_the_grid_takes_no_foreign_course,
    ),
    "places that the grid takes": (
        [(CourseGrid, "__init__", all_places)],
        test_leaks_pages.test_the_grid_takes_no_foreign_place,
    ),
    "previews": ([(schools.admin.preview, "undone", nullcontext)], test_leaks_pages.test_a_preview_keeps_nothing),
    "start page": (
        [(clusters.landing, "_known", all_of_model)],
        test_leaks_pages.test_the_start_page_tells_of_own_schools,
    ),
    "notes on pathways": (
        [(clusters.admin.note.OfSchool, "visible", everything)],
        test_leaks_pages.test_a_pathway_tells_what_own_schools_say,
    ),
    "roles to give": ([EVERY_ROLE], test_leaks_people.test_nobody_gives_away_more_than_they_have),
    "schools to give roles at": (
        [
            SAVES_ALL,
            (schools.admin.staff.MembershipAdmin, "formfield_for_foreignkey", ScopedMixin.formfield_for_foreignkey),
        ],
        test_leaks_people.test_a_lead_of_one_school_who_is_counselor_of_another_gives_no_roles_there,
    ),
    "accounts that may do more": (
        [(Accounts, "visible", everything)],
        test_leaks_people.test_accounts_that_may_do_more,
    ),
}


def test_adding_accounts(world, monkeypatch):
    """Django asks for two rights there."""
    routes = [route for route in policies.routes() if route.model is User and route.kind == "add"]
    for guard in ("may_add", "may_change"):
        monkeypatch.setattr(Accounts, guard, yes)
    assert any(matrix.findings(world, routes, users=ASKED, methods=["GET"]))


@pytest.mark.parametrize("name", GUARDS)
def test_guards(world, monkeypatch, name):
    switched_off, check = GUARDS[name]
    for target in switched_off:
        monkeypatch.setattr(*target)
    with pytest.raises(AssertionError):
        check(world)


def test_words_of_versions(world, monkeypatch):
    """Which rows a version names, and whether it comes back, are two guards with a check each."""
    monkeypatch.setattr(OfSchool, "visible", everything)
    with pytest.raises(AssertionError):
        test_leaks_steps.test_versions_that_name_foreign_rows(world)


def test_versions_with_courses_of_others(world, monkeypatch):
    whole = wholes.whole_of(Program)
    monkeypatch.setitem(whole.__dict__, "check", nothing)
    with pytest.raises(AssertionError):
        test_leaks_steps.test_versions_that_name_foreign_rows(world)
