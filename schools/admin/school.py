from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.access import Schools, access_of
from schools.admin.base import BoundedSearchMixin, HelpTextsMixin
from schools.admin.preview import PreviewMixin
from schools.admin.recorded import RecordedAdmin


class SchoolAdmin(PreviewMixin, HelpTextsMixin, BoundedSearchMixin, RecordedAdmin):
    rule = Schools()
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

    def get_readonly_fields(self, request, obj=None):
        # What a school is called, and what its grades are, other pages and files rely on.
        return [] if access_of(request.user).everywhere else ["name", "slug", "first_grade", "last_grade"]

    def get_prepopulated_fields(self, request, obj=None):
        # A page that exists keeps its address when its name changes.
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_deleted_objects(self, objs, request):
        deleted, counts, not_permitted, protected = super().get_deleted_objects(objs, request)
        protected = [*protected, *self._would_go_along(objs)]
        # A school with anything of its own stays. The page names it; who may delete it is beside the point.
        return deleted, counts, set() if protected else not_permitted, protected

    def _would_go_along(self, schools):
        """What the database would delete with the schools, such as the roles of their staff."""
        for relation in self.opts.related_objects:
            if relation.on_delete is models.CASCADE:
                rows = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": schools})
                yield from map(str, rows)

    @admin.display(description=_("grades"), ordering="first_grade")
    def grades(self, school):
        return f"{school.first_grade}–{school.last_grade}"
