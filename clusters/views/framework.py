from collections import Counter, defaultdict

from django.db.models import F
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clusters.atlas import atlas, mean_interests, national_median
from clusters.charts import dot_plot, hexagon, pay_bar
from clusters.choices import Basis, JobZone
from clusters.compiled import compiled
from clusters.kept import kept_until_change
from clusters.models import MajorOccupation, PathwayOccupation, Program, SchoolNote
from clusters.views.program import placed

MAJORS_SHOWN = 12
GROWING_SHOWN = 6
PROGRAMS_SHOWN = 8
# What the first schools say is open; a district with two hundred schools would fill the page.
NOTES_SHOWN = 12
# The first schools that offer a program are named; more of them stand on its page.
OFFERS_SHOWN = 6


@require_safe
def cluster_list(request):
    """All clusters of the framework, with how much is in each."""
    return render(request, "clusters/cluster_list.html", {"clusters": atlas().clusters.values()})


@require_safe
def cluster_detail(request, cluster_slug):
    """A cluster: its words, its pathways, and its occupations as one picture."""
    cluster = atlas().cluster(cluster_slug)
    if cluster is None:
        raise Http404(_("There is no cluster with this address."))
    return render(request, "clusters/cluster_detail.html", _picture(cluster.pk) | {"cluster": cluster})


@kept_until_change
def _picture(pk):
    """What the page of a cluster says of its occupations: nothing in it depends on who asks."""
    found = atlas()
    pathways = found.pathways_of(pk)
    rows = found.rows_on(pathways)
    sources = found.sources_of(rows)
    median = national_median(sources)
    interests = mean_interests(rows)
    growing = [row for row in rows if row["annual_openings"] and (row["projected_change"] or 0) > 0]
    growing.sort(key=lambda row: -row["projected_change"])
    return {
        "spans": _spans(found, pathways, rows, median),
        "rows": rows,
        "plot": dot_plot(rows),
        "columns": _table_columns(),
        "growing": growing[:GROWING_SHOWN],
        "hexagon": interests and hexagon(interests),
        "sources": sources,
        "national_median": median,
    }


