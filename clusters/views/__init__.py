"""Public pages. URL name, view and template share one name: clusters:pathway_detail, pathway_detail, pathway_detail.html."""

from clusters.views.data import clusters_json, occupations_csv, open_data, programs_csv, programs_json
from clusters.views.framework import cluster_detail, cluster_list, pathway_detail
from clusters.views.occupation import compare, occupation_detail, occupation_list
from clusters.views.program import program_detail, program_list
from clusters.views.school import school_detail, school_list
from clusters.views.search import search

__all__ = [
    "cluster_detail",
    "cluster_list",
    "clusters_json",
    "compare",
    "occupation_detail",
    "occupation_list",
    "occupations_csv",
    "open_data",
    "pathway_detail",
    "program_detail",
    "program_list",
    "programs_csv",
    "programs_json",
    "school_detail",
    "school_list",
    "search",
]
