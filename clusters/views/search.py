from django.db.models import Q
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters import search as index
from clusters.models import Cluster, Occupation, Pathway, Program
from clusters.views.rows import occupation_rows, sources_of


@require_safe
def search(request):
    """What the words of the query lead to, grouped: clusters, pathways, programs, occupations; the best of each first."""
    results = index.search(request.GET.get("q", ""))
    occupations = occupation_rows(Occupation.objects.filter(pk__in=_ids(results.occupations)).facts())
    by_id = {row["pk"]: row for row in occupations}
    clusters, pathways = _clusters_and_pathways(results)
    context = {
        "results": results,
        "clusters": _in_order(clusters, results.clusters),
        "pathways": _in_order(pathways, results.pathways),
        "programs": _in_order(
            Program.objects.select_related("pathway__cluster").in_bulk(_ids(results.programs)), results.programs
        ),
        "occupations": [by_id[found.target] | {"matched_title": found.matched_title} for found in results.occupations],
        "sources": sources_of(occupations),
        "suggestions": Cluster.objects.current().order_by("number") if results.is_empty else [],
    }
    return render(request, "clusters/search.html", context)


def _clusters_and_pathways(results):
    """What was found of both, by id, in one query: a cluster comes with any of its pathways."""
    wanted = set(_ids(results.clusters))
    rows = Pathway.objects.filter(Q(pk__in=_ids(results.pathways)) | Q(cluster__in=wanted)).select_related("cluster")
    pathways = {pathway.pk: pathway for pathway in rows}
    clusters = {pathway.cluster_id: pathway.cluster for pathway in pathways.values()}
    # One that was added here may have no pathway yet.
    return clusters | Cluster.objects.in_bulk(wanted - clusters.keys()), pathways


def _ids(found):
    return [one.target for one in found]


def _in_order(rows, found):
    """Rows by id, in the order in which they were found."""
    return [rows[one.target] for one in found]
