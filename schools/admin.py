from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models import School, User


class HelpTextsMixin:
    """A sentence beside every field, also beside those whose model has none to offer."""

    help_texts = {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in self.help_texts:
            field.help_text = self.help_texts[db_field.name]
        return field


class BoundedSearchMixin:
    """Searches for the beginning of a text that is longer than any title."""

    LONGEST_SEARCH = 200

    def get_search_results(self, request, queryset, search_term):
        # Each word adds a condition for each field, and SQLite refuses a query with more than a thousand.
        return super().get_search_results(request, queryset, search_term[: self.LONGEST_SEARCH])


@admin.register(School)
class SchoolAdmin(HelpTextsMixin, BoundedSearchMixin, admin.ModelAdmin):
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ["name", "grades", "contact_name", "contact_email"]
    search_fields = ["name", "slug", "contact_name"]
    prepopulated_fields = {"slug": ["name"]}
    help_texts = {
        "name": _("As people call it."),
        "first_grade": _("The first grade it has."),
        "last_grade": _("The last grade it has."),
        "website": _("The school's own pages."),
    }
    fieldsets = [
        (_("The school"), {"fields": ["name", "slug", ("first_grade", "last_grade"), "website"]}),
        (
            _("Whom to ask about career-technical education"),
            {
                "fields": ["contact_name", ("contact_email", "contact_phone")],
                "description": _("Everybody can read this. Give a work address and a work number."),
            },
        ),
    ]

    def get_prepopulated_fields(self, request, obj=None):
        # A page that exists keeps its address when its name changes.
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_deleted_objects(self, objs, request):
        deleted, counts, not_permitted, protected = super().get_deleted_objects(objs, request)
        # A school with programs or courses stays. The page names them; who may delete them is beside the point.
        return deleted, counts, set() if protected else not_permitted, protected

    @admin.display(description=_("grades"), ordering="first_grade")
    def grades(self, school):
        return f"{school.first_grade}–{school.last_grade}"


@admin.register(User)
class UserAdmin(HelpTextsMixin, BoundedSearchMixin, auth_admin.UserAdmin):
    help_texts = {
        "first_name": _("Shown at the top of these pages."),
        "last_name": _("So that colleagues know who edited what."),
        "email": _("The work address."),
    }
    readonly_fields = ["last_login", "date_joined"]


# Registered again, so that it stands after what is edited every day and has help texts as well.
admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(HelpTextsMixin, BoundedSearchMixin, auth_admin.GroupAdmin):
    help_texts = {
        "name": _("What the members of the group do, such as “Counselors”."),
        "permissions": _("What every member of the group may do."),
    }
