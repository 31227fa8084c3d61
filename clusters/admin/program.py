"""Editing of programs of study, with what each has and lacks beside its form."""

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.views.main import ChangeList
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from clusters import adoption
from clusters.admin.base import ReferenceAdmin, SharedAdmin, StateFilter, side_by_side
from clusters.admin.bulk import PROGRAMS_OF_STUDY, BulkMixin
from clusters.admin.choosers import number_within
from clusters.admin.framework import MISSING_TEXTS
from clusters.admin.preview import ContentPreviewMixin
from clusters.admin.program_grid import CourseGridMixin, read_only_years
from clusters.admin.program_parts import (
    CredentialsOfProgram,
    MajorsOfProgram,
    OccupationsOfProgram,
    WorkBasedLearningOfProgram,
)
from clusters.admin.program_steps import ProgramStepsMixin
from clusters.admin.reviewing import ReviewedMixin
from clusters.choices import ProgramStatus
from clusters.completeness import elements
from clusters.models import Program
from clusters.program_checks import check, for_checks
from schools.access import OfSchool
from schools.admin.scoped import known_rows
from schools.models import School


class OfferedByFilter(admin.SimpleListFilter):
    title = _("school")
    parameter_name = "offered_by"
    MODELS = "models"

    def lookups(self, request, model_admin):
        schools = known_rows(model_admin.admin_site, request, School.objects.values_list("pk", "name"))
        return [(self.MODELS, _("Model programs")), *((str(pk), name) for pk, name in schools)]

    def queryset(self, request, queryset):
        if self.value() == self.MODELS:
            return queryset.models()
        known = self.value() in dict(self.lookup_choices)
        return queryset.offered_at(self.value()) if known else queryset


class ProgramList(ChangeList):
    def get_queryset(self, request, exclude_parameters=None):
        return super().get_queryset(request, exclude_parameters).with_parts()


class ProgramAdmin(
    BulkMixin, ContentPreviewMixin, ReviewedMixin, CourseGridMixin, ProgramStepsMixin, ReferenceAdmin, TranslationAdmin
):
    rule = OfSchool(or_shared=True)
    spreadsheet = PROGRAMS_OF_STUDY
    list_display = ["title", "offered_by", "status", "elements_met", "pathway"]
    # What a school made its own comes before the model programs, which everybody has.
    ordering = [F("school__name").asc(nulls_last=True), "title", "slug"]
    list_filter = ["status", OfferedByFilter, "pathway__cluster", StateFilter, *MISSING_TEXTS]
    search_fields = ["title_en", "title_es", "slug", "pathway__title_en", "pathway__number", "school__name"]
    autocomplete_fields = ["pathway", "school"]
    readonly_fields = [*ReferenceAdmin.readonly_fields, "status", "based_on"]
    prepopulated_fields = {"slug": ["title"]}
    help_texts = {
        "title_en": _("What students call it: two to five words."),
        "title_es": _("The same in Spanish. Left empty, the English one is shown."),
        "pathway": _("The part of its cluster that it belongs to."),
        "school": _("The school that offers it. Leave it empty for a model program, which is for every school."),
    }
    inlines = [OccupationsOfProgram, CredentialsOfProgram, WorkBasedLearningOfProgram, MajorsOfProgram]
    PLACE = (
        _("Name and place"),
        {"fields": [*side_by_side("title"), "slug", "pathway", ("position", "last_entry"), ("school", "based_on", "status")]},
    )  # fmt: skip
    TEXTS = (_("What students read"), {"fields": side_by_side("summary", "audience", "skills", "ways_in")})
    AT_SCHOOL = (
        _("At the school"),
        {"fields": [("contact_name", "contact_email"), *side_by_side("local_demand")]},
    )
    fieldsets = [PLACE, TEXTS]

    def get_fieldsets(self, request, obj=None):
        place, texts, *rest = super().get_fieldsets(request, obj)
        return [place, texts, *([self.AT_SCHOOL] if obj and obj.school_id else []), *rest]

    def get_readonly_fields(self, request, obj=None):
        # Courses, copies and links of a program belong to where it is, and copies stand where their model does: it stays.
        return [*super().get_readonly_fields(request, obj), *(["school", "pathway"] if obj else [])]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("school", "based_on__school", "source")

    def get_changelist(self, request, **kwargs):
        return ProgramList

    def get_search_results(self, request, queryset, search_term):
        # The chooser in the form of a school's note offers what the school has on the pathway.
        within = {name: number_within(request, name) for name in ("school", "pathway")}
        queryset = queryset.filter(**{name: number for name, number in within.items() if number})
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("school"), ordering="school__name")
    def offered_by(self, program):
        return program.school or _("Model program")

    @admin.display(description=_("elements met"))
    def elements_met(self, program):
        found = elements(program)
        return _("%(met)s of %(all)s") % {"met": sum(element.is_met for element in found), "all": len(found)}

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj:
            # With its model program in the same queries, which is asked what changed in it.
            read = {each.pk: each for each in for_checks(Program.objects.filter(pk__in={obj.pk, obj.based_on_id}))}
            program = read[obj.pk]
            found = elements(program)
            context |= {
                "elements": found,
                "elements_met": sum(element.is_met for element in found),
                # What is missing stands beside the element that misses it.
                "findings": [finding for finding in check([program]) if finding.rule != "completeness"],
                "change_count": len(adoption.changes(program, read.get(obj.based_on_id))),
                "years": read_only_years(program),
                "steps": self.steps_of(request, program),
                "can_be_deleted": self.has_delete_permission(request, obj),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def has_delete_permission(self, request, obj=None):
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or (self._is_a_mere_draft(obj) and not obj.copies.exists())

    def _is_a_mere_draft(self, program):
        """Nobody can have printed it, linked to it or planned with it, and no release brings it back."""
        return program.status == ProgramStatus.DRAFT and not program.was_public and program.shipped is None

    @admin.action(permissions=["delete"], description=_("Delete selected %(verbose_name_plural)s"))
    def delete_selected(self, request, queryset):
        if refused := [program for program in queryset if not self.has_delete_permission(request, program)]:
            message = _(
                "Nothing was deleted: only a draft that never was public, and that no school has copied, is deleted. "
                "Archive the others instead: %(titles)s."
            )
            self.message_user(request, message % {"titles": ", ".join(map(str, refused))}, messages.ERROR)
            return None
        return delete_selected(self, request, queryset)


class CredentialAdmin(SharedAdmin):
    list_display = ["name", "issuer", "kind", "state"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["name", "issuer", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "slug", "issuer", "kind", "url"]
    help_texts = {
        "kind": _("A license is needed to do the work; a certification shows skill; a card, a short training.")
    }
