from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from schools.access import AuditLog
from schools.admin.base import BoundedSearchMixin
from schools.admin.scoped import ScopedAdmin
from schools.models import School


class AuditEntryAdmin(BoundedSearchMixin, ScopedAdmin):
    """To be read by who answers for it, and changed by nobody."""

    rule = AuditLog()
    list_display = ["at", "actor", "action", "subject", "school"]
    list_filter = ["action", "at"]
    date_hierarchy = "at"
    linked_lookups = ["at__year", "at__month", "at__day"]
    search_fields = ["actor", "subject", "detail"]
    fields = ["at", "actor", "action", "subject", "school", "detail"]
    readonly_fields = ["school"]
    list_per_page = 50

    def get_queryset(self, request):
        name = School.objects.filter(pk=OuterRef("school_id")).values("name")
        return super().get_queryset(request).annotate(school_name=Subquery(name))

    @admin.display(description=_("school"), ordering="school_name")
    def school(self, entry):
        if entry.school_id is None:
            return _("the district")
        return entry.school_name or _("a school that is gone")
