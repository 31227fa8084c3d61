"""What is done to rows by one click and a page that asks first: hide, archive, and the way back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clusters.admin.confirming import ConfirmedMixin
from clusters.services import give
from schools.choices import AuditAction


@dataclass(frozen=True)
class Step:
    """Gives ``values()`` to those of the rows chosen that can take it; ``effect`` says what that means for readers."""

    name: str
    effect: str
    can_take: Callable[[Model], bool]
    values: Callable[[], dict[str, Any]]
    action: AuditAction


ARCHIVE = Step(
    _("Archive"),
    _("The public pages leave out what is archived. It is kept here, and can be brought back."),
    # Whether what came with a release is still there is for releases to say.
    lambda row: row.shipped is None and row.retired_on is None,
    lambda: {"retired_on": timezone.localdate()},
    AuditAction.UNPUBLISH,
)
BRING_BACK = Step(
    _("Bring back"),
    _("It is on the public pages again, as it was before it was archived."),
    lambda row: row.shipped is None and row.retired_on is not None,
    lambda: {"retired_on": None},
    AuditAction.PUBLISH,
)
HIDE = Step(
    _("Hide"),
    _("The pathway, its programs and what schools say about it leave the public pages. Nothing is deleted."),
    lambda pathway: not pathway.hidden,
    lambda: {"hidden": True},
    AuditAction.UNPUBLISH,
)
SHOW = Step(
    _("Show again"),
    _("The pathway and its published programs are on the public pages again, as they were before."),
    lambda pathway: pathway.hidden,
    lambda: {"hidden": False},
    AuditAction.PUBLISH,
)


class StepsMixin(ConfirmedMixin):
    """Actions and pages for the steps of a model; each asks first, says how many, and works without JavaScript."""

    # Each step under the name of its action.
    row_steps: dict[str, Step] = {}

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_step"
        page = path("<int:row_id>/step/<slug:step>/", self.admin_site.admin_view(self.step_view), name=name)
        return [page, *super().get_urls()]

    def step_view(self, request, row_id, step):
        row = get_object_or_404(self.get_queryset(request), pk=row_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if step not in self.row_steps:
            raise Http404
        rows = self.get_queryset(request).filter(pk=row_id)
        return self.take(request, step, rows) or redirect(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row_id
        )

    def take(self, request, key, queryset, *, from_list=False):
        """The page that asks; nothing once it is done, or where there is nothing to do."""
        step = self.row_steps[key]
        rows = [row for row in self.changeable(request, queryset) if step.can_take(row)]
        if not rows:
            message = _(
                "Nothing was changed: none of what you chose can be changed in this way, or it is done already."
            )
            self.message_user(request, message, messages.WARNING)
            return None
        with transaction.atomic():
            if self.is_confirmed(request, rows):
                count = give(rows=rows, values=step.values(), action=step.action, step=str(step.name), by=request.user)
                message = ngettext("%(step)s: %(count)s row.", "%(step)s: %(count)s rows.", count)
                self.message_user(request, message % {"step": step.name, "count": count}, messages.SUCCESS)
                return None
        opened_from = None if from_list else rows[0]
        context = {"step": step, "action": key if from_list else ""}
        return self.ask(request, "admin/clusters/take_step.html", step.name, rows=rows, row=opened_from, **context)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and self.has_change_permission(request, obj):
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_step"
            steps = [(key, step) for key, step in self.row_steps.items() if step.can_take(obj)]
            context["tools"] = [(reverse(name, args=[obj.pk, key]), step.name) for key, step in steps]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class ArchivingMixin(StepsMixin):
    """Shared rows that were added here are archived, never deleted."""

    actions = ["archive", "bring_back"]
    row_steps = {"archive": ARCHIVE, "bring_back": BRING_BACK}

    @admin.action(permissions=["change"], description=ARCHIVE.name)
    def archive(self, request, queryset):
        return self.take(request, "archive", queryset, from_list=True)

    @admin.action(permissions=["change"], description=BRING_BACK.name)
    def bring_back(self, request, queryset):
        return self.take(request, "bring_back", queryset, from_list=True)


class HidingMixin(ArchivingMixin):
    """Pathways can be hidden, too, wherever they came from."""

    actions = ["hide", "show", *ArchivingMixin.actions]
    row_steps = {"hide": HIDE, "show": SHOW, **ArchivingMixin.row_steps}

    @admin.action(permissions=["change"], description=HIDE.name)
    def hide(self, request, queryset):
        return self.take(request, "hide", queryset, from_list=True)

    @admin.action(permissions=["change"], description=SHOW.name)
    def show(self, request, queryset):
        return self.take(request, "show", queryset, from_list=True)
