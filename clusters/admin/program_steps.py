"""What is done to programs beside writing them: adopt, publish or archive, and follow the model program's changes."""

from itertools import groupby
from operator import attrgetter

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clusters import adoption
from clusters.admin.confirming import ConfirmedMixin, names_of
from clusters.admin.public_effect import effects_of
from clusters.choices import ProgramStatus
from clusters.models import Program
from clusters.program_checks import check, for_checks, hints
from clusters.services import set_status
from schools.admin.words import label_of
from schools.models import School


class AdoptForm(forms.Form):
    """Which school takes the programs over. A school has one copy of a model program that is in use."""

    school = forms.ModelChoiceField(
        School.objects.none(),
        label=_("School"),
        help_text=_("It gets a draft of its own, which nobody sees until you publish it."),
    )

    def __init__(self, *args, programs, schools, **kwargs):
        super().__init__(*args, **kwargs)
        self.programs = programs
        choice = self.fields["school"]
        choice.queryset = schools
        # Two tell whether there is a choice.
        if len(few := list(schools[:2])) == 1:
            choice.initial = few[0]

    def clean_school(self):
        school = self.cleaned_data["school"]
        copies = Program.objects.in_use().offered_at(school).filter(based_on__in=self.programs)
        if there := list(copies):
            message = _("%(school)s has this already: %(titles)s. Edit or archive it first, or leave it out.")
            titles = ", ".join(program.title for program in there)
            raise forms.ValidationError(message, params={"school": school, "titles": titles})
        return school


# What each step is called, and what it means for those who read the site.
STEPS = {
    ProgramStatus.PUBLISHED: (_("Publish"), _("Published programs are public: everybody sees them.")),
    ProgramStatus.DRAFT: (
        _("Back to draft"),
        _("Drafts are not public: only staff see them, until they are published."),
    ),
    ProgramStatus.ARCHIVED: (
        _("Archive"),
        _("Archived programs are not public. They are kept here, and can be published again."),
    ),
}


