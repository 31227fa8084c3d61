from django.utils.translation import gettext_lazy as _

from clusters.admin.base import LinkInline, SharedAdmin, StateFilter
from clusters.models import MajorOccupation


class OccupationsOfMajor(LinkInline):
    model = MajorOccupation
    fields = ["occupation", "state"]
    autocomplete_fields = ["occupation"]
    ordering = ["occupation__title"]
    verbose_name = _("occupation")
    verbose_name_plural = _("occupations it leads to")
    help_texts = {"occupation": _("Type part of its title, of another job title, or its code.")}


class MajorAdmin(SharedAdmin):
    list_display = ["title", "code", "state"]
    search_fields = ["title", "code"]
    fields = ["code", "title"]
    help_texts = {"title": _("As the classification names it.")}
    inlines = [OccupationsOfMajor]


class CourseAdmin(SharedAdmin):
    list_display = ["title", "code", "subject_area", "state"]
    list_filter = [StateFilter, "subject_area"]
    search_fields = ["title", "code"]
    fields = ["code", "title", "subject_area"]
    help_texts = {"title": _("As the classification names it.")}
