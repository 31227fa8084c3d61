"""Signing in to the admin and out of it, and what happens to what was typed in between."""

from functools import wraps

from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from schools import carried, second_factor
from schools.audit import record
from schools.choices import AuditAction
from schools.forms import SignInForm
from schools.middleware import begin

# What an account may reach that has to be given a second factor first.
OPEN_BEFORE = {"logout", "password_change", "password_change_done"}
SECOND_FACTOR_PAGES = "second_factor"


class StaffSignIn:
    """For an ``AdminSite``: own sign-in page, second factor, audit log, and no lost texts."""

    login_form = SignInForm
    login_template = "admin/login.html"

    def get_urls(self):
        # They ask the site that is being built here.
        from schools.admin.second_factor import SecondFactorPages

        return [*SecondFactorPages(self).urls, *super().get_urls()]

    def has_permission(self, request):
        if not super().has_permission(request):
            return False
        return second_factor.is_met(request.user) or (self._must_set_up(request) and self._is_open(request))

    def _must_set_up(self, request):
        return super().has_permission(request) and second_factor.is_missing(request.user)

    @staticmethod
    def _is_open(request):
        name = getattr(request.resolver_match, "url_name", None) or ""
        return name in OPEN_BEFORE or name.startswith(SECOND_FACTOR_PAGES)

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def ask_first(request, *args, **kwargs):
            if self.has_permission(request):
                return inner(request, *args, **kwargs)
            if self._must_set_up(request):
                messages.info(request, _("Set up a code for your sign-in first. It takes two minutes."))
                return redirect("admin:second_factor")
            if typed := carried.pack(request):
                return self._ask_to_sign_in(request, typed)
            return inner(request, *args, **kwargs)

        return ask_first

    def _ask_to_sign_in(self, request, typed):
        context = {
            **self.each_context(request),
            "title": _("Sign in"),
            "form": self.login_form(request),
            "app_path": reverse("admin:login"),
            "next": request.get_full_path(),
            "carried": typed,
        }
        response = TemplateResponse(request, self.login_template, context)
        add_never_cache_headers(response)
        return response

    def login(self, request, extra_context=None):
        typed = request.POST.get("carried", "")
        response = super().login(request, {"title": _("Sign in"), "carried": typed, **(extra_context or {})})
        if request.method == "POST" and response.status_code == 302:
            begin(request.session)
            record(AuditAction.SIGN_IN, by=request.user, subject=request.user)
            path = request.POST.get("next", "")
            if fields := carried.unpack(typed, path=path):
                context = {
                    **self.each_context(request),
                    "title": _("You were signed out. What you typed is still here"),
                    "fields": fields,
                    "path": path,
                }
                response = TemplateResponse(request, "admin/still_here.html", context)
                add_never_cache_headers(response)
        return response

    def logout(self, request, extra_context=None):
        if request.method == "POST":
            record(AuditAction.SIGN_OUT, by=request.user, subject=request.user)
        return super().logout(request, extra_context)

    def password_change(self, request, extra_context=None):
        response = super().password_change(request, extra_context)
        # Django lets browsers keep this one.
        add_never_cache_headers(response)
        if request.method == "POST" and response.status_code == 302:
            record(AuditAction.PASSWORD, by=request.user, subject=request.user)
        return response
