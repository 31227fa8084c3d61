from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClustersConfig(AppConfig):
    name = "clusters"
    verbose_name = _("Clusters, pathways and occupations")

    def ready(self):
        from clusters import (
            history,
            signals,  # noqa: F401 (connects the receivers)
        )

        history.register_content()
