from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters.atlas import SOURCE_ROLES, atlas, national_median
from clusters.charts import hexagon, pay_bar
from clusters.choices import Basis, InterestArea, SkillKind
from clusters.compiled import compiled
from clusters.forms import OccupationFilterForm
from clusters.models import (
    AlternateTitle,
    MajorOccupation,
    Occupation,
    OccupationSkill,
    OccupationTechnology,
    Program,
    RelatedOccupation,
)
from clusters.models.occupation import PERCENTILES
from clusters.structured_data import occupation_data
from clusters.views.program import PROGRAM_LINK, program_links

PAGE_SIZE = 40
COMPARE_AT_MOST = 4
ALTERNATE_TITLES_SHOWN = 6
PROGRAMS_SHOWN = 6


@require_safe
def occupation_list(request):
    """All occupations, narrowed and sorted by the query string."""
    form = OccupationFilterForm(request.GET)
    found = atlas()
    narrowed = form.narrow(Occupation.objects.current()).values_list("pk", flat=True)
    page = Paginator(narrowed, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [found.rows[pk] for pk in page.object_list if pk in found.rows]
    filters = request.GET.copy()
    filters.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "sources": found.sources_of(rows),
        "filters": filters.urlencode(),
        "compare_at_most": COMPARE_AT_MOST,
    }
    return render(request, "clusters/occupation_list.html", context)


@require_safe
def occupation_detail(request, code):
    """One occupation: what it pays, how it grows, what it takes, and what is near it."""
    found = atlas()
    occupation = found.by_code.get(code)
    if occupation is None:
        raise Http404(_("There is no occupation with this code."))
    links = {role: rows_of(occupation["pk"]) for role, rows_of in LINKS.items()}
    source_ids = {role: occupation[column] for role, column in SOURCE_ROLES.items()}
    source_ids |= {role: rows[0]["source_id"] for role, rows in links.items() if rows}
    sources = {role: found.sources[pk] for role, pk in source_ids.items() if pk in found.sources}
    interests = [occupation[area] for area in InterestArea.values]
    # What a release brings at this very moment may be in a link already, and not in the atlas.
    skills = [link | found.skills[link["skill_id"]] for link in links["skills"] if link["skill_id"] in found.skills]
    context = {
        "occupation": occupation,
        "hexagon": hexagon(interests) if interests[0] is not None else None,
        "pathways": [
            {"pathway": pathway, "editorial": basis == Basis.EDITORIAL}
            for pathway, basis in found.pathways_with(occupation["pk"])
        ],
        "programs": program_links(_programs(occupation["pk"]), found),
        "skills": _by_kind(skills),
        "technologies": links["technologies"],
        "titles": _alternate_titles(occupation["pk"]),
        "related": [found.rows[link["related_id"]] for link in links["related"] if link["related_id"] in found.rows],
        "majors": links["majors"],
        "sources": sources,
        **_pay(occupation, sources.get("wages")),
        **_outlook(occupation, sources.get("outlook")),
    }
    context["structured_data"] = occupation_data(
        occupation,
        url=request.build_absolute_uri(request.path),
        skills=[skill["name"] for skill in skills],
        pay_period=context["pay_period"],
        pay=context.get("pay", {}),
        source=sources.get("wages"),
    )
    return render(request, "clusters/occupation_detail.html", context)


@compiled
def _skills(occupation):
    links = OccupationSkill.objects.current().filter(occupation=occupation)
    return links.order_by("-importance", "skill__element_id").values("skill_id", "importance", "source_id")


@compiled
def _technologies(occupation):
    links = OccupationTechnology.objects.current().filter(occupation=occupation).order_by("position")
    return links.values("source_id", name=F("technology__name"), hot=F("technology__hot"))


@compiled
def _related(occupation):
    links = RelatedOccupation.objects.current().filter(occupation=occupation, related__retired_on=None)
    return links.order_by("position").values("related_id", "source_id")


@compiled
def _majors(occupation):
    links = MajorOccupation.objects.to_study().filter(occupation=occupation)
    return links.values("source_id", title=F("major__title"))


# What an occupation needs, uses, is near to and can be studied for, each as rows with their source.
LINKS = {"skills": _skills, "technologies": _technologies, "related": _related, "majors": _majors}


@compiled
def _programs(occupation):
    programs = Program.objects.published().models().leading_into(occupation).with_school_count()[:PROGRAMS_SHOWN]
    return programs.values(*PROGRAM_LINK, "school_count")


@compiled
def _titles(occupation):
    return AlternateTitle.objects.current().filter(occupation=occupation).values("title")


def _pay(occupation, source):
    """Yearly pay, or hourly pay where only that is published, as amounts and as a bar."""
    # A figure that an editor typed is from no release.
    baseline = source.baseline if source else {}
    for period, prefix in (("year", "wage"), ("hour", "hourly_wage")):
        amounts = {percentile: occupation[f"{prefix}_{percentile}"] for percentile in PERCENTILES}
        if amounts["median"] is not None:
            all_jobs = baseline.get(f"{prefix}_median")
            return {
                "pay_period": period,
                "pay": amounts,
                "pay_bar": pay_bar(list(amounts.values()), all_jobs),
                "all_jobs": all_jobs,
            }
    return {"pay_period": None}


def _outlook(occupation, source):
    change = occupation["projected_change"]
    if change is None:
        return {"outlook": None}
    baseline = source.baseline if source else {}
    return {"outlook": occupation["outlook"], "all_jobs_change": baseline.get("projected_change")}


def _by_kind(skills):
    """Skills and knowledge as two lists; a kind the occupation has none of is left out."""
    lists = [(kind, [skill for skill in skills if skill["kind"] == kind]) for kind in SkillKind]
    return [(kind, listed) for kind, listed in lists if listed]


def _alternate_titles(occupation):
    """All other names from A to Z, and the shortest few, which are the ones people say."""
    titles = sorted({row["title"] for row in _titles(occupation)})
    shortest = sorted(titles, key=len)[:ALTERNATE_TITLES_SHOWN]
    return {"all": titles, "first": shortest, "more": len(titles) > len(shortest)}


@require_safe
def compare(request):
    """Up to four occupations side by side, named by their codes in the query string."""
    codes = list(dict.fromkeys(request.GET.getlist("o")))
    found = atlas()
    rows = [found.by_code[code].copy() for code in codes[:50] if code in found.by_code]
    shown, left_out = rows[:COMPARE_AT_MOST], rows[COMPARE_AT_MOST:]
    top = max((row["wage_p90"] or 0 for row in shown), default=0) * 1.05 or None
    sources = found.sources_of(shown)
    for row in shown:
        row["pay_bar"] = pay_bar([row[f"wage_{p}"] for p in PERCENTILES], national_median(sources), top=top)
        scores = [row[area] for area in InterestArea.values]
        row["hexagon"] = hexagon(scores) if scores[0] is not None else None
        others = [f"o={other['code']}" for other in shown if other is not row]
        row["without"] = "&".join(others)
    context = {
        "rows": shown,
        "left_out": left_out,
        "unknown": [code[:20] for code in codes if code not in found.by_code],
        "sources": sources,
        "at_most": COMPARE_AT_MOST,
        "national_median": national_median(sources),
    }
    return render(request, "clusters/compare.html", context)
