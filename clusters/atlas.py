"""What the public sees of the framework, whole and in memory: clusters, their pathways, and what a list says of each occupation.

A thousand occupations with their facts are three megabytes, and nearly every page shows some of them. Asking the database for
them, again and again, took most of a page's time (docs/adr/0019-atlas.md). All threads share what is here: nobody may change
it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.urls import reverse

from clusters.choices import Basis, Education, Experience, InterestArea, JobZone, Outlook, Training
from clusters.compiled import compiled
from clusters.kept import kept_until_change
from clusters.models import Cluster, DataSource, Occupation, Pathway, PathwayOccupation, Skill
from clusters.search.words import stems_of

Row = Mapping[str, Any]

SOURCE_ROLES = {
    "taxonomy": "source_id",
    "interests": "interests_source_id",
    "wages": "wages_source_id",
    "outlook": "outlook_source_id",
}
FACTS = ("pk", "code", *Occupation.SHIPPED, *SOURCE_ROLES.values(), "retired_on")


@dataclass(frozen=True, eq=False)
class Atlas:
    """All by primary key. Clusters and pathways are those that are public, in official order; each has its address
    (``url``), a pathway its ``cluster``, and a cluster its ``pathway_count`` and ``occupation_count``.

    ``rows`` has every occupation, the retired ones too, from A to Z: FACTS, with its address (``url``); the name that people
    say as ``title``, beside the ``taxonomy_title`` and, where that says something else, the ``official_title``; and its coded
    values in words (``zone``, ``outlook``, ``education``, ``experience``, ``training``). ``bases`` says for each pathway which
    occupations are on it and on what ground.
    """

    clusters: Mapping[int, Cluster]
    pathways: Mapping[int, Pathway]
    rows: Mapping[int, Row]
    bases: Mapping[int, Mapping[int, Basis]]
    skills: Mapping[int, Row]
    sources: Mapping[int, DataSource]

    @cached_property
    def occupations(self) -> list[Row]:
        """The occupations that there are now."""
        return [row for row in self.rows.values() if row["retired_on"] is None]

    @cached_property
    def by_code(self) -> Mapping[str, Row]:
        return {row["code"]: row for row in self.rows.values()}

    def cluster(self, slug: str) -> Cluster | None:
        return next((cluster for cluster in self.clusters.values() if cluster.slug == slug), None)

    def pathway(self, cluster_slug: str, slug: str) -> Pathway | None:
        pathways = self.pathways.values()
        return next((one for one in pathways if (one.cluster.slug, one.slug) == (cluster_slug, slug)), None)

    def pathways_of(self, cluster: int) -> list[Pathway]:
        """The pathways of the cluster with this primary key."""
        return [pathway for pathway in self.pathways.values() if pathway.cluster_id == cluster]

    def pathways_with(self, occupation: int) -> list[tuple[Pathway, Basis]]:
        """The pathways that an occupation is on, each with the ground of it."""
        return [
            (pathway, self.bases[pk][occupation])
            for pk, pathway in self.pathways.items()
            if occupation in self.bases[pk]
        ]

    def rows_on(self, pathways: Iterable[Pathway]) -> list[Row]:
        """The occupations on any of the pathways, from A to Z."""
        wanted = set().union(*(self.bases[pathway.pk] for pathway in pathways))
        return [row for pk, row in self.rows.items() if pk in wanted]

    def sources_of(self, rows: Iterable[Row]) -> dict[str, DataSource]:
        """The newest release behind the rows for each role: taxonomy, interests, wages, outlook."""
        newest = {}
        for role, column in SOURCE_ROLES.items():
            if found := {row[column] for row in rows} - {None}:
                newest[role] = max((self.sources[pk] for pk in found), key=lambda source: source.released_on)
        return newest


@kept_until_change
def atlas() -> Atlas:
    """The atlas as of now, in the language of now: one small query, and six more after any change of the content."""
    clusters = {cluster.pk: cluster for cluster in Cluster.objects.current().defer("shipped").order_by("number")}
    places = Pathway.objects.current().filter(cluster__retired_on=None).order_by("cluster__number", "position")
    # Each of these is read a moment after the one before, and somebody may be editing.
    pathways = {pathway.pk: pathway for pathway in places.defer("shipped") if pathway.cluster_id in clusters}
    for pathway in pathways.values():
        pathway.cluster = clusters[pathway.cluster_id]
        pathway.url = pathway.get_absolute_url()
    bases: dict[int, dict[int, Basis]] = {pk: {} for pk in pathways}
    shown = PathwayOccupation.objects.shown().filter(pathway__cluster__retired_on=None)
    for pathway, occupation, basis in shown.values_list("pathway", "occupation", "basis"):
        if pathway in bases:
            bases[pathway][occupation] = Basis(basis)
    # Made once: a thousand calls of reverse() take as long as all the rest.
    address = reverse("clusters:occupation_detail", args=["CODE"])
    rows = [_row(facts, address.replace("CODE", facts["code"])) for facts in _occupations()]
    rows.sort(key=lambda row: (row["title"].lower(), row["code"]))
    skills = {skill["pk"]: skill for skill in _skills()}
    found = Atlas(clusters, pathways, {row["pk"]: row for row in rows}, bases, skills, DataSource.objects.in_bulk())
    for cluster in clusters.values():
        own = found.pathways_of(cluster.pk)
        cluster.url = cluster.get_absolute_url()
        cluster.pathway_count, cluster.occupation_count = len(own), len(found.rows_on(own))
    return found


@compiled
def _occupations():
    return Occupation.objects.values(*FACTS)


@compiled
def _skills():
    return Skill.objects.values("pk", "name", "kind")


def _row(facts: Row, url: str) -> Row:
    zone, change, education = facts["job_zone"], facts["projected_change"], facts["entry_education"]
    return facts | {
        "title": facts["friendly_title"] or facts["title"],
        "taxonomy_title": facts["title"],
        "official_title": _official_title(facts["title"], facts["friendly_title"]),
        "url": url,
        "zone": JobZone(zone) if zone else None,
        "outlook": None if change is None else Outlook.of(change),
        "education": Education(education) if education else None,
        "experience": Experience(facts["experience"]) if facts["experience"] else None,
        "training": Training(facts["training"]) if facts["training"] else None,
    }


# For all occupations there are, and then some: the words of a title cost more than all other facts of its row.
@lru_cache(maxsize=2048)
def _official_title(title: str, friendly_title: str) -> str:
    """The official title where it says something else than the friendly one: "Nurses" adds nothing to "Nurse"."""
    if not friendly_title or stems_of(title) == stems_of(friendly_title):
        return ""
    return title


def national_median(sources: Mapping[str, DataSource]) -> int | None:
    """The median yearly wage of all jobs, in dollars, from the release the wages come from."""
    wages = sources.get("wages")
    return wages.baseline.get("wage_median") if wages else None


def mean_interests(rows: Iterable[Row]) -> list[float] | None:
    """The six interests of several occupations on average, in the order R I A S E C; None where no row has any."""
    areas = InterestArea.values
    profiles = [[row[area] for area in areas] for row in rows if row[InterestArea.REALISTIC] is not None]
    if not profiles:
        return None
    return [sum(scores) / len(profiles) for scores in zip(*profiles, strict=True)]
