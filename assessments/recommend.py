"""The occupations and clusters that students are matched with."""

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock

from assessments.matching import Match, Profiles, build_profiles, match
from clusters.atlas import Atlas
from clusters.choices import InterestArea

# A student looks at a result several times in a row.
_match = lru_cache(maxsize=64)(match)
# Building takes half a second, which only a change of interests or of what is on which pathway has to cost.
_build = lru_cache(maxsize=1)(build_profiles)


_building = Lock()


def profiles(found: Atlas) -> Profiles:
    """The profiles of an atlas; clusters are known by their primary key. Kept in memory for the newest one."""
    # One builds, the others wait: all at once would take each of them as many times as long.
    with _building:
        return _profiles(found)


@lru_cache(maxsize=1)
def _profiles(found: Atlas) -> Profiles:
    return _build(_occupations(found), _clusters(found))


def ranked(found: Atlas, scores: Sequence[float]) -> Match:
    """How all occupations and clusters of an atlas fit six scores."""
    return _match(profiles(found), tuple(scores))


def _occupations(found: Atlas) -> tuple[tuple[str, tuple[float, ...]], ...]:
    rated = (row for row in found.occupations if row["realistic"] is not None)
    return tuple((row["code"], tuple(row[area] for area in InterestArea.values)) for row in rated)


def _clusters(found: Atlas) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The codes on the pathways of each cluster, in the official order."""
    return tuple(
        (cluster.pk, tuple(row["code"] for row in found.rows_on(found.pathways_of(cluster.pk))))
        for cluster in found.clusters.values()
    )
