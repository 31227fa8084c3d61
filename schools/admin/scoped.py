"""Admin classes that ask ``schools.access`` before they show, offer or change anything."""

from django.contrib import admin
from django.db import transaction
from django.http import Http404

from schools.access import Rule, access_of
from schools.audit import record
from schools.choices import AuditAction
from schools.models import School


class ScopedMixin:
    """What choices the fields of a form offer: rows that the user may know of, and of schools those that they edit."""

    def get_field_queryset(self, db, db_field, request):
        related = db_field.remote_field.model
        rows = super().get_field_queryset(db, db_field, request)
        rows = related._default_manager.all() if rows is None else rows
        access = access_of(request.user)
        if related is School:
            return rows if access.everywhere else rows.filter(pk__in=access.edits)
        scoped = self.admin_site._registry.get(related)
        return scoped.rule.visible(access, rows) if scoped else rows


class ScopedAdmin(ScopedMixin, admin.ModelAdmin):
    """Permissions come from the model's rule and the user's roles, never from ticks at an account.

    A row that the user may not know of is not there: its pages answer 404, no list, choice or search has it.
    """

    rule: Rule

    def get_queryset(self, request):
        return self.rule.visible(access_of(request.user), super().get_queryset(request))

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.rule.may_view(access_of(request.user), obj)

    def has_add_permission(self, request):
        return self.rule.may_add(access_of(request.user))

    def has_change_permission(self, request, obj=None):
        return self.rule.may_change(access_of(request.user), obj)

    def has_delete_permission(self, request, obj=None):
        return self.rule.may_delete(access_of(request.user), obj)

    @transaction.atomic
    def delete_model(self, request, obj):
        self._record_deletion(request, obj)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for row in queryset:
            self._record_deletion(request, row)
        super().delete_queryset(request, queryset)

    def _record_deletion(self, request, row):
        school = row if isinstance(row, School) else getattr(row, "school_id", None)
        record(AuditAction.DELETE, by=request.user, subject=f"{self.opts.verbose_name}: {row}", school=school)

    def changeable(self, request, queryset):
        """Those of the rows chosen for an action that the user may change."""
        return [row for row in queryset if self.has_change_permission(request, row)]

    # What the links of other pages ask a list for, beside its own filters.
    linked_lookups = ()

    def lookup_allowed(self, lookup, value, request):
        # Django takes every field of the model and relations too: an address could ask about rows that nobody shows.
        offered = [*self.linked_lookups, *map(self._parameter_of, self.get_list_filter(request))]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in offered)

    def _parameter_of(self, entry):
        entry = entry[0] if isinstance(entry, tuple) else entry
        return getattr(entry, "parameter_name", entry)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404


class ScopedInline(ScopedMixin):
    """Rows within the form of another one may be edited by whoever may edit that one."""

    def _parent_admin(self):
        return self.admin_site.get_model_admin(self.parent_model)

    def has_view_permission(self, request, obj=None):
        return self._parent_admin().has_view_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return self._may_edit(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._may_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._may_edit(request, obj)

    def _may_edit(self, request, obj):
        parent = self._parent_admin()
        return parent.has_change_permission(request, obj) if obj else parent.has_add_permission(request)
