"""From six scores to occupations and clusters. Pure arithmetic; docs/adr/0005-cluster-fit.md says why this and not another way.

The fit of an occupation is the Pearson correlation of the student's six scores with the occupation's six interests. With both
as unit vectors (mean taken off, length one) that is the sum of six products, so that 923 occupations take a fraction of a
millisecond.

The fit of a cluster in one sentence: **it says how close your interests come to those of its occupations, where the
occupations closest to you count most.** The distance to an occupation is 1 - fit. A cluster's distance is a mean of the
distances to its occupations in which half the distance weighs up to sixteen times as much; the cluster's fit is 1 - that
distance, so it reads like an occupation's fit: 0.9 means that the occupations of the cluster that are closest to the student
correlate about 0.9 with the scores, and 1 that all have exactly the student's shape. Two things are evened out:

* a large cluster's occupations are spread out, so only some can be close; the distance is divided by its size to the power
  SIZE_POWER, relative to a cluster of mean size, which is left as it is;
* a cluster so far from all other work that hardly anybody would see it has its distances shortened, just enough that it is
  among the top three for a LEAST_SHARE of the people who do any of the occupations.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

Vector = tuple[float, float, float, float, float, float]

# Limits of the O*NET Interest Profiler: the correlations that are significant for six pairs at 5% and 10%, one-sided
# (Gregory & Lewis 2016).
BEST, GREAT = 0.729, 0.608

# How sharply the nearest occupations outweigh the others: the weight of one is (distance + blur) to the power -4. 3 is too blunt
# where answers are sure, 6 too sharp where they are not.
SHARPNESS = 4
# Distances well below the blur count as nearly equal. It is never less than what rounding and a bad day do to six scores, and
# grows by the distance to the student's tenth-best occupation: somebody who is close to nothing needs a wider look.
LEAST_BLUR = 0.05
NEAREST = 10
# How far a cluster's size is evened out; 0 would show small clusters too often, 0.25 (counting instead of a mean) large ones.
SIZE_POWER = 0.175
# Of all places in the top three. A little above the 3% that is promised, because the share varies with the people asked.
LEAST_SHARE = 0.032
# However remote a cluster is, its distances are shortened to no less than this.
SHORTEST = 0.6
TOP = 3

FARTHEST = 2.0


@dataclass(frozen=True)
class ClusterProfile:
    """A cluster's occupations, as places in Profiles.codes, and what its distances are multiplied with."""

    key: int
    members: tuple[int, ...]
    pick: Callable[[Sequence[float]], tuple[float, ...]]
    centroid: Vector
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class Profiles:
    """All occupations with interests, by code, and the clusters in their official order. Built once for many students."""

    codes: tuple[str, ...]
    interests: tuple[Vector, ...]
    units: tuple[Vector, ...]
    clusters: tuple[ClusterProfile, ...]


class OccupationFit(NamedTuple):
    code: str
    fit: float


class ClusterFit(NamedTuple):
    key: int
    fit: float


class AreaReason(NamedTuple):
    """What one area (place in R I A S E C) adds to a correlation; ``liked`` where both stand above their own mean in it."""

    area: int
    contribution: float
    liked: bool


