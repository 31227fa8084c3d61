"""The pages where a member of staff sets up the second factor of their own account."""

from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as verify_session

from schools import qr, second_factor
from schools.forms import ConfirmCodeForm, ConfirmPasswordForm


class SecondFactorPages:
    """Everybody has them for their own account, and nobody for another one."""

    def __init__(self, site):
        self.site = site

    @property
    def urls(self):
        pages = {
            "": ("second_factor", require_http_methods(["GET", "HEAD", "POST"])(self.overview)),
            "set-up/": ("second_factor_set_up", require_http_methods(["GET", "HEAD", "POST"])(self.set_up)),
            "paper-codes/": ("second_factor_paper_codes", require_POST(self.paper_codes)),
            "remove/": ("second_factor_remove", require_http_methods(["GET", "HEAD", "POST"])(self.remove)),
        }
        return [
            path(f"second-factor/{address}", self.site.admin_view(view), name=name)
            for address, (name, view) in pages.items()
        ]

    def overview(self, request):
        """What there is; a POST starts to set it up."""
        is_set_up = second_factor.is_set_up(request.user)
        if request.method == "POST" and not is_set_up:
            second_factor.start(user=request.user)
            return redirect("admin:second_factor_set_up")
        context = {
            "is_set_up": is_set_up,
            "is_required": second_factor.is_missing(request.user),
            "codes_left": second_factor.paper_codes_left(request.user) if is_set_up else 0,
        }
        return self._page(request, "overview", _("A code when you sign in"), context)

    def set_up(self, request):
        """The key for the app, and a field for its first code; then the codes on paper."""
        device = second_factor.started(request.user)
        if device is None:
            return redirect("admin:second_factor")
        form = ConfirmCodeForm(request.POST or None, user=request.user)
        if form.is_valid():
            verify_session(request, form.device)
            return self._show_paper_codes(request)
        context = {
            "form": form,
            "qr_code": qr.draw(device.config_url),
            "key": second_factor.key_in_words(device),
        }
        return self._page(request, "set_up", _("Connect your app"), context)

    def paper_codes(self, request):
        if not second_factor.is_set_up(request.user):
            return redirect("admin:second_factor")
        return self._show_paper_codes(request)

    def _show_paper_codes(self, request):
        context = {"codes": second_factor.make_paper_codes(user=request.user)}
        return self._page(request, "paper_codes", _("Your codes on paper"), context)

    def remove(self, request):
        if not second_factor.is_set_up(request.user):
            return redirect("admin:second_factor")
        form = ConfirmPasswordForm(request.POST or None, user=request.user)
        if form.is_valid():
            second_factor.remove(user=request.user)
            messages.success(request, _("Your sign-in asks for no code any more."))
            return redirect("admin:second_factor")
        return self._page(request, "remove", _("Stop asking for a code"), {"form": form})

    def _page(self, request, template, title, context):
        context |= {**self.site.each_context(request), "title": title}
        return TemplateResponse(request, f"admin/second_factor/{template}.html", context)
