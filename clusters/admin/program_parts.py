"""The lists in the form of a program: its occupations, credentials, steps and majors."""

from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationTabularInline

from clusters.admin.base import LinkInline
from clusters.admin.choosers import Chooser
from clusters.admin.forms import LinkForm, LinkFormSet
from clusters.models import (
    ProgramCredential,
    ProgramMajor,
    ProgramOccupation,
    WorkBasedLearning,
)

# A table in which fields stand above each other: no screen is as wide as all of them side by side.
PARTS = "admin/clusters/program/parts.html"
YEAR = _("The year in which students have it.")
PLACE = _("Place within the year; the lowest comes first.")


class PlacedPartForm(LinkForm):
    """A part with no other row as its key: the year and the name tell it from the others."""

    def told_apart_by(self, chosen):
        return [str(self.instance)] if self.instance.pk else []


class PartFormSet(LinkFormSet):
    """Parts are chosen from what belongs to the program's pathway."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        occupation = form.fields.get("occupation")
        if occupation and self.instance.pathway_id and not occupation.disabled:
            occupation.widget.within = {"pathway": self.instance.pathway_id}


class PartInline(LinkInline):
    formset = PartFormSet

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = Chooser(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_fields(self, request, obj=None):
        """Of a school's own program, no part came with a release."""
        fields = super().get_fields(request, obj)
        return [name for name in fields if name != "state"] if obj and obj.school_id else fields


class OccupationsOfProgram(PartInline):
    model = ProgramOccupation
    shown_with = ["program__school", "occupation"]
    fields = ["occupation", "position", "state"]
    autocomplete_fields = ["occupation"]
    verbose_name = _("occupation")
    verbose_name_plural = _("occupations it prepares for")
    help_texts = {"occupation": _("One from the program's pathway. Type part of its title, or its code.")}


class CredentialsOfProgram(PartInline):
    model = ProgramCredential
    shown_with = ["program__school", "credential"]
    fields = ["credential", "grade", "position", "state"]
    autocomplete_fields = ["credential"]
    verbose_name = _("credential")
    verbose_name_plural = _("credentials students can earn")
    help_texts = {"credential": _("Type part of its name or of its issuer's."), "position": PLACE}


class WorkBasedLearningOfProgram(PartInline, TranslationTabularInline):
    model = WorkBasedLearning
    form = PlacedPartForm
    template = PARTS
    shown_with = ["program"]
    fields = [("grade", "position"), "kind", ("description_en", "description_es"), "state"]
    verbose_name = _("step of work-based learning")
    verbose_name_plural = _("work-based learning, year by year")
    help_texts = {
        "grade": YEAR,
        "position": PLACE,
        "kind": _("From hearing about work to doing it: later steps go further."),
        "description_es": _("The same in Spanish. Left empty, the English one is shown."),
    }


class MajorsOfProgram(PartInline):
    model = ProgramMajor
    shown_with = ["program__school", "major"]
    fields = ["major", "award", "position", "state"]
    autocomplete_fields = ["major"]
    verbose_name = _("major")
    verbose_name_plural = _("majors to go on with after high school")
    help_texts = {
        "major": _("Type part of its title or its CIP code."),
        "award": _("What it ends with."),
    }
