from schools.access import AuditLog
from schools.admin.base import BoundedSearchMixin
from schools.admin.scoped import ScopedAdmin


class AuditEntryAdmin(BoundedSearchMixin, ScopedAdmin):
    """To be read by who answers for it, and changed by nobody."""

    rule = AuditLog()
    list_display = ["at", "actor", "action", "subject"]
    list_filter = ["action", "at"]
    search_fields = ["actor", "subject"]
    fields = ["at", "actor", "action", "subject", "detail"]
    list_per_page = 50
