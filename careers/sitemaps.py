from django.contrib.sitemaps import Sitemap
from django.urls import reverse


class StaticSitemap(Sitemap):
    """Pages that are there whatever the content."""

    def items(self):
        return [
            "home",
            "clusters:cluster_list",
            "clusters:program_list",
            "clusters:occupation_list",
            "clusters:school_list",
            "about",
            "data_sources",
            "clusters:open_data",
            "privacy",
            "accessibility",
        ]

    def location(self, name):
        return reverse(name)
