from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CareersConfig(AppConfig):
    """The project itself: components for templates, system checks and commands for who runs it. It has no models."""

    name = "careers"

    def ready(self):
        from careers import checks  # noqa: F401 (it registers them)


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin under the site's own name."""

    default_site = "careers.admin.CareersAdminSite"
