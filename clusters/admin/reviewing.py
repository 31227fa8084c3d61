"""Texts are read through now and then; who did so says it with one click, or for many rows at once."""

import datetime

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clusters.admin.confirming import ConfirmedMixin
from clusters.services import mark_reviewed

A_YEAR = datetime.timedelta(days=365)
MOST_AT_ONCE = 100


class ReviewedFilter(admin.SimpleListFilter):
    title = _("read through")
    parameter_name = "reviewed"

    def lookups(self, request, model_admin):
        return [("not-lately", _("Not in the last year")), ("never", _("Never")), ("lately", _("In the last year"))]

    def queryset(self, request, queryset):
        a_year_ago = timezone.localdate() - A_YEAR
        match self.value():
            case "not-lately":
                return queryset.filter(Q(reviewed_on=None) | Q(reviewed_on__lte=a_year_ago))
            case "never":
                return queryset.filter(reviewed_on=None)
            case "lately":
                return queryset.filter(reviewed_on__gt=a_year_ago)
        return queryset


class ReviewedMixin(ConfirmedMixin):
    """Shows when the texts of a row were read through last, and lets people say that they did."""

    READ = (_("Read through"), {"fields": ["reviewed_on"]})

    def get_list_display(self, request):
        return [*super().get_list_display(request), "reviewed_on"]

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), ReviewedFilter]

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), "reviewed_on"]

    def get_fieldsets(self, request, obj=None):
        return [*super().get_fieldsets(request, obj), *([self.READ] if obj else [])]

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.reviewed_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_reviewed"
        return [path("<int:row_id>/reviewed/", view, name=name), *super().get_urls()]

    def reviewed_view(self, request, row_id):
        """The button of the start page, which one stays on."""
        row = get_object_or_404(self.get_queryset(request), pk=row_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        mark_reviewed(rows=[row], by=request.user)
        self.message_user(request, _("Noted: you read “%(name)s” today.") % {"name": row}, messages.SUCCESS)
        return redirect("admin:index")

    @admin.action(permissions=["change"], description=_("Mark as reviewed"))
    def mark_as_reviewed(self, request, queryset):
        rows = list(queryset[: MOST_AT_ONCE + 1])
        if len(rows) > MOST_AT_ONCE:
            message = _("Nothing was done: nobody reads so much at once. Choose up to %(most)s.")
            self.message_user(request, message % {"most": MOST_AT_ONCE}, messages.ERROR)
            return None
        if self.refuses(request, rows):
            return None
        with transaction.atomic():
            if self.is_confirmed(request, rows):
                count = mark_reviewed(rows=rows, by=request.user)
                message = ngettext("%(count)s is marked as read today.", "%(count)s are marked as read today.", count)
                self.message_user(request, message % {"count": count}, messages.SUCCESS)
                return None
        title = _("Mark as reviewed")
        return self.ask(request, "admin/clusters/reviewed.html", title, rows=rows, action="mark_as_reviewed")
