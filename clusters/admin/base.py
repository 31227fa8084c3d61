"""What the forms of all content have in common: shipped rows stay, edits are shown and can be taken back."""

from django.contrib import admin
from django.contrib.admin.utils import display_for_field
from django.db import models
from django.http import HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import get_translation_fields

from clusters.admin.forms import RESTORE, LinkForm, LinkFormSet, ReferenceForm, TextOfLines
from clusters.admin.steps import ArchivingMixin
from schools.access import Shared
from schools.admin.base import BoundedSearchMixin, HelpTextsMixin
from schools.admin.recorded import RecordedAdmin
from schools.admin.scoped import ScopedInline
from schools.admin.words import label_of


def side_by_side(*names):
    """Rows of a fieldset in which the languages of each translated field stand beside each other."""
    return [tuple(get_translation_fields(name)) for name in names]


def edits_of(row):
    """The fields that were edited here, in the order of the model, each with what was shipped."""
    edited = row.edited_fields()
    return [(column, edited[column.name][0]) for column in row._meta.concrete_fields if column.name in edited]


class ReferenceMixin(HelpTextsMixin):
    """Fields of reference rows, in a form of their own or in the rows of another one's."""

    formfield_overrides = {
        models.TextField: {"form_class": TextOfLines},
        models.URLField: {"assume_scheme": "https"},
    }

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and hasattr(db_field, "translated_field"):
            field.label = label_of(db_field)
        if field and db_field.name in self.autocomplete_fields:
            # What is made of the field in the browser takes its name from here, not from its label.
            field.widget.widget.attrs["title"] = label_of(db_field)
        return field

    @admin.display(description=_("state"), empty_value="")
    def state(self, row):
        """How the row differs from what was shipped, in words; empty for one that is as it was shipped."""
        if row.pk is None:
            return ""
        if row.shipped is None:
            return _("Added here, archived") if row.retired_on else _("Added here")
        states = [str(_("No longer in a release"))] if row.retired_on else []
        if labels := [label_of(column) for column, _shipped in edits_of(row)]:
            states.append(_("Edited here: %(fields)s") % {"fields": ", ".join(labels)})
        return ". ".join(states)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        edited = [("edited", _("Edited here"))] if model_admin.model.SHIPPED else []
        return [
            *edited,
            ("added", _("Added here")),
            ("archived", _("Archived")),
            ("retired", _("No longer in a release")),
        ]

    def queryset(self, request, queryset):
        match self.value():
            case "edited":
                shipped = queryset.filter(shipped__isnull=False)
                return queryset.filter(pk__in=[row.pk for row in shipped if row.edited_fields()])
            case "added":
                return queryset.filter(shipped__isnull=True)
            case "archived":
                return queryset.filter(shipped__isnull=True, retired_on__isnull=False)
            case "retired":
                return queryset.filter(shipped__isnull=False, retired_on__isnull=False)
        return queryset


class MissingTextFilter(admin.EmptyFieldListFilter):
    """Rows that still wait for a text."""

    def __init__(self, field, *args, **kwargs):
        super().__init__(field, *args, **kwargs)
        self.title = label_of(field)


class ReferenceAdmin(ReferenceMixin, BoundedSearchMixin, RecordedAdmin):
    """Editing of rows that came with a release or were added here. A shipped row keeps its key and its address."""

    form = ReferenceForm
    readonly_fields = ["source", "retired_on"]
    list_filter = [StateFilter]
    list_per_page = 50
    # The Enter key presses the first button of a form, which has to be "Save" and not "Restore".
    save_on_top = True
    # What a shipped row keeps beside its natural key.
    kept_fields = ()

    def get_readonly_fields(self, request, obj=None):
        kept = (*self.model.NATURAL_KEY, *self.kept_fields) if obj and obj.shipped is not None else ()
        return [*super().get_readonly_fields(request, obj), *kept]

    def get_form(self, request, obj=None, change=False, **kwargs):
        # Texts that are only read take their names from here.
        texts = (column for column in self.opts.concrete_fields if hasattr(column, "translated_field"))
        labels = {column.name: label_of(column) for column in texts}
        return super().get_form(request, obj, change=change, labels=labels, **kwargs)

    def get_prepopulated_fields(self, request, obj=None):
        # A page that exists keeps its address when its title changes.
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_fieldsets(self, request, obj=None):
        fieldsets = [*super().get_fieldsets(request, obj)]
        if obj and obj.shipped is not None:
            explanation = _(
                "This came with a release of published data, and stays here as long as a release has it. "
                "What you edit stays as you wrote it when a newer release is loaded."
            )
            origin = {"fields": ["source", "retired_on"], "description": explanation}
            fieldsets.append((_("Where it comes from"), origin))
        return fieldsets

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        fixed = self.get_readonly_fields(request, obj)
        edits = [edit for edit in edits_of(obj) if edit[0].name not in fixed] if obj else []
        context["restore"] = RESTORE
        context["edited_here"] = [
            {
                "name": column.name,
                "label": label_of(column),
                "shipped": display_for_field(shipped, column, "") or _("(empty)"),
                "current": display_for_field(getattr(obj, column.name), column, "") or _("(empty)"),
            }
            for column, shipped in edits
        ]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def response_change(self, request, obj):
        restored = request.POST.get(RESTORE)
        if restored not in (obj.shipped or {}) or restored in self.get_readonly_fields(request, obj):
            return super().response_change(request, obj)
        message = _("%(field)s is as it was shipped again. Your other changes were saved as well.")
        self.message_user(request, message % {"field": label_of(self.model._meta.get_field(restored))})
        return HttpResponseRedirect(request.get_full_path())


class SharedAdmin(ArchivingMixin, ReferenceAdmin):
    """Editing of what all schools share. It is archived, not deleted: plans, programs and links may refer to it."""

    rule = Shared()
    readonly_fields = [*ReferenceAdmin.readonly_fields, "archived_on"]

    @admin.display(description=_("archived on"))
    def archived_on(self, row):
        return row.retired_on

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj and obj.shipped is None:
            explanation = _(
                "This was added here. It cannot be deleted, because pages and programs may refer to it: archive it when "
                "it is not needed any more, and the public pages leave it out."
            )
            dates = ["archived_on"] if obj.retired_on else []
            fieldsets.append((_("Where it comes from"), {"fields": dates, "description": explanation}))
        return fieldsets


class LinkInline(ReferenceMixin, ScopedInline, admin.TabularInline):
    """The rows that link a row with others: shipped ones stay, added ones can be deleted."""

    form = LinkForm
    formset = LinkFormSet
    readonly_fields = ["state"]
    extra = 0
    # The rows that each row is shown with; those of its key where nothing is said.
    shown_with = ()

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*(self.shown_with or self.model.NATURAL_KEY))

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.remote_field:
            # A row chooses among what there is; the wrapper's signs to add, change and view are left out.
            field.widget = field.widget.widget
        return field
