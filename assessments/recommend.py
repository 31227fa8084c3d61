"""The occupations and clusters that students are matched with, kept in memory until they change."""

from dataclasses import dataclass

from assessments.matching import Profiles, build_profiles
from clusters.choices import InterestArea
from clusters.models import ContentVersion, Occupation, PathwayOccupation


@dataclass(frozen=True)
class _Kept:
    version: int
    occupations: list
    clusters: list
    profiles: Profiles


_kept: _Kept | None = None


def profiles() -> Profiles:
    """The profiles of the content as it is now; clusters are known by their primary key.

    One query; two more after any change of the content. Only a change of interests or of what is on which pathway costs the
    half second of building them anew.
    """
    global _kept
    version, kept = ContentVersion.current(), _kept
    if kept is None or kept.version != version:
        occupations, clusters = _occupations(), _clusters()
        unchanged = kept is not None and (kept.occupations, kept.clusters) == (occupations, clusters)
        built = kept.profiles if unchanged else build_profiles(occupations, clusters)
        kept = _kept = _Kept(version, occupations, clusters, built)
    return kept.profiles


def forget() -> None:
    """Drop what this process keeps. A transaction that is undone gives its version number to the next one."""
    global _kept
    _kept = None


def _occupations() -> list[tuple[str, tuple[float, ...]]]:
    rated = Occupation.objects.current().exclude(realistic=None).order_by("code")
    return [(code, tuple(interests)) for code, *interests in rated.values_list("code", *InterestArea.values)]


def _clusters() -> list[tuple[int, list[str]]]:
    """The codes on the pathways of each current cluster, in the official order."""
    assignments = (
        PathwayOccupation.objects.shown()
        .filter(pathway__cluster__retired_on=None)
        .order_by("pathway__cluster__framework__code", "pathway__cluster__number", "occupation__code")
        .values_list("pathway__cluster", "occupation__code")
    )
    clusters: dict[int, list[str]] = {}
    for cluster, code in assignments:
        clusters.setdefault(cluster, []).append(code)
    return list(clusters.items())
