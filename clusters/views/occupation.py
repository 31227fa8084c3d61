from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters.charts import hexagon, pay_bar
from clusters.choices import Basis, InterestArea, JobZone, Outlook, SkillKind
from clusters.forms import OccupationFilterForm
from clusters.models import Occupation, Program
from clusters.models.occupation import PERCENTILES
from clusters.structured_data import occupation_data
from clusters.views.rows import SOURCE_ROLES, national_median, occupation_rows, sources_of

PAGE_SIZE = 40
COMPARE_AT_MOST = 4
ALTERNATE_TITLES_SHOWN = 6
PROGRAMS_SHOWN = 6


@require_safe
def occupation_list(request):
    """All occupations, narrowed and sorted by the query string."""
    form = OccupationFilterForm(request.GET)
    occupations = form.narrow(Occupation.objects.current())
    page = Paginator(occupations.facts(), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = occupation_rows(page.object_list)
    filters = request.GET.copy()
    filters.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "sources": sources_of(rows),
        "filters": filters.urlencode(),
        "compare_at_most": COMPARE_AT_MOST,
    }
    return render(request, "clusters/occupation_list.html", context)


@require_safe
def occupation_detail(request, code):
    """One occupation: what it pays, how it grows, what it takes, and what is near it."""
    own_sources = {role: column.removesuffix("_id") for role, column in SOURCE_ROLES.items()}
    occupation = Occupation.objects.filter(code=code).select_related(*own_sources.values()).first()
    if occupation is None:
        raise Http404(_("There is no occupation with this code."))
    interests = [getattr(occupation, area) for area in InterestArea.values]
    links = _links(occupation)
    sources = {role: getattr(occupation, name) for role, name in own_sources.items()}
    sources |= {role: rows[0].source for role, rows in links.items() if rows}
    context = {
        "occupation": occupation,
        "zone": JobZone(occupation.job_zone) if occupation.job_zone else None,
        "hexagon": hexagon(interests) if interests[0] is not None else None,
        "pathways": _pathways(occupation),
        "programs": list(Program.objects.published().models().leading_into(occupation).with_marks()[:PROGRAMS_SHOWN]),
        "skills": _by_kind(links["skills"]),
        "technologies": [link.technology for link in links["technologies"]],
        "titles": _alternate_titles(occupation),
        "related": _related(links["related"]),
        "majors": [link.major for link in links["majors"]],
        "sources": {role: source for role, source in sources.items() if source},
        **_pay(occupation),
        **_outlook(occupation),
    }
    context["structured_data"] = occupation_data(
        occupation,
        url=request.build_absolute_uri(request.path),
        skills=links["skills"],
        pay_period=context["pay_period"],
        pay=context.get("pay", {}),
    )
    return render(request, "clusters/occupation_detail.html", context)


def _links(occupation):
    """What the occupation needs, uses, is near to and can be studied for, each with its source."""
    skills = occupation.occupation_skills.current().order_by("-importance", "skill__element_id")
    technologies = occupation.occupation_technologies.current().order_by("position")
    related = occupation.related_occupations.current().filter(related__retired_on=None).order_by("position")
    majors = occupation.major_occupations.to_study()
    return {
        "skills": list(skills.select_related("skill", "source")),
        "technologies": list(technologies.select_related("technology", "source")),
        "related": list(related.select_related("source")),
        "majors": list(majors.select_related("major", "source")),
    }


def _pay(occupation):
    """Yearly pay, or hourly pay where only that is published, as amounts and as a bar."""
    baseline = occupation.wages_source.baseline if occupation.wages_source else {}
    for period, prefix in (("year", "wage"), ("hour", "hourly_wage")):
        amounts = {percentile: getattr(occupation, f"{prefix}_{percentile}") for percentile in PERCENTILES}
        if amounts["median"] is not None:
            all_jobs = baseline.get(f"{prefix}_median")
            return {
                "pay_period": period,
                "pay": amounts,
                "pay_bar": pay_bar(list(amounts.values()), all_jobs),
                "all_jobs": all_jobs,
            }
    return {"pay_period": None}


def _outlook(occupation):
    change = occupation.projected_change
    if change is None:
        return {"outlook": None}
    # A figure that an editor typed is from no release.
    baseline = occupation.outlook_source.baseline if occupation.outlook_source else {}
    return {"outlook": Outlook.of(change), "all_jobs_change": baseline.get("projected_change")}


def _pathways(occupation):
    assignments = occupation.pathway_occupations.shown().select_related("pathway__cluster")
    return [
        {"pathway": assignment.pathway, "editorial": assignment.basis == Basis.EDITORIAL}
        for assignment in assignments.order_by("pathway__cluster__number", "pathway__position")
    ]


def _by_kind(skills):
    """Skills and knowledge as two lists; a kind the occupation has none of is left out."""
    lists = [(kind, [link for link in skills if link.skill.kind == kind]) for kind in SkillKind]
    return [(kind, links) for kind, links in lists if links]


def _alternate_titles(occupation):
    """All other names from A to Z, and the shortest few, which are the ones people say."""
    titles = sorted(set(occupation.alternate_titles.current().values_list("title", flat=True)))
    shortest = sorted(titles, key=len)[:ALTERNATE_TITLES_SHOWN]
    return {"all": titles, "first": shortest, "more": len(titles) > len(shortest)}


def _related(links):
    rows = {
        row["pk"]: row
        for row in occupation_rows(Occupation.objects.filter(pk__in=[link.related_id for link in links]).facts())
    }
    return [rows[link.related_id] for link in links]


@require_safe
def compare(request):
    """Up to four occupations side by side, named by their codes in the query string."""
    codes = list(dict.fromkeys(request.GET.getlist("o")))
    found = {
        row["code"]: row for row in occupation_rows(Occupation.objects.filter(code__in=codes[:50]).facts(*_COMPARED))
    }
    rows = [found[code] for code in codes if code in found]
    shown, left_out = rows[:COMPARE_AT_MOST], rows[COMPARE_AT_MOST:]
    top = max((row["wage_p90"] or 0 for row in shown), default=0) * 1.05 or None
    sources = sources_of(shown)
    for row in shown:
        row["pay_bar"] = pay_bar([row[f"wage_{p}"] for p in PERCENTILES], national_median(sources), top=top)
        scores = [row[area] for area in InterestArea.values]
        row["hexagon"] = hexagon(scores) if scores[0] is not None else None
        others = [f"o={other['code']}" for other in shown if other is not row]
        row["without"] = "&".join(others)
    context = {
        "rows": shown,
        "left_out": left_out,
        "unknown": [code[:20] for code in codes if code not in found],
        "sources": sources,
        "at_most": COMPARE_AT_MOST,
        "national_median": national_median(sources),
    }
    return render(request, "clusters/compare.html", context)


_COMPARED = (*InterestArea.values, *(f"wage_{p}" for p in PERCENTILES if p != "median"), "experience", "training")
