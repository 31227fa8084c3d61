from django.contrib import admin

from schools.admin import BoundedSearchMixin


class DataSourceAdmin(BoundedSearchMixin, admin.ModelAdmin):
    """Which releases the data is from. To be read: imports write it, and write over what is changed here."""

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

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
