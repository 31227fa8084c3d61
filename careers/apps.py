from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CareersConfig(AppConfig):
    """The project itself: components for templates and system checks. It has no models."""

    name = "careers"


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin under the site's own name."""

    default_site = "careers.admin.CareersAdminSite"
