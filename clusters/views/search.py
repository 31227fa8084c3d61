from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters import search as index
from clusters.models import Cluster, Occupation, Pathway
from clusters.views.rows import occupation_rows, sources_of


@require_safe
def search(request):
    """What the words of the query lead to, grouped: clusters, pathways, occupations."""
    results = index.search(request.GET.get("q", ""))
    occupations = _in_order(
        results.occupations, occupation_rows(Occupation.objects.facts().filter(pk__in=_ids(results.occupations)))
    )
    clusters = Cluster.objects.filter(pk__in=_ids(results.clusters)).values(
        "pk", "title", "slug", "summary", "icon", "colour"
    )
    pathways = Pathway.objects.filter(pk__in=_ids(results.pathways)).select_related("cluster")
    context = {
        "results": results,
        "clusters": results.clusters and _in_order(results.clusters, clusters),
        "pathways": results.pathways and pathways,
        "occupations": occupations,
        "sources": sources_of(occupations),
        "suggestions": Cluster.objects.current().order_by("number") if results.is_empty else [],
    }
    return render(request, "clusters/search.html", context)


def _ids(found):
    return [hit.target for hit in found]


def _in_order(found, rows):
    """The rows in the order they were found, each with the other title that led to it."""
    by_id = {row["pk"]: row for row in rows}
    return [by_id[hit.target] | {"matched_title": hit.matched_title} for hit in found if hit.target in by_id]
