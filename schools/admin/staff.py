"""Accounts of staff, and what each may do."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.utils.translation import gettext_lazy as _

from schools import services
from schools.access import Accounts, Memberships, access_of
from schools.admin.base import BoundedSearchMixin, HelpTextsMixin
from schools.admin.scoped import ScopedAdmin, ScopedInline
from schools.audit import record
from schools.choices import AuditAction, Role
from schools.forms import AccountForm, SetPasswordForm, TypedAccountForm
from schools.models import Membership, School


class RoleChoicesMixin:
    """Nobody gives away more than they have."""

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "role":
            roles = Memberships().roles_to_give(access_of(request.user))
            kwargs["choices"] = [("", "---------"), *((role.value, role.label) for role in Role if role in roles)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class MembershipInline(RoleChoicesMixin, HelpTextsMixin, ScopedInline, admin.TabularInline):
    model = Membership
    autocomplete_fields = ["school"]
    fields = ["school", "role"]
    extra = 0
    help_texts = {"role": _("What this account may do there.")}

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("school", "user")


class UserAdmin(HelpTextsMixin, BoundedSearchMixin, ScopedAdmin, auth_admin.UserAdmin):
    """An account is switched off, not deleted: what its owner did stays under their name."""

    rule = Accounts()
    add_form = AccountForm
    add_form_template = None
    change_password_form = SetPasswordForm
    change_user_password_template = "admin/schools/user/set_password.html"  # noqa: S105 (a template)
    list_display = ["username", "first_name", "last_name", "email", "roles", "is_active"]
    list_filter = ["is_active"]
    filter_horizontal = []
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("The person"), {"fields": ["first_name", "last_name", "email"]}),
        (_("May sign in"), {"fields": ["is_active", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "password1", "password2"]}),
        (_("The person"), {"fields": ["first_name", "last_name", "email"]}),
    ]
    help_texts = {
        "username": _(
            "With it somebody signs in. It is no email address: that can change, and then belong to another."
        ),
        "first_name": _("Shown at the top of these pages."),
        "last_name": _("So that colleagues know who edited what."),
        "email": _("The work address."),
        "is_active": _("Take the tick away when somebody leaves: they are out with their next click."),
        "is_superuser": _("May do everything, and make district editors."),
    }

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("memberships__school")

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj and access_of(request.user).superuser:
            return [*fieldsets, (_("Superuser"), {"fields": ["is_superuser"]})]
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        # Nobody switches themselves off by a slip.
        own = ["is_active", "is_superuser"] if obj == request.user else []
        return ["last_login", "date_joined", *own]

    @admin.display(description=_("roles"))
    def roles(self, user):
        held = [
            f"{membership.get_role_display()}, {membership.school}"
            if membership.school
            else membership.get_role_display()
            for membership in user.memberships.all()
        ]
        return "; ".join(held)

    def save_formset(self, request, form, formset, change):
        for membership in formset.save(commit=False):
            services.save_membership(membership=membership, by=request.user)
        for membership in formset.deleted_objects:
            services.remove_membership(membership=membership, by=request.user)

    def log_addition(self, request, obj, message):
        record(AuditAction.ACCOUNT, by=request.user, subject=obj, detail="Made.")
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        entry = super().log_change(request, obj, message)
        if request.resolver_match.url_name == "auth_user_password_change":
            record(AuditAction.PASSWORD, by=request.user, subject=obj, detail="Set by somebody else.")
        elif message:
            record(AuditAction.ACCOUNT, by=request.user, subject=obj, detail=entry.get_change_message())
        return entry


class MembershipAdmin(RoleChoicesMixin, HelpTextsMixin, BoundedSearchMixin, ScopedAdmin):
    """Who works for a school. A lead types the sign-in name; only who may see all accounts chooses from them."""

    rule = Memberships()
    list_display = ["user", "person", "role", "school"]
    list_filter = ["role"]
    list_select_related = ["user", "school"]
    search_fields = ["user__username", "user__last_name", "school__name"]
    fields = ["user", "school", "role"]
    help_texts = {
        "user": _("The sign-in name."),
        "role": _("What this account may do."),
    }

    @admin.display(description=_("name"))
    def person(self, membership):
        return membership.user.get_full_name()

    def get_readonly_fields(self, request, obj=None):
        # Somebody else, or another school, is another membership.
        return ["user", "school"] if obj else []

    def get_autocomplete_fields(self, request):
        return ["user", "school"] if access_of(request.user).everywhere else []

    def get_form(self, request, obj=None, **kwargs):
        if obj is None and not access_of(request.user).everywhere:
            kwargs["form"] = TypedAccountForm
        form = super().get_form(request, obj, **kwargs)
        if obj and "role" in form.base_fields:
            in_district = [Role.DISTRICT_EDITOR.value]
            role = form.base_fields["role"]
            role.choices = [choice for choice in role.choices if (choice[0] in in_district) == (obj.school_id is None)]
        return form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        access = access_of(request.user)
        if db_field.remote_field.model is School and not access.everywhere:
            field.queryset = field.queryset.filter(pk__in=access.leads)
            field.help_text = _("A school that you lead.")
        return field

    def save_model(self, request, obj, form, change):
        services.save_membership(membership=obj, by=request.user)

    def delete_model(self, request, obj):
        services.remove_membership(membership=obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for membership in queryset.select_related("user", "school"):
            services.remove_membership(membership=membership, by=request.user)
