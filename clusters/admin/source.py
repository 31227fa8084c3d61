from schools.access import ToBeRead
from schools.admin.base import BoundedSearchMixin
from schools.admin.scoped import ScopedAdmin


class DataSourceAdmin(BoundedSearchMixin, ScopedAdmin):
    """Which releases the data is from. To be read: imports write it, and write over what is changed here."""

    rule = ToBeRead()
    list_display = ["title", "release", "released_on", "publisher", "used_for"]
    fields = [
        "title",
        "release",
        "released_on",
        "publisher",
        "url",
        "licence",
        "credit",
        "used_for",
        "baseline",
        "slug",
    ]
    search_fields = ["title", "publisher", "slug", "used_for"]
