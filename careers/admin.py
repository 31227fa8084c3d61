from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy as _

from clusters.landing import landing
from schools.sign_in import StaffSignIn


class Choices(AutocompleteJsonView):
    """What a field offers while somebody types."""

    def process_request(self, request):
        found = super().process_request(request)
        if found[2].auto_created:
            raise PermissionDenied
        return found


class CareersAdminSite(StaffSignIn, admin.AdminSite):
    """The place where staff edit what students read."""

    site_header = _("Careers: editing")
    site_title = _("Careers: editing")
    index_title = _("What would you like to edit?")
    # Forms in two languages and lists with filters need the width; the start page has all of it.
    enable_nav_sidebar = False

    def get_app_list(self, request, app_label=None):
        """Content comes first, then who may edit it; the models of an app stand as they were registered."""
        apps = self._build_app_dict(request, app_label).values()
        return sorted(apps, key=lambda app: app["app_label"] != "clusters")

    def index(self, request, extra_context=None):
        return super().index(request, {**(extra_context or {}), **landing(self, request)})

    def get_urls(self):
        # Django's own view would lead to the page of any row of any model.
        others = [entry for entry in super().get_urls() if getattr(entry, "name", None) != "view_on_site"]
        view = self.admin_view(self.view_on_site)
        return [path("r/<path:content_type_id>/<path:object_id>/", view, name="view_on_site"), *others]

    def view_on_site(self, request, content_type_id, object_id):
        """To the public page of a row, for who may see the row here; for everybody else it does not exist."""
        try:
            model = ContentType.objects.get_for_id(int(content_type_id)).model_class()
        except (ValueError, OverflowError, ContentType.DoesNotExist) as error:
            raise Http404 from error
        model_admin = self._registry.get(model)
        row = model_admin and model_admin.get_object(request, object_id)
        if row is None or not model_admin.has_view_permission(request, row):
            raise Http404
        return shortcut(request, content_type_id, object_id)

    def autocomplete_view(self, request):
        # Django takes the other end of a relation for a field, and fails on it.
        return Choices.as_view(admin_site=self)(request)
