"""The real public page of a draft, for staff only. Nothing of it is kept."""

import io
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import get_script_prefix, path, resolve, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from schools.undone import undone

# The name of the button "Preview".
PREVIEW = "_preview"


def public_page(request, row):
    """The answer of the site to a visitor who asks for the page of a row."""
    route = "/" + urlsplit(row.get_absolute_url()).path.removeprefix(get_script_prefix())
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": route, "QUERY_STRING": "", "HTTP_COOKIE": "", "CONTENT_LENGTH": ""}
    visit = type(request)(request.environ | asked | {"wsgi.input": io.BytesIO()})
    visit.is_preview = True
    visit.resolver_match = resolve(route)
    view, args, kwargs = visit.resolver_match
    return view(visit, *args, **kwargs)


class PreviewMixin:
    """A button that shows what the form would make of the public page, and an address that shows what is saved.

    The form is checked and saved like every other, within a transaction that is undone. First among the bases, so that
    whatever else is written with a save is undone as well.
    """

    def made_public(self, row):
        """The rows that the page hangs on, each with the values that it has while it is public."""
        return []

    def is_public(self, row):
        return all(
            getattr(each, name) == value for each, values in self.made_public(row) for name, value in values.items()
        )

    def get_urls(self):
        page = path("<int:row_id>/preview/", self.admin_site.admin_view(self.preview_view), name=self._preview_name())
        return [page, *super().get_urls()]

    def _preview_name(self):
        return f"{self.opts.app_label}_{self.opts.model_name}_preview"

    @method_decorator(require_safe)
    def preview_view(self, request, row_id):
        row = get_object_or_404(self.get_queryset(request), pk=row_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        with undone():
            return self._page_if_public(request, row)

    def changeform_view(self, request, *args, **kwargs):
        if PREVIEW not in request.POST:
            return super().changeform_view(request, *args, **kwargs)
        with undone():
            return super().changeform_view(request, *args, **kwargs)

    def response_add(self, request, obj, *args, **kwargs):
        if PREVIEW in request.POST:
            return self._page_if_public(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request, obj):
        return self._page_if_public(request, obj) if PREVIEW in request.POST else super().response_change(request, obj)

    def _page_if_public(self, request, row):
        for each, values in self.made_public(row):
            # Past all signals: what follows from it elsewhere is not a part of the page.
            type(each)._default_manager.filter(pk=each.pk).update(**values)
        return public_page(request, row)

    def get_view_on_site_url(self, obj=None):
        return super().get_view_on_site_url(obj) if obj is None or self.is_public(obj) else None

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["preview_button"] = PREVIEW
        if obj and not self.is_public(obj):
            context["preview_address"] = reverse(f"admin:{self._preview_name()}", args=[obj.pk])
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)
