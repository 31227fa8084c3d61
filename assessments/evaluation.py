"""How often each way to rank clusters finds the right one, asked of made-up students. Pure arithmetic.

Each occupation in turn is a student: its interests scaled to 0-40, stretched around their mean by a factor of 0.6-1.2 and moved
by -8 to +8 points, because people differ in how high they rate, with noise on each score, rounded and cut to 0-40. The
occupation itself is left out of everything the student is compared with; its clusters are the right answer.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from assessments.matching import Profiles, cluster_distances, occupation_fits, unit_vector
from assessments.scoring import HIGHEST_SCORE

NOISE_LEVELS = (0.0, 2.5, 5.0, 8.0)
STRETCH = (0.6, 1.2)
SHIFT = (-8, 8)
LOWEST_INTEREST, HIGHEST_INTEREST = 1, 7
# Iachan (1984): what it counts when the first, second, third letter of one code is the first, second, third of another.
CODE_AGREEMENT = ((22, 10, 4), (10, 5, 2), (4, 2, 1))


@dataclass(frozen=True)
class Student:
    """The occupation (place in Profiles.codes) a student stands for, and the scores of two sittings."""

    place: int
    first: tuple[int, ...]
    second: tuple[int, ...]


@dataclass(frozen=True)
class Figures:
    """What a method achieved at one noise level; all figures are shares from 0 to 1.

    ``least_shown`` is the share of top-three places of the cluster that has the fewest. ``stability`` is the share of the top
    three that is there again when the same person answers with fresh noise.
    """

    method: str
    noise: float
    first: float
    top_three: float
    top_five: float
    least_shown: float
    stability: float


class Situation:
    """What all methods know about one sitting: the fits with the student's own occupation left out, and the clusters."""

    def __init__(self, profiles: Profiles, place: int, scores: Sequence[float], sums: list[list[float]]):
        self.profiles, self.place, self.scores, self.sums = profiles, place, scores, sums
        self.unit = unit_vector(scores)
        self.fits = occupation_fits(profiles, self.unit)
        self.fits[place] = -math.inf
        self.order = sorted(range(len(self.fits)), key=self.fits.__getitem__, reverse=True)
        self.own = [place in cluster.members for cluster in profiles.clusters]

    def mean_interests(self) -> Iterator[list[float]]:
        """Each cluster's total interests without the student's occupation; as good as the mean for anything about shape."""
        left_out = self.profiles.interests[self.place]
        for total, own in zip(self.sums, self.own, strict=True):
            yield [a - b for a, b in zip(total, left_out, strict=True)] if own else total

    def sorted_fits(self) -> list[list[float]]:
        """The fits of each cluster's occupations, best first, without the student's own."""
        fits = [sorted(cluster.pick(self.fits), reverse=True) for cluster in self.profiles.clusters]
        return [values[:-1] if own else values for values, own in zip(fits, self.own, strict=True)]


def three_letter_code(situation: Situation) -> list[float]:
    """How well the student's three highest areas agree with those of the cluster's mean interests (Iachan 1984)."""
    code = _code(situation.scores)
    return [_agreement(code, _code(interests)) for interests in situation.mean_interests()]


def centroid(situation: Situation) -> list[float]:
    """The correlation with the cluster's mean interests."""
    units = map(unit_vector, situation.mean_interests())
    return [sum(a * b for a, b in zip(situation.unit, unit, strict=True)) for unit in units]


def mean_of_all(situation: Situation) -> list[float]:
    """The mean fit of the cluster's occupations."""
    return [sum(fits) / len(fits) for fits in situation.sorted_fits()]


def mean_of_best(count: int) -> Callable[[Situation], list[float]]:
    """The mean fit of the cluster's ``count`` best-fitting occupations."""

    def ranked(situation: Situation) -> list[float]:
        return [sum(fits[:count]) / len(fits[:count]) for fits in situation.sorted_fits()]

    return ranked


def chosen(situation: Situation) -> list[float]:
    """The cluster fit of assessments.matching."""
    return [-distance for distance in cluster_distances(situation.profiles, situation.fits, situation.order)]


METHODS: dict[str, Callable[[Situation], list[float]]] = {
    "three-letter code": three_letter_code,
    "centroid": centroid,
    "mean of all": mean_of_all,
    "mean of top 5": mean_of_best(5),
    "mean of top 10": mean_of_best(10),
    "chosen": chosen,
}


def students(profiles: Profiles, *, noise: float, count: int, seed: int) -> Iterator[Student]:
    """``count`` students with noise of a standard deviation of ``noise`` points; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    rated = [place for place, unit in enumerate(profiles.units) if any(unit)]
    chance.shuffle(rated)
    for number in range(count):
        place = rated[number % len(rated)]
        points = HIGHEST_SCORE / (HIGHEST_INTEREST - LOWEST_INTEREST)
        interests = [(interest - LOWEST_INTEREST) * points for interest in profiles.interests[place]]
        mean, stretch, shift = sum(interests) / 6, chance.uniform(*STRETCH), chance.uniform(*SHIFT)
        true = [(score - mean) * stretch + mean + shift for score in interests]
        first, second = (
            tuple(min(HIGHEST_SCORE, max(0, round(score + chance.gauss(0, noise)))) for score in true)
            for _sitting in range(2)
        )
        yield Student(place, first, second)


def evaluate(profiles: Profiles, *, noise: float, asked: Iterable[Student]) -> list[Figures]:
    """The figures of all methods for the students of one noise level. Every cluster needs two occupations or more."""
    sums = [
        [math.fsum(column) for column in zip(*cluster.pick(profiles.interests), strict=True)]
        for cluster in profiles.clusters
    ]
    tallies = {method: _Tally(len(profiles.clusters)) for method in METHODS}
    for student in asked:
        first = Situation(profiles, student.place, student.first, sums)
        same = student.first == student.second
        second = first if same else Situation(profiles, student.place, student.second, sums)
        for method, rank in METHODS.items():
            ranking = _ranking(rank(first))
            tallies[method].add(ranking, ranking if same else _ranking(rank(second)), first.own)
    return [tally.figures(method, noise) for method, tally in tallies.items()]


class _Tally:
    def __init__(self, clusters: int):
        self.students = self.overlap = 0
        self.hits = {1: 0, 3: 0, 5: 0}
        self.shown = [0] * clusters

    def add(self, ranking: list[int], again: list[int], own: list[bool]) -> None:
        self.students += 1
        self.overlap += len(set(ranking[:3]) & set(again[:3]))
        for count in self.hits:
            self.hits[count] += any(own[cluster] for cluster in ranking[:count])
        for cluster in ranking[:3]:
            self.shown[cluster] += 1

    def figures(self, method: str, noise: float) -> Figures:
        hits = [hit / self.students for hit in self.hits.values()]
        return Figures(method, noise, *hits, min(self.shown) / sum(self.shown), self.overlap / sum(self.shown))


def _ranking(values: Sequence[float]) -> list[int]:
    return sorted(range(len(values)), key=values.__getitem__, reverse=True)


def _code(values: Sequence[float]) -> list[int]:
    return _ranking(values)[:3]


def _agreement(one: Sequence[int], other: Sequence[int]) -> int:
    return sum(
        CODE_AGREEMENT[place][other_place]
        for place, area in enumerate(one)
        for other_place, other_area in enumerate(other)
        if area == other_area
    )
