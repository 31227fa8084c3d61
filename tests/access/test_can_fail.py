"""The checks notice when a guard is gone: each is switched off, and a named check has to fail."""

import pytest
from django.contrib import admin
from django.contrib.admin import site

from clusters.models import CatalogCourse, Cluster, DataSource, SchoolNote
from schools.access import Accounts, AuditLog, Memberships, OfSchool, Schools, Shared, ToBeRead
from schools.admin.scoped import ScopedAdmin, ScopedMixin, ScopedRelatedFilter
from schools.models import AuditEntry, Membership, School, User
from tests.access import matrix, policies, test_leaks

GUARDS = {
    (Shared, Cluster): ("visible", "may_view", "may_add", "may_change", "may_delete"),
    (ToBeRead, DataSource): ("may_add", "may_change"),
    (OfSchool, CatalogCourse): ("visible", "may_view", "may_add", "may_change", "may_delete"),
    (OfSchool, SchoolNote): ("visible",),
    (Schools, School): ("may_add", "may_delete"),
    (Memberships, Membership): ("visible", "may_view", "may_add", "may_change", "may_delete"),
    (Accounts, User): ("visible", "may_view", "may_add", "may_change", "may_delete"),
    (AuditLog, AuditEntry): ("visible", "may_view", "may_add", "may_change", "may_delete"),
}
EACH_RULE = [(rule, guard, model) for (rule, model), guards in GUARDS.items() for guard in guards]
KINDS = ("changelist", "add", "change", "delete")


def routes_of(model):
    return [route for route in policies.routes() if route.model is model and route.kind in KINDS]


def everything(_rule, _access, rows):
    return rows


def yes(*_arguments):
    return True


@pytest.mark.parametrize(("rule", "guard", "model"), EACH_RULE)
def test_rules(world, monkeypatch, rule, guard, model):
    asked = {"users": ["viewer A", "lead A", "without role", "district editor"], "methods": ["GET"]}
    assert matrix.findings(world, routes_of(model), **asked) == []
    monkeypatch.setattr(rule, guard, everything if guard == "visible" else yes)
    assert matrix.findings(world, routes_of(model), **asked)


def test_each_rule_is_switched_off():
    used = {type(model_admin.rule) for model_admin in site._registry.values()}
    assert used == {rule for rule, _model in GUARDS}


UNSCOPED_FILTER = admin.RelatedFieldListFilter.field_choices


def all_rows(_admin, _database, field, _request):
    return field.remote_field.model._default_manager.all()


@pytest.mark.parametrize(
    ("switched_off", "check"),
    [
        ((ScopedMixin, "get_field_queryset", all_rows), test_leaks.test_choice_lists),
        (
            (ScopedAdmin, "get_queryset", admin.ModelAdmin.get_queryset),
            test_leaks.test_history_and_revert_of_foreign_rows,
        ),
        ((ScopedAdmin, "get_queryset", admin.ModelAdmin.get_queryset), test_leaks.test_redirect_view),
        ((ScopedAdmin, "get_queryset", admin.ModelAdmin.get_queryset), test_leaks.test_delete_pages),
        ((ScopedAdmin, "get_queryset", admin.ModelAdmin.get_queryset), test_leaks.test_autocomplete_of_any_field),
        ((ScopedAdmin, "lookup_allowed", yes), test_leaks.test_lookups_in_addresses),
        ((ScopedAdmin, "get_object", admin.ModelAdmin.get_object), test_leaks.test_passwords_of_foreign_accounts),
        (
            (ScopedRelatedFilter, "field_choices", UNSCOPED_FILTER),
            test_leaks.test_filters_name_own_schools_only,
        ),
        ((ScopedAdmin, "changeable", lambda self, request, rows: list(rows)), test_leaks.test_actions_with_forged_rows),
    ],
    ids=lambda value: value.__name__ if callable(value) else value[1],
)
def test_guards(world, monkeypatch, switched_off, check):
    monkeypatch.setattr(*switched_off)
    with pytest.raises(AssertionError):
        check(world)


def test_what_is_saved(world, monkeypatch):
    """Two guards stand behind each other: the field that has to be filled in, and the row that has to be one's own."""
    monkeypatch.setattr(ScopedAdmin, "save_form", admin.ModelAdmin.save_form)
    test_leaks.test_a_counselor_makes_no_model_program(world)
    monkeypatch.delattr(ScopedMixin, "formfield_for_foreignkey")
    with pytest.raises(AssertionError):
        test_leaks.test_a_counselor_makes_no_model_program(world)
