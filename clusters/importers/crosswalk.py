"""Which occupation is on which pathway, and which SOC 2018 code stands for an O*NET-SOC code."""

import datetime
import re
from pathlib import Path

from django.db.models import Q

from clusters.choices import Basis
from clusters.importers.base import Report, known_occupations, note_source, take_over
from clusters.importers.onet import terms
from clusters.importers.tables import ImportProblem, Progress, Row, kind_of_table, read_table, silent
from clusters.models import DataSource, Occupation, Pathway, PathwayOccupation

FRAMEWORK = "ncc-16"
CAREER_CLUSTERS = ("Career Cluster", "Career Pathway", "Code")
SOC = ("O*NET-SOC 2019 Code", "2018 SOC Code", "2018 SOC Title")


def import_crosswalk(file: Path, report: Report, progress: Progress = silent) -> None:
    """Take over All_Career_Clusters.csv or onetsoc2019_to_soc2018.csv, in the caller's transaction."""
    kind_of_table(file, {CAREER_CLUSTERS: _career_clusters, SOC: _soc})(file, report, progress)


def _career_clusters(file: Path, report: Report, progress: Progress) -> None:
    occupations = known_occupations(file)
    pathways = _pathways_by_title(file)
    source = _note_career_clusters(report)
    rows = {}
    for row in read_table(file, CAREER_CLUSTERS, progress=progress):
        occupation = row.one_of("Code", occupations, "the code of an occupation, such as 29-1141.00")
        for pathway in _pathways_of(row, pathways):
            rows[pathway.pk, occupation.pk] = {
                "pathway_id": pathway.pk,
                "occupation_id": occupation.pk,
                "basis": Basis.CROSSWALK.value,
                "hidden": False,
                "source_id": source.pk,
            }
    official = Q(basis=Basis.CROSSWALK)
    take_over(PathwayOccupation, rows.values(), fields=["basis"], report=report, retire=official, file=file)


def _pathways_of(row: Row, pathways: dict[tuple[str, str], Pathway]) -> list[Pathway]:
    """The pathways of a line; several are joined with "; ", in step with their clusters."""
    clusters, titles = row["Career Cluster"].split("; "), row["Career Pathway"].split("; ")
    if len(clusters) != len(titles):
        raise row.problem("Career Pathway", f"as many pathways as clusters, {len(clusters)}")
    if not {_plain(cluster) for cluster in clusters} <= {cluster for cluster, _ in pathways}:
        raise row.problem("Career Cluster", f"clusters of framework {FRAMEWORK}")
    try:
        return [pathways[_plain(cluster), _plain(title)] for cluster, title in zip(clusters, titles, strict=True)]
    except KeyError:
        raise row.problem("Career Pathway", f"pathways of {row['Career Cluster']}") from None


def _pathways_by_title(file: Path) -> dict[tuple[str, str], Pathway]:
    """Pathways by the titles of cluster and pathway, as shipped: a title edited here is not in official files."""
    pathways = {
        (_plain(_official_title(pathway.cluster)), _plain(_official_title(pathway))): pathway
        for pathway in Pathway.objects.filter(cluster__framework__code=FRAMEWORK).select_related("cluster")
    }
    if not pathways:
        raise ImportProblem(
            "There are no pathways in the database yet.", file=file, expected="load_reference_data to be run first"
        )
    return pathways


def _official_title(row) -> str:
    return (row.shipped or {}).get("title_en", row.title_en)


def _plain(title: str) -> str:
    """A title without what official files write in more than one way: case, spaces, punctuation, "&" or "and"."""
    return re.sub(r"[^a-z0-9]", "", title.lower().replace("&", "and"))


def _note_career_clusters(report: Report) -> DataSource:
    return note_source(
        report,
        "career-clusters-2023",
        title="O*NET OnLine: All Career Clusters",
        release="2023",
        released_on=datetime.date(2023, 1, 1),
        url="https://www.onetonline.org/find/career",
        **terms("O*NET OnLine"),
        used_for="Which occupations are on which pathway",
    )


def _soc(file: Path, report: Report, progress: Progress) -> None:
    occupations = known_occupations(file)
    note_source(
        report,
        "onet-soc-2019",
        title="Crosswalk from O*NET-SOC 2019 to SOC 2018",
        publisher="U.S. Department of Labor, Employment and Training Administration",
        release="2019",
        released_on=datetime.date(2019, 11, 1),
        url="https://www.onetcenter.org/taxonomy/2019/soc.html",
        licence="Public domain",
        credit="",
        used_for="The wider SOC group of each occupation, for which wages and outlook are published",
    )
    code, soc_code, soc_title = SOC
    rows = {}
    for row in read_table(file, SOC, progress=progress):
        row.one_of(code, occupations, "the code of an occupation, such as 29-1141.00")
        if not re.fullmatch(r"\d\d-\d{4}", row[soc_code]):
            raise row.problem(soc_code, "a code such as 29-1141")
        if row[code] in rows:
            raise row.problem(code, "each code once")
        rows[row[code]] = {"code": row[code], "soc_code": row[soc_code], "soc_title": row[soc_title]}
    take_over(
        Occupation,
        rows.values(),
        fields=["soc_code", "soc_title"],
        report=report,
        source=None,
        label="SOC codes of occupations",
        only_known=True,
    )
