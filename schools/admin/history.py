"""The history of a row: who changed what when, field by field, and the way back to each version."""

from itertools import pairwise

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from schools.admin.words import Words, label_of
from schools.history import CannotBeRestored, read, recording, restore, target_of, versions_of
from schools.wholes import changed_since, stamp_of, whole_of

_STAMP = "stamp"


class HistoryMixin:
    """Each save in a form leaves a version of the row with all that its form holds; a page shows them, another takes back.

    Stands before ScopedAdmin. The model is the root of a whole (schools/wholes.py).
    """

    versions_per_page = 10

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_revert"
        view = self.admin_site.admin_view(self.revert_view)
        return [path("<path:object_id>/history/<int:version_id>/", view, name=name), *super().get_urls()]

    # --- Writing ------------------------------------------------------------------------------------------------------

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        rows = list(self.get_queryset(request).filter(pk=object_id)) if object_id and object_id.isdecimal() else []
        with recording(*rows, by=request.user) as request.recording:
            return super().changeform_view(request, object_id, form_url, extra_context)

    def log_addition(self, request, obj, message):
        request.recording.add(obj)
        return super().log_addition(request, obj, message)

    # --- Reading ------------------------------------------------------------------------------------------------------

    def history_view(self, request, object_id, extra_context=None):
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        whole = whole_of(self.model)
        page = Paginator(versions_of(row), self.versions_per_page).get_page(request.GET.get("p"))
        # With the one before the last of them, which it is compared with.
        shown = list(versions_of(row)[page.start_index() - 1 : page.end_index() + 1]) if page.paginator.count else []
        saved = read(whole, shown)
        found = [(newer, list(whole.changes(older.state, newer.state))) for newer, older in pairwise(saved)]
        if saved and len(shown) == len(page):
            found.append((saved[-1], None))
        words = Words(self, request, [change for _saved, changes in found for change in changes or ()])
        context = {
            "versions": [(each, None if changes is None else [*map(words.line, changes)]) for each, changes in found],
            "page": page,
            "newest": page.number == 1 and saved and saved[0].pk,
            "may_revert": self.has_change_permission(request, row),
            "revert": f"admin:{self.opts.app_label}_{self.opts.model_name}_revert",
        }
        return self._history_page(request, row, "history", _("History"), context | (extra_context or {}))

    # --- The way back -------------------------------------------------------------------------------------------------

    def revert_view(self, request, object_id, version_id):
        row = self.get_object(request, object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        version = get_object_or_404(versions_of(row), pk=version_id)
        if request.method == "POST":
            return self._revert(request, row, version)
        whole = whole_of(self.model)
        (saved,), (root,) = read(whole, [version]), whole.load([row.pk])
        now = whole.state_of(root)
        changes = list(whole.changes(now, target_of(whole, now, saved.state)))
        words = Words(self, request, changes)
        stays = [self.opts.get_field(name) for name in whole.seen(self.model) if name in whole.stays]
        context = {
            "saved": saved,
            "lines": [*map(words.line, changes)],
            "stays": [label_of(column) for column in stays],
            "stamp": stamp_of([row]),
        }
        return self._history_page(request, row, "revert", _("Take back to an earlier version"), context)

    def _revert(self, request, row, version):
        with transaction.atomic():
            if changed_since(request.POST.get(_STAMP, ""), [row]):
                message = _("Nothing was changed: somebody saved this meanwhile. See again what would change.")
                self.message_user(request, message, messages.WARNING)
                return HttpResponseRedirect(request.path)
            try:
                restore(row=row, version=version, by=request.user)
            except CannotBeRestored as problem:
                message = _("Nothing was changed: this version cannot come back. %(problem)s")
                self.message_user(request, message % {"problem": problem}, messages.ERROR)
                return HttpResponseRedirect(request.path)
        self.message_user(request, _("It is as it was then. The history has what was there before."), messages.SUCCESS)
        return HttpResponseRedirect(self._address("change", row))

    def _address(self, page, row):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[row.pk])

    def _history_page(self, request, row, template, title, context):
        context |= {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "original": row}
        return TemplateResponse(request, f"admin/history/{template}.html", context)
