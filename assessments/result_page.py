"""What the result page shows: the shape, the clusters with their reasons, the occupations, and what changed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from assessments import recommend
from assessments.items import items_of
from assessments.matching import ClusterFit, Match
from assessments.models import Result
from assessments.scoring import HIGHEST_SCORE, agreement, is_contradictory, is_differentiated, is_straight_lined
from clusters.atlas import Atlas, atlas
from clusters.charts import hexagon
from clusters.choices import InterestArea, JobZone
from clusters.models import Cluster

TOP_CLUSTERS = 3
OCCUPATIONS_PER_CLUSTER = 4
ANSWERS_PER_CLUSTER = 3
AREAS_PER_CLUSTER = 3
LIKE = 4  # of 5
PAGE_SIZE = 20


def result_context(result: Result, query: Mapping[str, str]) -> dict[str, Any]:
    """Everything the template of the result needs; ``query`` holds the filters of the occupations (zone, cluster, page)."""
    items = items_of(result.assessment_id)
    answers = {item.order: result.answer_to(item.order) for item in items}
    areas = {item.order: item.area for item in items}
    alike = agreement(answers, areas)
    context = {
        "result": result,
        "hexagon": hexagon(result.scores, low=0, high=HIGHEST_SCORE),
        "lowest": min(result.scores),
        "highest": max(result.scores),
        "differentiated": is_differentiated(result.scores),
        "straight_lined": is_straight_lined(answers),
        "same_answers": max(Counter(answers.values()).values()),
        "item_count": len(items),
        "contradictory": is_contradictory(alike),
        "agreement": alike,
        "changes": _changes(result),
    }
    if context["differentiated"]:
        context |= _recommendation(result, items, query)
    return context


def _recommendation(result: Result, items: Sequence, query: Mapping[str, str]) -> dict[str, Any]:
    known = atlas()
    found, clusters = recommend.ranked(known, result.scores), known.clusters
    fits = found.clusters
    aside = set(result.put_aside)
    ranked = [fit for fit in fits if clusters[fit.key].slug not in aside]
    top = ranked[:TOP_CLUSTERS]
    look = found.worth_a_look([fit.key for fit in fits[:TOP_CLUSTERS]] + [fit.key for fit in fits if fit not in ranked])
    page, filters = _occupation_page(found, known, aside, query)
    best = {fit.key: _best_occupations(found, fit, aside) for fit in top}
    codes = {code for rows in best.values() for code, _fit in rows} | {fit.code for fit in page.object_list}
    rows = {code: known.by_code[code] for code in codes}
    page.object_list = [rows[fit.code] | {"fit": fit.fit} for fit in page.object_list]
    liked = [item for item in items if result.answer_to(item.order) >= LIKE]
    liked.sort(key=lambda item: -result.answer_to(item.order))
    said: set[int] = set()
    cards = []
    for fit in top:
        carried = _carried(found, fit)
        cards.append(
            _cluster(clusters[fit.key], fit)
            | {
                "areas": get_text_list([str(area.verb).lower() for area in carried], _("and")),
                "answers": _strongest_answers(liked, carried, said),
                "occupations": [rows[code] | {"fit": own} for code, own in best[fit.key]],
                "pathways": known.pathways_of(fit.key),
            }
        )
    return {
        "top": cards,
        "ranked": [_cluster(clusters[fit.key], fit) for fit in ranked],
        "worth_a_look": look and _cluster(clusters[look.key], look) | {"summary": clusters[look.key].summary},
        "page": page,
        "zones": _zones(),
        "clusters": [(clusters[fit.key].slug, clusters[fit.key].title) for fit in ranked],
        "aside": _put_aside(result, known),
        "top_before": _top_before(result, known),
        "sources": known.sources_of(rows.values()),
        **filters,
    }


def _cluster(cluster: Cluster, fit: ClusterFit) -> dict[str, Any]:
    return {
        "slug": cluster.slug,
        "title": cluster.title,
        "url": cluster.url,
        "icon": cluster.icon,
        "colour": cluster.colour,
        "fit": fit.fit,
    }


def _carried(found: Match, fit: ClusterFit) -> list[InterestArea]:
    """The areas that carried a cluster: liked by the student and asked for by the work, the strongest first."""
    areas = list(InterestArea)
    return [areas[reason.area] for reason in found.reasons(fit.key) if reason.liked][:AREAS_PER_CLUSTER]


def _strongest_answers(liked: Sequence, carried: list[InterestArea], said: set[int]) -> list[str]:
    """Activities the student would like, one of each area that carried the cluster in turn; of ``liked``, the strongest first.

    ``said`` holds what a cluster above has named already; it grows by what is returned, so that no two clusters say the same.
    """
    left = [item for item in liked if item.order not in said]
    in_turn = zip_longest(*([item for item in left if item.area == area] for area in carried))
    named = [item for turn in in_turn for item in turn if item][:ANSWERS_PER_CLUSTER]
    said.update(item.order for item in named)
    return [item.text for item in named]


def _best_occupations(found: Match, fit: ClusterFit, aside: set[str]) -> list[tuple[str, float]]:
    best = found.best_in(fit.key, OCCUPATIONS_PER_CLUSTER + len(aside))
    return [(own.code, own.fit) for own in best if own.code not in aside][:OCCUPATIONS_PER_CLUSTER]


def _occupation_page(found: Match, known: Atlas, aside: set[str], query: Mapping[str, str]):
    """One page of occupations by fit, with at most the preparation and only of the cluster that were asked for."""
    shown = [fit for fit in found.occupations if fit.code not in aside]
    zone = int(query["zone"]) if query.get("zone") in map(str, JobZone.values) else None
    if zone:
        shown = [fit for fit in shown if (known.by_code[fit.code]["job_zone"] or zone + 1) <= zone]
    cluster = known.cluster(query.get("cluster", ""))
    if cluster:
        inside = {row["code"] for row in known.rows_on(known.pathways_of(cluster.pk))}
        shown = [fit for fit in shown if fit.code in inside]
    page = Paginator(shown, PAGE_SIZE).get_page(query.get("page"))
    wanted = {"zone": zone, "cluster": cluster and cluster.slug}
    filters = urlencode({name: value for name, value in wanted.items() if value})
    return page, {"zone": zone, "cluster_filter": wanted["cluster"], "filters": filters}


def _zones() -> list[tuple[int, str]]:
    return [
        (zone.value, _("%(zone)s: up to %(preparation)s") % {"zone": zone.value, "preparation": zone.label.lower()})
        for zone in JobZone
    ]


def _put_aside(result: Result, known: Atlas) -> list[dict[str, str]]:
    def title(what: str) -> str | None:
        cluster, occupation = known.cluster(what), known.by_code.get(what)
        return cluster.title if cluster else occupation and occupation["title"]

    return [{"what": what, "title": title(what)} for what in result.put_aside if title(what)]


def _changes(result: Result) -> list[dict[str, Any]]:
    """The six scores last time and now, where there was a last time."""
    if result.previous is None or result.previous.scores is None:
        return []
    return [
        {"area": area, "before": before, "now": now}
        for area, before, now in zip(InterestArea, result.previous.scores, result.scores, strict=True)
    ]


def _top_before(result: Result, known: Atlas) -> list[str]:
    if result.previous is None or result.previous.scores is None or not is_differentiated(result.previous.scores):
        return []
    before = recommend.ranked(known, result.previous.scores).clusters
    return [known.clusters[fit.key].title for fit in before[:TOP_CLUSTERS]]