class ProgramStepsMixin(ConfirmedMixin):
    """Pages and actions for the steps; each asks first, and works without JavaScript."""

    actions = ["publish", "back_to_draft", "archive", "adopt_for_school", "mark_as_reviewed", "delete_selected"]

    def get_urls(self):
        pages = {"adopt": self.adopt_view, "changes": self.changes_view, "status/<str:status>": self.status_view}
        own = [
            path(f"<int:program_id>/{name}/", self.admin_site.admin_view(view), name=f"clusters_program_{name.split('/')[0]}")
            for name, view in pages.items()
        ]  # fmt: skip
        return [*own, *super().get_urls()]

    def steps_of(self, request, program):
        """The address and name of each step that can be taken next."""
        steps = []
        if self.has_change_permission(request, program):
            steps += [
                (reverse("admin:clusters_program_status", args=[program.pk, status.value]), name)
                for status, (name, _effect) in STEPS.items()
                if status != program.status
            ]
        if self.can_be_adopted(program) and self.has_add_permission(request):
            steps.append((reverse("admin:clusters_program_adopt", args=[program.pk]), _("Adopt for a school")))
        return steps

    def can_be_adopted(self, program):
        return program.school_id is None and program.status != ProgramStatus.ARCHIVED and program.retired_on is None

    # --- Adopt --------------------------------------------------------------------------------------------------------

    def adopt_view(self, request, program_id):
        if not self.has_add_permission(request):
            raise PermissionDenied
        program = get_object_or_404(self.get_queryset(request), pk=program_id)
        if not self.can_be_adopted(program):
            raise Http404
        return self._adopt(request, [program])

    @admin.action(permissions=["add"], description=_("Adopt for a school"))
    def adopt_for_school(self, request, queryset):
        programs = list(queryset)
        if refused := [program for program in programs if not self.can_be_adopted(program)]:
            message = _("Nothing was adopted: choose only model programs that are in use. Leave out: %(titles)s.")
            self.message_user(request, message % {"titles": names_of(refused)}, messages.ERROR)
            return None
        return self._adopt(request, programs, action="adopt_for_school") if programs else None

    def _adopt(self, request, programs, action=""):
        # Those that the user edits, as in every form that has a school to choose.
        schools = self.get_field_queryset(None, self.opts.get_field("school"), request)
        data = request.POST if "confirmed" in request.POST else None
        form = AdoptForm(data, programs=programs, schools=schools)
        with transaction.atomic():
            if not (form.is_valid() and self.is_confirmed(request, programs)):
                page, title = "admin/clusters/program/adopt.html", _("Adopt for a school")
                return self.ask(request, page, title, rows=programs, form=form, action=action)
            school = form.cleaned_data["school"]
            drafts = [adoption.adopt(program=program, school=school, by=request.user) for program in programs]
        message = ngettext(
            "%(school)s has a draft of its own now. Next: choose the school's own course for each place, write who to ask "
            "and who near the school is hiring, then publish it.",
            "%(school)s has %(count)s drafts of its own now. Next, in each: choose the school's own course for each place, "
            "write who to ask and who near the school is hiring, then publish it.",
            len(drafts),
        )
        self.message_user(request, message % {"school": school, "count": len(drafts)}, messages.SUCCESS)
        if len(drafts) == 1:
            return redirect("admin:clusters_program_change", drafts[0].pk)
        return redirect(f"{reverse('admin:clusters_program_changelist')}?offered_by={school.pk}&status__exact=draft")

    # --- What changed in the model program ----------------------------------------------------------------------------

    def changes_view(self, request, program_id):
        program = get_object_or_404(self.get_queryset(request).with_parts(), pk=program_id, based_on__isnull=False)
        if not self.has_change_permission(request, program):
            raise PermissionDenied
        if request.method == "POST":
            self._settle(request, program)
            return redirect(request.path)
        changes = [(change, self._label_of(change)) for change in adoption.changes(program)]
        title = _("What changed in the model program")
        return self.ask(
            request, "admin/clusters/program/changes.html", title, rows=[program], row=program, changes=changes
        )

    def _label_of(self, change):
        return label_of(self.opts.get_field(change.key)) if change.group == adoption.COLUMNS else change.label

    def _settle(self, request, program):
        take = "take" in request.POST
        change = request.POST.get("take" if take else "keep", "")
        if not adoption.settle(program=program, change=change, take=take, by=request.user):
            message = _(
                "This change is gone: somebody settled it, or the model program changed again. See what is left."
            )
            self.message_user(request, message, messages.WARNING)
        elif take:
            self.message_user(request, _("Taken over from the model program."), messages.SUCCESS)
        else:
            self.message_user(request, _("Yours stays. You are asked again only when the model program changes again."))

    # --- Publish, archive, back to draft ------------------------------------------------------------------------------

    def status_view(self, request, program_id, status):
        program = get_object_or_404(self.get_queryset(request), pk=program_id)
        if not self.has_change_permission(request, program):
            raise PermissionDenied
        if status not in ProgramStatus:
            raise Http404
        chosen = self.get_queryset(request).filter(pk=program.pk)
        page = self._change_status(request, chosen, ProgramStatus(status))
        return page or redirect("admin:clusters_program_change", program.pk)

    @admin.action(permissions=["change"], description=_("Publish"))
    def publish(self, request, queryset):
        return self._change_status(request, queryset, ProgramStatus.PUBLISHED, action="publish")

    @admin.action(permissions=["change"], description=_("Back to draft"))
    def back_to_draft(self, request, queryset):
        return self._change_status(request, queryset, ProgramStatus.DRAFT, action="back_to_draft")

    @admin.action(permissions=["change"], description=_("Archive"))
    def archive(self, request, queryset):
        return self._change_status(request, queryset, ProgramStatus.ARCHIVED, action="archive")

    def _change_status(self, request, queryset, status, action=""):
        """The page that asks; nothing once it is done, or where there is nothing to do."""
        chosen = list(for_checks(Program.objects.filter(pk__in=queryset.values("pk"))))
        if self.refuses(request, chosen):
            return None
        programs = [program for program in chosen if program.status != status]
        if not programs:
            self.message_user(request, _("Nothing was changed: that is done already."), messages.WARNING)
            return None
        name, effect = STEPS[status]
        with transaction.atomic():
            if self.is_confirmed(request, programs):
                count = len(set_status(programs=programs, status=status, by=request.user))
                message = ngettext("%(step)s: %(count)s program.", "%(step)s: %(count)s programs.", count)
                self.message_user(request, message % {"step": name, "count": count}, messages.SUCCESS)
                return None
        self._explain(programs, status)
        context = {"action": action, "effect": effect, "status": status}
        row = None if action else programs[0]
        return self.ask(request, "admin/clusters/program/status.html", name, rows=programs, row=row, **context)

    def _explain(self, programs, status):
        """Give each program what the page says of it: what visitors see, and before it is public what is to mend."""
        effects = effects_of(programs, status)
        for program in programs:
            program.effect = effects[program.pk]
        if status == ProgramStatus.PUBLISHED:
            findings = {slug: list(group) for slug, group in groupby(check(programs), key=attrgetter("where"))}
            for program in programs:
                program.findings = findings.get(program.slug)
                program.hints = hints(program)
