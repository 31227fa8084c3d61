"""Editing of the courses that each school teaches."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from clusters.admin.base import ReferenceMixin
from clusters.admin.bulk import CATALOG, BulkMixin
from clusters.admin.choosers import MultipleChooser, number_within
from clusters.models import CourseSlot
from schools.access import OfSchool, access_of
from schools.admin.base import BoundedSearchMixin
from schools.admin.recorded import RecordedAdmin


class CatalogCourseForm(forms.ModelForm):
    """A course of a school is for grades of the school, and comes after courses of the same school."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if prerequisites := self.fields.get("prerequisites"):
            prerequisites.widget.widget.within = {"school": self.instance.school_id}

    def _get_validation_exclusions(self):
        # The school of a course that is there is no field, and still no two courses of it share a number.
        return super()._get_validation_exclusions() - {"school"}

    def clean(self):
        cleaned = super().clean()
        school = cleaned.get("school") or (self.instance.school if self.instance.pk else None)
        first, last = cleaned.get("first_grade"), cleaned.get("last_grade")
        if school and first and last and not school.first_grade <= first <= last <= school.last_grade:
            message = _("%(school)s has grades %(first)s to %(last)s. Choose grades among them, the first one first.")
            grades = {"school": school, "first": school.first_grade, "last": school.last_grade}
            self.add_error("first_grade", ValidationError(message, params=grades))
        return cleaned

    def clean_prerequisites(self):
        prerequisites = self.cleaned_data["prerequisites"]
        if foreign := [course for course in prerequisites if course.school_id != self.instance.school_id]:
            message = _("Choose courses of the same school. These belong to another one: %(courses)s.")
            raise ValidationError(message, params={"courses": ", ".join(map(str, foreign))})
        self.instance.check_prerequisites(prerequisites)
        return prerequisites


class CatalogCourseAdmin(BulkMixin, ReferenceMixin, BoundedSearchMixin, RecordedAdmin):
    form = CatalogCourseForm
    rule = OfSchool()
    spreadsheet = CATALOG
    list_display = ["number", "title", "school", "grades", "credits", "course"]
    list_display_links = ["number", "title"]
    list_filter = ["school"]
    list_select_related = ["school", "course"]
    list_per_page = 50
    search_fields = ["number", "title", "school__name", "course__code"]
    autocomplete_fields = ["school", "course", "prerequisites"]
    fields = ["school", "number", "title", ("first_grade", "last_grade", "credits"), "course", "prerequisites"]
    help_texts = {
        "school": _("Type part of its name. A course stays with its school."),
        "title": _("As students find it in the school's catalog."),
        "first_grade": _("The first grade in which students take it."),
        "last_grade": _("The last grade in which students take it."),
        "prerequisites": _("Courses of the same school that come first. Type a number or part of a title."),
    }

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        # Which courses can come first is known once the school is.
        return fields if obj else [name for name in fields if name != "prerequisites"]

    def get_readonly_fields(self, request, obj=None):
        return ["school"] if obj else []

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs["widget"] = MultipleChooser(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        if school := number_within(request, "school"):
            # A chooser in the form of a program or course offers what the school has.
            queryset = queryset.filter(school=school)
        return super().get_search_results(request, queryset, search_term)

    def get_deleted_objects(self, objs, request):
        deleted, counts, not_permitted, protected = super().get_deleted_objects(objs, request)
        # In words, and with what is nobody else's to know: a course that a program uses stays.
        return deleted, counts, not_permitted, self._uses(request, objs) if protected else protected

    def _uses(self, request, courses):
        access = access_of(request.user)
        slots = CourseSlot.objects.filter(catalog_course__in=courses).select_related(
            "program__school", "catalog_course"
        )
        return [
            f"{slot.program}, {slot}" if access.may_read(slot.program.school_id) else _("A program of another school")
            for slot in slots
        ]

    @admin.display(description=_("grades"), ordering="first_grade")
    def grades(self, course):
        return f"{course.first_grade}–{course.last_grade}"