@dataclass(frozen=True)
class Match:
    """One student's ranking. ``fits`` are in the order of Profiles.codes, ``order`` lists those places, best fit first."""

    profiles: Profiles
    unit: Vector
    fits: list[float]
    order: list[int]
    clusters: list[ClusterFit]

    @cached_property
    def occupations(self) -> list[OccupationFit]:
        """All occupations, best fit first; those that fit equally by code."""
        return [self._occupation(place) for place in self.order]

    @cached_property
    def _weights(self) -> list[float]:
        return _weights(self.fits, _blur(self.fits, self.order))

    def best_in(self, key: int, count: int) -> list[OccupationFit]:
        """The ``count`` occupations of a cluster that fit best."""
        members = frozenset(self._cluster(key).members)
        places = (place for place in self.order if place in members)
        return [self._occupation(place) for place in islice(places, count)]

    def reasons(self, key: int) -> list[AreaReason]:
        """What each area adds to the correlation with the cluster's occupations, most first.

        The occupations are weighted as they are in the cluster's fit; the six contributions add up to their mean correlation.
        An area can also add something because both the student and the occupations have little of it: then it is not ``liked``.
        """
        cluster = self._cluster(key)
        weights = cluster.pick(self._weights)
        units = cluster.pick(self.profiles.units)
        total = sum(weights) or 1.0
        found = []
        for area, own in enumerate(self.unit):
            theirs = sum(weight * unit[area] for weight, unit in zip(weights, units, strict=True)) / total
            found.append(AreaReason(area, own * theirs, liked=own > 0 and theirs > 0))
        return sorted(found, key=lambda reason: -reason.contribution)

    def worth_a_look(self, shown: Sequence[int]) -> ClusterFit | None:
        """A cluster from outside those ``shown``: of the half that is least like them, the one that fits best.

        How alike two clusters are is the correlation of their mean profiles. None where no other cluster fits at all.
        """
        centroids = [self._cluster(key).centroid for key in shown]
        others = [cluster for cluster in self.clusters if cluster.key not in shown]
        others.sort(
            key=lambda cluster: max((_dot(self._cluster(cluster.key).centroid, c) for c in centroids), default=0)
        )
        different = others[: math.ceil(len(others) / 2)]
        return max((cluster for cluster in different if cluster.fit > 0), key=lambda cluster: cluster.fit, default=None)

    def _occupation(self, place: int) -> OccupationFit:
        return OccupationFit(self.profiles.codes[place], self.fits[place])

    def _cluster(self, key: int) -> ClusterProfile:
        return next(cluster for cluster in self.profiles.clusters if cluster.key == key)


def unit_vector(values: Sequence[float]) -> Vector:
    """The six values with their mean taken off, at length one; six zeros for a flat profile, which has no direction."""
    # Asked of the values: six equal decimals can differ from their mean in the last digit.
    if max(values) == min(values):
        return (0.0,) * len(values)
    mean = math.fsum(values) / len(values)
    differences = [value - mean for value in values]
    length = math.hypot(*differences)
    return tuple(difference / length for difference in differences)


def fit(scores: Sequence[float], interests: Sequence[float]) -> float:
    """Pearson correlation of two six-value RIASEC profiles, in [-1, 1].

    ``scores`` are area totals 0-40, ``interests`` occupational interests 1-7; both in the order R I A S E C.
    Returns 0.0 for a flat profile, for which the correlation is undefined. Source: Gregory & Lewis (2016).
    """
    return max(-1.0, min(1.0, _dot(unit_vector(scores), unit_vector(interests))))


def tier(fit: float) -> str:
    """The step of a fit: "best" from .729, "great" from .608, "good" above 0, else "other"."""
    if fit >= BEST:
        return "best"
    if fit >= GREAT:
        return "great"
    return "good" if fit > 0 else "other"


def match(profiles: Profiles, scores: Sequence[float]) -> Match:
    """Rank all occupations and clusters for six scores 0-40. A flat profile fits everything 0.0, in the official order."""
    unit = unit_vector(scores)
    fits = occupation_fits(profiles, unit)
    order = sorted(range(len(fits)), key=fits.__getitem__, reverse=True)
    if any(unit) and fits:
        distances = cluster_distances(profiles, fits, order)
        clusters = [ClusterFit(c.key, max(-1.0, 1.0 - d)) for c, d in zip(profiles.clusters, distances, strict=True)]
        clusters.sort(key=lambda cluster: -cluster.fit)
    else:
        clusters = [ClusterFit(cluster.key, 0.0) for cluster in profiles.clusters]
    return Match(profiles, unit, fits, order, clusters)


def occupation_fits(profiles: Profiles, unit: Vector) -> list[float]:
    """The correlation of a unit vector with each occupation, exact to the last digit or two."""
    r, i, a, s, e, c = unit
    return [r * u + i * v + a * w + s * x + e * y + c * z for u, v, w, x, y, z in profiles.units]


def cluster_distances(profiles: Profiles, fits: Sequence[float], order: Sequence[int]) -> list[float]:
    """The distance to each cluster, from 0 up, in the order of Profiles.clusters.

    An occupation whose fit is minus infinity is left out, as if it were not there: so the evaluation asks about a student who
    is one of the occupations.
    """
    blur = _blur(fits, order)
    weights = _weights(fits, blur)
    left_out = order[-1] if fits[order[-1]] == -math.inf else None
    distances = []
    for cluster in profiles.clusters:
        size = len(cluster.members) - (left_out is not None and left_out in cluster.members)
        total = sum(cluster.pick(weights))
        distance = (total / size) ** (-1 / SHARPNESS) - blur if total else FARTHEST
        distances.append(max(0.0, distance) * cluster.scale)
    return distances


