"""The evaluation asks what it says it asks, and its figures are those of its seed."""

import random
import statistics
from dataclasses import asdict

import pytest

from assessments.evaluation import (
    METHODS,
    Figures,
    Situation,
    Student,
    evaluate,
    mean_of_best,
    students,
    three_letter_code,
)
from assessments.matching import build_profiles
from tests.assessments.shipped import shipped_profiles


@pytest.fixture(scope="module")
def profiles():
    """Five clusters of twelve occupations, scattered around a shape each."""
    chance = random.Random(7)  # noqa: S311 (no secret)
    occupations, clusters = [], []
    for number in range(5):
        shape = [chance.uniform(1.5, 6.5) for _area in range(6)]
        codes = [f"{number}-{place:02}" for place in range(12)]
        for code in codes:
            occupations.append((code, tuple(min(7, max(1, value + chance.gauss(0, 1))) for value in shape)))
        clusters.append((number, codes))
    return build_profiles(occupations, clusters)


def sums(profiles):
    return [[sum(column) for column in zip(*c.pick(profiles.interests), strict=True)] for c in profiles.clusters]


def test_students_are_the_same_for_the_same_seed(profiles):
    first, again = (list(students(profiles, noise=5, count=30, seed=3)) for _time in range(2))
    assert first == again
    assert first != list(students(profiles, noise=5, count=30, seed=4))


def test_each_occupation_is_asked_in_turn(profiles):
    asked = [student.place for student in students(profiles, noise=0, count=120, seed=1)]
    assert sorted(asked[:60]) == sorted(asked[60:]) == list(range(60))


def test_scores_are_whole_points_in_range(profiles):
    for student in students(profiles, noise=8, count=60, seed=1):
        assert all(isinstance(score, int) and 0 <= score <= 40 for score in student.first + student.second)


def test_without_noise_both_sittings_are_the_occupation_itself(profiles):
    for student in students(profiles, noise=0, count=60, seed=1):
        assert student.first == student.second
        if min(student.first) > 0 and max(student.first) < 40:
            assert statistics.correlation(student.first, profiles.interests[student.place]) > 0.9


def test_the_students_own_occupation_is_left_out(profiles):
    student = next(students(profiles, noise=0, count=1, seed=1))
    situation = Situation(profiles, student.place, student.first, sums(profiles))
    assert [len(fits) for fits in situation.sorted_fits()] == [11 if own else 12 for own in situation.own]
    assert situation.order[-1] == student.place
    own = situation.own.index(True)
    others = [profiles.interests[place] for place in profiles.clusters[own].members if place != student.place]
    expected = [sum(column) for column in zip(*others, strict=True)]
    assert list(situation.mean_interests())[own] == pytest.approx(expected)


def test_a_mean_of_the_best_is_the_mean_of_the_best(profiles):
    situation = Situation(profiles, 0, (30, 10, 20, 5, 8, 12), sums(profiles))
    expected = [statistics.fmean(fits[:5]) for fits in situation.sorted_fits()]
    assert mean_of_best(5)(situation) == pytest.approx(expected)


def test_three_letters_count_by_their_places():
    occupations = [
        ("a", (7, 5, 3, 1, 1, 1)),
        ("b", (3, 5, 7, 1, 1, 1)),
        ("c", (1, 1, 1, 7, 5, 3)),
        ("d", (7, 5, 3, 1, 1, 1)),
    ]
    profiles = build_profiles(occupations, [(1, "ad"), (2, "b"), (3, "c")])
    situation = Situation(profiles, 3, (40, 30, 20, 0, 0, 0), sums(profiles))
    # RIA with RIA: 22 + 5 + 1; with AIR: 4 + 5 + 4; with SEC: nothing in common.
    assert three_letter_code(situation) == [28, 13, 0]


def test_figures_by_hand(profiles, monkeypatch):
    """A method that always names the clusters 0 1 2 3 4 in this order, in the second sitting 4 3 2 1 0."""

    def fixed(situation):
        return [0, 1, 2, 3, 4] if situation.scores[0] == 40 else [4, 3, 2, 1, 0]

    monkeypatch.setattr("assessments.evaluation.METHODS", {"fixed": fixed})
    asked = [Student(place=12 * number, first=(0, 1, 2, 3, 4, 5), second=(40, 1, 2, 3, 4, 5)) for number in range(5)]
    assert evaluate(profiles, noise=2.5, asked=asked) == [
        Figures("fixed", 2.5, 0.2, 0.6, 1.0, 0.0, pytest.approx(1 / 3))
    ]


def test_recorded_figures_of_a_seed():
    """Recorded on the shipped content, so that a change of the simulation or of a method does not pass unnoticed."""
    profiles = shipped_profiles()
    asked = students(profiles, noise=5, count=300, seed=1)
    figures = {row.method: row for row in evaluate(profiles, noise=5, asked=asked)}
    assert list(figures) == list(METHODS)
    assert {method: round(row.top_three, 3) for method, row in figures.items()} == {
        "three-letter code": 0.617,
        "centroid": 0.72,
        "mean of all": 0.717,
        "mean of top 5": 0.767,
        "mean of top 10": 0.757,
        "chosen": 0.773,
    }
    assert round(figures["chosen"].first, 3) == 0.443


def test_all_figures_are_shares(profiles):
    for noise in (0.0, 8.0):
        for row in evaluate(profiles, noise=noise, asked=students(profiles, noise=noise, count=40, seed=2)):
            shares = [value for name, value in asdict(row).items() if name not in ("method", "noise")]
            assert all(0 <= share <= 1 for share in shares)
            assert row.first <= row.top_three <= row.top_five
            assert row.stability == 1 or noise
