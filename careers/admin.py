from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class CareersAdminSite(admin.AdminSite):
    """The place where staff edit what students read."""

    site_header = _("Careers: editing")
    site_title = _("Careers: editing")
    index_title = _("What would you like to edit?")

    def get_app_list(self, request, app_label=None):
        """Content comes first, then who may edit it; the models of an app stand as they were registered."""
        apps = self._build_app_dict(request, app_label).values()
        return sorted(apps, key=lambda app: app["app_label"] != "clusters")