def _spans(found, pathways, rows, national_median):
    """Each pathway with the span of pay and preparation of its occupations, for one line of the cluster's list."""
    top = max((row["wage_median"] or 0 for row in rows), default=0) * 1.05
    spans = []
    for pathway in pathways:
        own = found.rows_on([pathway])
        wages = sorted(row["wage_median"] for row in own if row["wage_median"])
        zones = sorted(row["job_zone"] for row in own if row["job_zone"])
        span = {"pathway": pathway, "occupation_count": len(own)}
        if wages:
            quarters = [wages[0], wages[len(wages) // 4], wages[len(wages) // 2], wages[3 * len(wages) // 4], wages[-1]]
            bar = pay_bar(quarters, national_median, top=top)
            span |= {"lowest_pay": wages[0], "highest_pay": wages[-1], "pay_bar": bar}
        if zones:
            span |= {"least_zone": JobZone(zones[0]), "most_zone": JobZone(zones[-1])}
        spans.append(span)
    return spans


# The columns of a table of occupations: heading, figure to sort by, and the order a first click asks for.
TABLE_COLUMNS = {
    "title": (gettext_lazy("Occupation"), lambda row: row["title"].lower(), "title"),
    "pay": (gettext_lazy("Pay a year"), lambda row: row["wage_median"], "-pay"),
    "zone": (gettext_lazy("Preparation, 1 to 5"), lambda row: row["job_zone"], "zone"),
    "openings": (gettext_lazy("Openings a year"), lambda row: row["annual_openings"], "-openings"),
    "change": (gettext_lazy("Jobs in ten years"), lambda row: row["projected_change"], "-change"),
}


@require_safe
def pathway_detail(request, cluster_slug, pathway_slug):
    """A pathway: its words, the ladder from entry to advanced, its occupations as a table, and the majors that lead there."""
    found = atlas()
    pathway = found.pathway(cluster_slug, pathway_slug)
    if pathway is None:
        raise Http404(_("There is no pathway with this address."))
    bases = found.bases[pathway.pk]
    rows = [row | {"editorial": bases[row["pk"]] == Basis.EDITORIAL} for row in found.rows_on([pathway])]
    sources = found.sources_of(rows)
    majors, release = _majors(pathway, rows)
    sources["majors"] = found.sources.get(release)
    programs = Program.objects.published().on_pathway(pathway).with_marks().with_offers(OFFERS_SHOWN)
    programs = placed(programs[: PROGRAMS_SHOWN + 1], found)
    notes = list(SchoolNote.objects.on_pathway(pathway))
    sort = request.GET.get("sort", "")
    if sort.removeprefix("-") not in TABLE_COLUMNS:
        sort = "title"
    context = {
        "cluster": pathway.cluster,
        "pathway": pathway,
        "siblings": found.pathways_of(pathway.cluster_id),
        "ladder": _ladder(rows),
        "days": _days(rows),
        "rows": _sorted(rows, sort),
        "columns": _table_columns(sort),
        "has_editorial": any(row["editorial"] for row in rows),
        "programs": programs[:PROGRAMS_SHOWN],
        "more_programs": len(programs) > PROGRAMS_SHOWN,
        "notes": notes[:NOTES_SHOWN],
        "more_notes": notes[NOTES_SHOWN:],
        "majors": majors,
        "sources": sources,
        "national_median": national_median(sources),
    }
    return render(request, "clusters/pathway_detail.html", context)


@compiled
def _majors_on(pathway):
    on_it = PathwayOccupation.objects.shown().filter(pathway=pathway)
    links = MajorOccupation.objects.to_study().filter(occupation__in=on_it.values("occupation"))
    return links.values("occupation_id", "major_id", "source_id", code=F("major__code"), title=F("major__title"))


def _majors(pathway, rows):
    """A field of study for each of the occupations with the most openings, no field twice, and the release of the links.

    Of an occupation's fields the one is chosen that belongs to the pathway's most usual family (the first two digits of its
    CIP code): of all that leads to managers in health care, health administration rather than veterinary administration.
    """
    links = _majors_on(pathway.pk)
    families = Counter(link["code"][:2] for link in links)
    # Sorting is stable: within a family the fields stay in the order of their codes.
    links.sort(key=lambda link: -families[link["code"][:2]])
    by_occupation = defaultdict(list)
    for link in links:
        by_occupation[link["occupation_id"]].append(link)
    chosen = {}
    for row in sorted(rows, key=lambda row: -(row["annual_openings"] or 0)):
        fresh = (link for link in by_occupation[row["pk"]] if link["major_id"] not in chosen)
        if link := next(fresh, None):
            chosen[link["major_id"]] = {"title": link["title"], "row": row}
    return list(chosen.values())[:MAJORS_SHOWN], links[0]["source_id"] if links else None


def _table_columns(sort=""):
    """The headings of the table, each with the sort its link asks for and the direction it is sorted in now."""
    columns = []
    for key, (label, _figure, first_sort) in TABLE_COLUMNS.items():
        direction = {key: "ascending", f"-{key}": "descending"}.get(sort)
        reverse = key if sort == f"-{key}" else f"-{key}"
        columns.append({"label": label, "direction": direction, "next_sort": reverse if direction else first_sort})
    return columns


def _sorted(rows, sort):
    """Rows in the order of the table; rows without the figure come last either way."""
    figure = TABLE_COLUMNS[sort.removeprefix("-")][1]
    known = [row for row in rows if figure(row) is not None]
    known.sort(key=figure, reverse=sort.startswith("-"))
    return known + [row for row in rows if figure(row) is None]


def _days(rows):
    """Occupations to tell a day of: of those with little, medium and much preparation the one with the most openings."""
    told = [row for row in rows if row["normal_day"]]
    told.sort(key=lambda row: -(row["annual_openings"] or 0))
    levels = ([1, 2], [3], [4, 5])
    chosen = (next((row for row in told if row["job_zone"] in zones), None) for zones in levels)
    return [row for row in chosen if row]


def _ladder(rows):
    """The occupations on five rungs by preparation, the most advanced on top, the best paid first; then the unrated ones."""
    by_pay = sorted(rows, key=lambda row: -(row["wage_median"] or 0))
    rungs = [(zone, [row for row in by_pay if row["zone"] == zone]) for zone in reversed(JobZone)]
    unrated = [row for row in by_pay if row["zone"] is None]
    return {"rungs": [rung for rung in rungs if rung[1]], "unrated": unrated}
