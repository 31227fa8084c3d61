"""Accounts of staff, and what each may do."""

from django.contrib.auth import admin as auth_admin
from django.utils.translation import gettext_lazy as _

from schools.access import Accounts, Memberships
from schools.admin.base import BoundedSearchMixin, HelpTextsMixin
from schools.admin.scoped import ScopedAdmin


class UserAdmin(HelpTextsMixin, BoundedSearchMixin, ScopedAdmin, auth_admin.UserAdmin):
    rule = Accounts()
    list_display = ["username", "first_name", "last_name", "email", "is_active"]
    list_filter = ["is_active"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("The person"), {"fields": ["first_name", "last_name", "email"]}),
        (_("May sign in"), {"fields": ["is_active", "last_login", "date_joined"]}),
    ]
    help_texts = {
        "first_name": _("Shown at the top of these pages."),
        "last_name": _("So that colleagues know who edited what."),
        "email": _("The work address."),
    }


class MembershipAdmin(HelpTextsMixin, BoundedSearchMixin, ScopedAdmin):
    rule = Memberships()
    list_display = ["user", "role", "school"]
    list_filter = ["role"]
    list_select_related = ["user", "school"]
    search_fields = ["user__username", "user__last_name", "school__name"]
    autocomplete_fields = ["user", "school"]
    fields = ["user", "school", "role"]
    help_texts = {
        "user": _("The sign-in name."),
        "role": _("What this account may do."),
    }