def build_profiles(
    occupations: Iterable[tuple[str, Sequence[float]]], clusters: Iterable[tuple[int, Iterable[str]]]
) -> Profiles:
    """Prepare occupations (code, six interests 1-7) and clusters (key, codes of their occupations, in official order).

    Codes without interests are ignored, and so are clusters that have no others. Takes about half a second for 923
    occupations, because each of them is asked which clusters its people would see.
    """
    occupations = sorted((code, tuple(interests)) for code, interests in occupations)
    codes = tuple(code for code, _interests in occupations)
    interests = tuple(six for _code, six in occupations)
    units = tuple(map(unit_vector, interests))
    place_of = {code: place for place, code in enumerate(codes)}
    found = []
    for key, cluster_codes in clusters:
        members = tuple(sorted({place_of[code] for code in cluster_codes if code in place_of}))
        if members:
            mean = [math.fsum(column) for column in zip(*(units[place] for place in members), strict=True)]
            found.append((key, members, unit_vector(mean)))
    mean_size = sum(len(members) for _key, members, _centroid in found) / max(1, len(found))
    profiles = Profiles(
        codes,
        interests,
        units,
        tuple(
            ClusterProfile(key, members, _picker(members), centroid, (len(members) / mean_size) ** -SIZE_POWER)
            for key, members, centroid in found
        ),
    )
    return _bring_near(profiles)


def _picker(members: tuple[int, ...]) -> Callable[[Sequence], tuple]:
    if len(members) == 1:
        return lambda values: (values[members[0]],)
    return itemgetter(*members)


def _bring_near(profiles: Profiles) -> Profiles:
    """Shorten the distances of clusters that too few people would see in their top three."""
    rows = [_distances_of(profiles, place) for place in range(len(profiles.codes))]
    wanted = math.ceil(LEAST_SHARE * TOP * len(rows))
    factors = [1.0] * len(profiles.clusters)
    # Bringing one cluster near can push another out, which is then brought near in turn. It settles after two or three rounds.
    for _round in range(5):
        scaled = [[distance * factor for distance, factor in zip(row, factors, strict=True)] for row in rows]
        seen = Counter(number for row in scaled for number in sorted(range(len(row)), key=row.__getitem__)[:TOP])
        overlooked = [number for number in range(len(factors)) if seen[number] < wanted and factors[number] > SHORTEST]
        for number in overlooked:
            enough = sorted((_enough_to_be_seen(row, number) for row in scaled), reverse=True)[wanted - 1]
            factors[number] = max(SHORTEST, factors[number] * enough)
        if not overlooked:
            break
    brought = zip(profiles.clusters, factors, strict=True)
    return replace(profiles, clusters=tuple(replace(each, scale=each.scale * factor) for each, factor in brought))


def _distances_of(profiles: Profiles, place: int) -> list[float]:
    """The distances of somebody whose scores are the interests of one occupation, to all others."""
    fits = occupation_fits(profiles, profiles.units[place])
    fits[place] = -math.inf
    return cluster_distances(profiles, fits, sorted(range(len(fits)), key=fits.__getitem__, reverse=True))


def _enough_to_be_seen(row: Sequence[float], number: int) -> float:
    """The factor that brings a cluster just among the nearest three of a person; above 1 where it is there already."""
    third = sorted(distance for other, distance in enumerate(row) if other != number)[TOP - 1 :][:1]
    # A hair more than enough, so that rounding does not leave it fourth.
    return third[0] / row[number] * (1 - 1e-9) if third and row[number] else math.inf


def _blur(fits: Sequence[float], order: Sequence[int]) -> float:
    return LEAST_BLUR + 1 - fits[order[min(NEAREST, len(order)) - 1]]


def _weights(fits: Sequence[float], blur: float) -> list[float]:
    reach = 1 + blur
    return [(reach - fit) ** -SHARPNESS for fit in fits]


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
