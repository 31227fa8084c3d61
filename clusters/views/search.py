from django.shortcuts import render
from django.views.decorators.http import require_safe

from clusters import search as index
from clusters.atlas import atlas
from clusters.models import Program
from clusters.views.program import PROGRAM_LINK, program_links


@require_safe
def search(request):
    """What the words of the query lead to, grouped: clusters, pathways, programs, occupations; the best of each first."""
    results = index.search(request.GET.get("q", ""))
    found = atlas()
    names = {one.target: one.matched_title for one in results.occupations}
    occupations = [row | {"matched_title": names[row["pk"]]} for row in _in_order(found.rows, results.occupations)]
    wanted = Program.objects.filter(pk__in=[one.target for one in results.programs])
    programs = program_links(wanted.values(*PROGRAM_LINK) if results.programs else [], found)
    context = {
        "results": results,
        "clusters": _in_order(found.clusters, results.clusters),
        "pathways": _in_order(found.pathways, results.pathways),
        "programs": _in_order({row["pk"]: row for row in programs}, results.programs),
        "occupations": occupations,
        "sources": found.sources_of(occupations),
        "suggestions": found.clusters.values() if results.is_empty else [],
    }
    return render(request, "clusters/search.html", context)


def _in_order(rows, found):
    """Those of the rows by primary key that were found, in that order; one may have gone since."""
    return [rows[one.target] for one in found if one.target in rows]
