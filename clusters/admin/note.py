"""Editing of what schools say about pathways, by the schools themselves."""

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from clusters.admin.base import ReferenceMixin, side_by_side
from clusters.admin.choosers import Chooser
from clusters.admin.preview import ContentPreviewMixin
from clusters.models import SchoolNote
from schools.access import OfSchool, access_of
from schools.admin.base import BoundedSearchMixin
from schools.admin.recorded import RecordedAdmin
from schools.models import School


class SchoolNoteForm(forms.ModelForm):
    """The program to start with is one that the school has on the pathway, and that is in use."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        program = self.fields.get("first_program")
        if program and self.instance.pk:
            within = {"school": self.instance.school_id, "pathway": self.instance.pathway_id}
            program.queryset = program.queryset.filter(**within)
            program.widget.widget.within = within


class SchoolNoteAdmin(ContentPreviewMixin, ReferenceMixin, BoundedSearchMixin, RecordedAdmin, TranslationAdmin):
    form = SchoolNoteForm
    rule = OfSchool()
    list_display = ["pathway", "school", "offered", "first_program"]
    list_filter = ["offered", "school"]
    list_select_related = ["school", "pathway", "first_program__school"]
    linked_lookups = ["pathway__id__exact"]
    list_per_page = 50
    search_fields = ["pathway__title_en", "pathway__title_es", "pathway__number", "school__name", "text_en", "text_es"]
    autocomplete_fields = ["school", "pathway", "first_program"]
    fields = ["school", "pathway", "offered", *side_by_side("text"), "first_program"]
    help_texts = {
        "school": _("Type part of its name. A note stays with its school."),
        "pathway": _("Type part of its title or its number. A note stays with its pathway."),
        "text_es": _("The same in Spanish. Left empty, the English one is shown."),
    }

    def get_readonly_fields(self, request, obj=None):
        return ["school", "pathway"] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "first_program":
            kwargs["widget"] = Chooser(db_field, self.admin_site)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "school" and (only := self._only_school(request)):
            field.initial, field.disabled = only, True
        return field

    def get_field_queryset(self, db, db_field, request):
        rows = super().get_field_queryset(db, db_field, request)
        if db_field.name != "first_program":
            return rows
        access = access_of(request.user)
        programs = rows.in_use().exclude(school=None)
        return programs if access.everywhere else programs.filter(school__in=access.edits)

    def _only_school(self, request):
        """The school of somebody who works for one: there is nothing to choose."""
        access = access_of(request.user)
        return next(iter(access.edits)) if len(access.edits) == 1 and not access.everywhere else None


def notes_of(request, pathway):
    """What the schools of a user say about a pathway, as rows of school, note and address of the form to write it.

    Somebody who edits everywhere gets only the schools that say something: the others would be all of the district.
    """
    access = access_of(request.user)
    notes = OfSchool().visible(access, SchoolNote.objects.filter(pathway=pathway)).select_related("school")
    rows = [
        {"school": note.school, "note": note, "address": reverse("admin:clusters_schoolnote_change", args=[note.pk])}
        for note in notes.order_by("school__name")
    ]
    if not access.everywhere:
        silent = School.objects.filter(pk__in=access.edits).exclude(pk__in=[row["school"].pk for row in rows])
        rows += [{"school": school, "note": None, "address": address_to_add(pathway, school)} for school in silent]
    return rows


def address_to_add(pathway, school=None):
    """The form of a new note on a pathway."""
    known = {"pathway": pathway.pk} | ({"school": school.pk} if school else {})
    return f"{reverse('admin:clusters_schoolnote_add')}?{urlencode(known)}"
