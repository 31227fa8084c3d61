from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class CareersAdminSite(admin.AdminSite):
    """The place where staff edit what students read."""

    site_header = _("Careers: editing")
    site_title = _("Careers: editing")
    index_title = _("What would you like to edit?")
