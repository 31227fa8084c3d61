from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from careers import views
from careers.sitemaps import StaticSitemap
from clusters.sitemaps import ClusterSitemap, OccupationSitemap, PathwaySitemap, ProgramSitemap, SchoolSitemap

sitemaps = {
    "site": StaticSitemap,
    "clusters": ClusterSitemap,
    "pathways": PathwaySitemap,
    "occupations": OccupationSitemap,
    "programs": ProgramSitemap,
    "schools": SchoolSitemap,
}

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("clusters.urls")),
    path("", include("assessments.urls")),
    path("about/", views.about, name="about"),
    path("about/data/", views.data_sources, name="data_sources"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, {"sitemaps": sitemaps}, name="sitemap"),
    path("admin/", admin.site.urls),
]

handler400 = "careers.views.bad_request"
handler500 = "careers.views.server_error"
