"""Admin classes that ask ``schools.access`` before they show, offer or change anything."""

from django.contrib import admin
from django.contrib.admin.filters import FieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.text import capfirst

from schools.access import Rule, access_of
from schools.audit import record
from schools.choices import AuditAction
from schools.models import School


def known_rows(site, request, rows):
    """Those of the rows that the user may know of; of a model that no rule speaks of, none."""
    scoped = site._registry.get(rows.model)
    return scoped.rule.visible(access_of(request.user), rows) if scoped else rows.none()


class ScopedMixin:
    """What choices the fields of a form offer: rows that the user may know of, and of schools those that they edit."""

    def get_field_queryset(self, db, db_field, request):
        related = db_field.remote_field.model
        rows = super().get_field_queryset(db, db_field, request)
        rows = known_rows(self.admin_site, request, related._default_manager.all() if rows is None else rows)
        access = access_of(request.user)
        return rows.filter(pk__in=access.edits) if related is School and not access.everywhere else rows

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field and db_field.remote_field.model is School and not access_of(request.user).everywhere:
            # A row of no school is everybody's.
            field.required = True
        return field


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """The filters beside a list name rows that the user may know of."""

    def field_choices(self, field, request, model_admin):
        known = known_rows(model_admin.admin_site, request, field.remote_field.model._default_manager.all())
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(
            include_blank=False, ordering=ordering, limit_choices_to={"pk__in": known.values("pk")}
        )


# For all lists, so that none can forget it.
FieldListFilter.register(lambda field: field.remote_field, ScopedRelatedFilter, take_priority=True)


class ScopedAdmin(ScopedMixin, admin.ModelAdmin):
    """Permissions come from the model's rule and the user's roles, never from ticks at an account.

    A row that the user may not know of is not there: its pages answer 404, no list, choice or search has it.
    """

    rule: Rule

    def get_queryset(self, request):
        return self.rule.visible(access_of(request.user), super().get_queryset(request))

    def changelist_view(self, request, extra_context=None):
        # Django asks to "select" one "to change", also those who may only read.
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

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
    # What the filters beside a list ask. Anything longer would follow a relation to rows of others.
    _ENDINGS = ("exact", "id__exact", "in", "isnull", "isempty", "gte", "gt", "lte", "lt")

    def lookup_allowed(self, lookup, value, request):
        # Django takes every field of the model and relations too: an address could ask about rows that nobody shows.
        offered = [*self.linked_lookups, *map(self._parameter_of, self.get_list_filter(request))]
        if any(lookup == name or lookup in {f"{name}__{ending}" for ending in self._ENDINGS} for name in offered):
            return True
        # As for any other address that makes no sense, Django then shows the list; to say no would be an error page.
        raise IncorrectLookupParameters

    def _parameter_of(self, entry):
        entry = entry[0] if isinstance(entry, tuple) else entry
        return getattr(entry, "parameter_name", entry)

    def get_object(self, request, object_id, from_field=None):
        # Before anybody asks for permissions: who may see no such row is not told whether there is one.
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row

    def save_form(self, request, form, change):
        """The row as it would be saved has to be one that the user may change, wherever the form came from."""
        row = super().save_form(request, form, change)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row


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
