from collections import Counter, defaultdict

from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clusters.charts import dot_plot, hexagon, pay_bar
from clusters.choices import InterestArea, JobZone
from clusters.models import Cluster, MajorOccupation, Occupation, Pathway, PathwayOccupation, Program, SchoolNote
from clusters.views.rows import mean_interests, national_median, occupation_rows, sources_of

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
    return render(request, "clusters/cluster_list.html", {"clusters": Cluster.objects.with_counts()})


@require_safe
def cluster_detail(request, cluster_slug):
    """A cluster: its words, its pathways, and its occupations as one picture."""
    cluster = get_object_or_404(Cluster.objects.current(), slug=cluster_slug)
    pathways = list(cluster.pathways.current().order_by("position"))
    rows = occupation_rows(Occupation.objects.current().in_cluster(cluster_slug).by_title().facts(*InterestArea.values))
    sources = sources_of(rows)
    median = national_median(sources)
    _attach_occupations(pathways, rows, median)
    interests = mean_interests(rows)
    growing = [row for row in rows if row["annual_openings"] and (row["projected_change"] or 0) > 0]
    growing.sort(key=lambda row: -row["projected_change"])
    context = {
        "cluster": cluster,
        "pathways": pathways,
        "rows": rows,
        "plot": dot_plot(rows),
        "columns": _table_columns(),
        "growing": growing[:GROWING_SHOWN],
        "hexagon": interests and hexagon(interests),
        "sources": sources,
        "national_median": median,
    }
    return render(request, "clusters/cluster_detail.html", context)


def _attach_occupations(pathways, rows, national_median):
    """Give each pathway the span of pay and preparation of its occupations, for one line of the cluster's list."""
    facts = {row["pk"]: row for row in rows}
    on_pathway = defaultdict(list)
    assignments = PathwayOccupation.objects.shown().filter(pathway__in=pathways)
    for pathway_id, occupation_id in assignments.values_list("pathway_id", "occupation_id"):
        on_pathway[pathway_id].append(facts[occupation_id])
    top = max((row["wage_median"] or 0 for row in rows), default=0) * 1.05
    for pathway in pathways:
        own = on_pathway[pathway.pk]
        wages = sorted(row["wage_median"] for row in own if row["wage_median"])
        zones = sorted(row["job_zone"] for row in own if row["job_zone"])
        pathway.occupation_count = len(own)
        pathway.lowest_pay, pathway.highest_pay = (wages[0], wages[-1]) if wages else (None, None)
        pathway.least_zone, pathway.most_zone = (JobZone(zones[0]), JobZone(zones[-1])) if zones else (None, None)
        pathway.pay_bar = wages and pay_bar(
            [wages[0], wages[len(wages) // 4], wages[len(wages) // 2], wages[3 * len(wages) // 4], wages[-1]],
            national_median,
            top=top,
        )


# The columns of a table of occupations: heading, figure to sort by, and the order a first click asks for.
TABLE_COLUMNS = {
    "title": (_("Occupation"), lambda row: row["title"].lower(), "title"),
    "pay": (_("Pay a year"), lambda row: row["wage_median"], "-pay"),
    "zone": (_("Preparation, 1 to 5"), lambda row: row["job_zone"], "zone"),
    "openings": (_("Openings a year"), lambda row: row["annual_openings"], "-openings"),
    "change": (_("Jobs in ten years"), lambda row: row["projected_change"], "-change"),
}


@require_safe
def pathway_detail(request, cluster_slug, pathway_slug):
    """A pathway: its words, the ladder from entry to advanced, its occupations as a table, and the majors that lead there."""
    pathway = get_object_or_404(
        Pathway.objects.current().filter(cluster__retired_on=None).select_related("cluster"),
        cluster__slug=cluster_slug,
        slug=pathway_slug,
    )
    link = PathwayOccupation.objects.filter(pathway=pathway, occupation=OuterRef("pk"))
    occupations = Occupation.objects.on_pathway(pathway).annotate(basis=Subquery(link.values("basis")))
    rows = occupation_rows(occupations.by_title().facts("normal_day", "basis"))
    sources = sources_of(rows)
    majors, sources["majors"] = _majors(rows)
    programs = list(
        Program.objects.published().on_pathway(pathway).with_marks().with_offers(OFFERS_SHOWN)[: PROGRAMS_SHOWN + 1]
    )
    notes = list(SchoolNote.objects.on_pathway(pathway))
    sort = request.GET.get("sort", "")
    if sort.removeprefix("-") not in TABLE_COLUMNS:
        sort = "title"
    context = {
        "cluster": pathway.cluster,
        "pathway": pathway,
        "siblings": pathway.cluster.pathways.current().order_by("position"),
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


def _majors(rows):
    """A field of study for each of the occupations with the most openings, no field twice, and the source of the links.

    Of an occupation's fields the one is chosen that belongs to the pathway's most usual family (the first two digits of its
    CIP code): of all that leads to managers in health care, health administration rather than veterinary administration.
    """
    links = MajorOccupation.objects.to_study().filter(occupation__in=[row["pk"] for row in rows])
    links = list(links.select_related("major", "source"))
    families = Counter(link.major.code[:2] for link in links)
    # Sorting is stable: within a family the fields stay in the order of their codes.
    links.sort(key=lambda link: -families[link.major.code[:2]])
    by_occupation = defaultdict(list)
    for link in links:
        by_occupation[link.occupation_id].append(link)
    chosen = {}
    for row in sorted(rows, key=lambda row: -(row["annual_openings"] or 0)):
        fresh = (link for link in by_occupation[row["pk"]] if link.major_id not in chosen)
        if link := next(fresh, None):
            chosen[link.major_id] = {"title": link.major.title, "row": row}
    return list(chosen.values())[:MAJORS_SHOWN], links[0].source if links else None


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
