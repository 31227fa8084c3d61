from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchoolsConfig(AppConfig):
    name = "schools"
    verbose_name = _("Schools and staff")

    def ready(self):
        from schools import wholes
        from schools.models import School

        wholes.register(School, stays=("slug",))
