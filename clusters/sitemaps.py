"""The addresses of all public content, for search engines."""

from django.contrib.sitemaps import Sitemap

from clusters.models import Cluster, Occupation, Pathway, Program
from schools.models import School


class ClusterSitemap(Sitemap):
    def items(self):
        return Cluster.objects.current().order_by("number")


class PathwaySitemap(Sitemap):
    def items(self):
        return Pathway.objects.current().select_related("cluster").order_by("cluster__number", "position")


class OccupationSitemap(Sitemap):
    def items(self):
        return Occupation.objects.current().order_by("code")


class ProgramSitemap(Sitemap):
    def items(self):
        return Program.objects.published().order_by("slug")


class SchoolSitemap(Sitemap):
    def items(self):
        return School.objects.order_by("slug")
