from django.urls import path

from clusters import views

app_name = "clusters"

urlpatterns = [
    path("clusters/", views.cluster_list, name="cluster_list"),
    path("clusters/<slug:cluster_slug>/", views.cluster_detail, name="cluster_detail"),
    path("clusters/<slug:cluster_slug>/<slug:pathway_slug>/", views.pathway_detail, name="pathway_detail"),
    path("occupations/", views.occupation_list, name="occupation_list"),
    path("occupations/<str:code>/", views.occupation_detail, name="occupation_detail"),
    path("programs/", views.program_list, name="program_list"),
    path("programs/<slug:slug>/", views.program_detail, name="program_detail"),
    path("schools/", views.school_list, name="school_list"),
    path("schools/<slug:slug>/", views.school_detail, name="school_detail"),
    path("data/", views.open_data, name="open_data"),
    path("data/programs.csv", views.programs_csv, name="programs_csv"),
    path("data/programs.json", views.programs_json, name="programs_json"),
    path("data/clusters.json", views.clusters_json, name="clusters_json"),
    path("data/occupations.csv", views.occupations_csv, name="occupations_csv"),
    path("compare/", views.compare, name="compare"),
    path("search/", views.search, name="search"),
]
