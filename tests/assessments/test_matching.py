"""The arithmetic of fits: what must hold for any scores and interests, and a few things by hand."""

import math
import statistics
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessments import matching
from assessments.matching import build_profiles, cluster_distances, fit, match, occupation_fits, tier, unit_vector
from tests.assessments.shipped import shipped_profiles

SCORES = st.lists(st.integers(0, 40), min_size=6, max_size=6)
INTERESTS = st.lists(st.integers(100, 700).map(lambda hundredths: hundredths / 100), min_size=6, max_size=6)
STUDENT = (27, 13, 23, 25, 14, 14)


def shaped(*values):
    assume(all(len(set(six)) > 1 for six in values))


def hills(count: int, *, around: int, height: float = 5.0) -> list[tuple[float, ...]]:
    """Interests that peak in one area, each a little different."""
    return [
        tuple(1 + (height if area == around else 0) + ((number + 1) * (area + 2) * 7 % 11) / 10 for area in range(6))
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def profiles():
    """Six clusters, one for each area, of two to seven occupations."""
    occupations, clusters = [], []
    for area in range(6):
        codes = [f"{area}{number}" for number in range(2 + area)]
        occupations += zip(codes, hills(len(codes), around=area), strict=True)
        clusters.append((100 + area, codes))
    return build_profiles(occupations, clusters)


@given(SCORES, INTERESTS)
def test_fit_is_the_correlation(scores, interests):
    shaped(scores, interests)
    assert fit(scores, interests) == pytest.approx(statistics.correlation(scores, interests), abs=1e-9)


@given(SCORES, INTERESTS)
def test_fit_is_symmetric_and_bounded(scores, interests):
    assert fit(scores, interests) == fit(interests, scores)
    assert -1 <= fit(scores, interests) <= 1


@given(SCORES, INTERESTS, st.integers(1, 9), st.integers(-50, 50))
def test_fit_ignores_how_high_and_how_wide_somebody_rates(scores, interests, scale, shift):
    rated = [scale * score + shift for score in scores]
    assert fit(rated, interests) == pytest.approx(fit(scores, interests), abs=1e-9)


@given(SCORES, INTERESTS)
def test_the_opposite_student_has_the_opposite_fit(scores, interests):
    assert fit([40 - score for score in scores], interests) == pytest.approx(-fit(scores, interests), abs=1e-9)


@given(SCORES, INTERESTS)
def test_a_flat_profile_fits_nothing(scores, interests):
    assert fit([scores[0]] * 6, interests) == 0
    assert fit(scores, [0.1 + 0.2] * 6) == 0


@given(SCORES)
def test_everybody_fits_themselves(scores):
    shaped(scores)
    assert fit(scores, scores) == pytest.approx(1)
    unit = unit_vector(scores)
    assert math.fsum(unit) == pytest.approx(0, abs=1e-12)
    assert math.hypot(*unit) == pytest.approx(1)


@pytest.mark.parametrize(
    ("value", "step"),
    [
        (1, "best"), (0.729, "best"), (math.nextafter(0.729, 0), "great"), (0.608, "great"),
        (math.nextafter(0.608, 0), "good"), (1e-9, "good"), (0, "other"), (-1, "other"),
    ],
)  # fmt: skip
def test_tiers_at_their_limits(value, step):
    assert tier(value) == step


@given(SCORES)
def test_a_match_ranks_everything_once(profiles, scores):
    found = match(profiles, scores)
    assert sorted(own.code for own in found.occupations) == list(profiles.codes)
    assert sorted(found.order) == list(range(len(profiles.codes)))
    assert sorted(cluster.key for cluster in found.clusters) == [100, 101, 102, 103, 104, 105]
    assert all(-1 <= cluster.fit <= 1 for cluster in found.clusters)
    for ranked in (found.occupations, found.clusters):
        assert all(one.fit >= two.fit for one, two in pairwise(ranked))
    for own in found.occupations:
        interests = profiles.interests[profiles.codes.index(own.code)]
        assert own.fit == pytest.approx(fit(scores, interests), abs=1e-12)


@given(SCORES, st.integers(1, 3), st.integers(-9, 9))
def test_a_match_ignores_how_high_and_how_wide_somebody_rates(profiles, scores, scale, shift):
    plain, rated = match(profiles, scores), match(profiles, [scale * score + shift for score in scores])
    before = {cluster.key: cluster.fit for cluster in plain.clusters}
    assert {cluster.key: cluster.fit for cluster in rated.clusters} == pytest.approx(before, abs=1e-6)


def test_a_flat_match_keeps_the_official_order(profiles):
    found = match(profiles, [17] * 6)
    assert [cluster.key for cluster in found.clusters] == [100, 101, 102, 103, 104, 105]
    assert {own.fit for own in found.occupations} == {cluster.fit for cluster in found.clusters} == {0.0}
    assert found.worth_a_look([100]) is None


def test_the_cluster_of_the_highest_area_comes_first(profiles):
    for area in range(6):
        scores = [10] * 6
        scores[area] = 40
        found = match(profiles, scores)
        assert found.clusters[0].key == 100 + area
        assert found.reasons(100 + area)[0].area == area
        assert found.reasons(100 + area)[0].liked
        assert {own.code[0] for own in found.best_in(100 + area, 2)} == {str(area)}


def test_ties_go_by_code():
    same = hills(1, around=2)[0]
    profiles = build_profiles([("c", same), ("a", same), ("b", same)], [(2, "abc"), (1, "abc")])
    found = match(profiles, STUDENT)
    assert [own.code for own in found.occupations] == ["a", "b", "c"]
    assert [cluster.key for cluster in found.clusters] == [2, 1]


def test_cluster_distance_by_hand():
    """Two occupations at fits 1 and 0 beside ten others: weights 0.05 ** -4 and 1.05 ** -4, and a mean size of six."""
    here, there = (7, 1, 1, 1, 1, 1), (4, 7, 1, 4, 4, 4)
    assert fit(here, there) == pytest.approx(0)
    occupations = [(f"same {number:02}", here) for number in range(10)] + [("there", there)]
    clusters = [(1, ["same 00", "there"]), (2, [code for code, _interests in occupations][:10])]
    profiles = build_profiles(occupations, clusters)
    found = {cluster.key: cluster.fit for cluster in match(profiles, here).clusters}
    distance = ((0.05**-4 + 1.05**-4) / 2) ** (-1 / 4) - 0.05
    assert found[1] == pytest.approx(1 - distance * (2 / 6) ** -0.175)
    assert found[2] == pytest.approx(1)


def test_the_blur_is_as_wide_as_the_tenth_best_is_away(profiles):
    fits = sorted((fit(STUDENT, six) for six in profiles.interests), reverse=True)
    blur = 0.05 + 1 - fits[9]
    members = [
        fit(STUDENT, six) for code, six in zip(profiles.codes, profiles.interests, strict=True) if code[0] == "3"
    ]
    distance = (statistics.fmean((1 - own + blur) ** -4 for own in members)) ** (-1 / 4) - blur
    found = next(cluster.fit for cluster in match(profiles, STUDENT).clusters if cluster.key == 103)
    assert found == pytest.approx(1 - distance * profiles.clusters[3].scale)


def test_leaving_out_is_as_if_the_occupation_were_not_there(profiles):
    place = profiles.codes.index("43")
    fits = occupation_fits(profiles, unit_vector(STUDENT))
    fits[place] = -math.inf
    left_out = cluster_distances(profiles, fits, sorted(range(len(fits)), key=lambda other: -fits[other]))
    without = [pair for pair in zip(profiles.codes, profiles.interests, strict=True) if pair[0] != "43"]
    clusters = [(c.key, [profiles.codes[member] for member in c.members]) for c in profiles.clusters]
    smaller = build_profiles(without, clusters)
    for number, (cluster, again) in enumerate(zip(profiles.clusters, smaller.clusters, strict=True)):
        found = next(found.fit for found in match(smaller, STUDENT).clusters if found.key == cluster.key)
        # What evens out sizes is counted once for all; only the distance itself leaves the occupation out.
        assert left_out[number] / cluster.scale == pytest.approx((1 - found) / again.scale)


def test_reasons_add_up_to_the_weighted_correlation(profiles):
    found = match(profiles, STUDENT)
    for cluster in found.clusters:
        total = sum(reason.contribution for reason in found.reasons(cluster.key))
        fits = [own.fit for own in found.best_in(cluster.key, 99)]
        assert min(fits) - 1e-9 <= total <= max(fits) + 1e-9


def test_a_shared_dislike_is_a_reason_but_no_liking(profiles):
    found = match(profiles, (40, 0, 20, 20, 20, 20))
    reason = {reason.area: reason for reason in found.reasons(100)}
    assert reason[1].contribution > 0
    assert not reason[1].liked
    assert reason[0].liked


def test_worth_a_look_is_from_outside_and_different(profiles):
    found = match(profiles, STUDENT)
    shown = [cluster.key for cluster in found.clusters[:3]]
    look = found.worth_a_look(shown)
    assert look is None or look.key not in shown
    # Everything is shown, so nothing is left.
    assert found.worth_a_look([cluster.key for cluster in found.clusters]) is None


def test_worth_a_look_prefers_fit_among_the_different():
    occupations = [
        ("a", (7, 1, 1, 1, 1, 1)), ("near a", (7, 3, 1, 1, 1, 1)), ("also near a", (7, 1, 1, 1, 1, 3)),
        ("b", (3, 1, 7, 1, 1, 1)), ("c", (3, 1, 1, 7, 1, 1)),
    ]  # fmt: skip
    profiles = build_profiles(occupations, [(number, [code]) for number, (code, _six) in enumerate(occupations)])
    found = match(profiles, (40, 0, 20, 10, 0, 0))
    assert [cluster.key for cluster in found.clusters][:1] == [0]
    assert found.worth_a_look([0]).key == 3


def test_codes_without_interests_and_empty_clusters_are_left_out():
    profiles = build_profiles([("a", hills(1, around=0)[0])], [(1, ["a", "unknown"]), (2, ["unknown"]), (3, [])])
    assert [(cluster.key, cluster.members) for cluster in profiles.clusters] == [(1, (0,))]


def test_no_content_at_all_is_no_error():
    found = match(build_profiles([], []), STUDENT)
    assert (found.occupations, found.clusters) == ([], [])


def test_every_shipped_cluster_is_seen():
    """Of the people who do any of the 923 occupations, each cluster is in the top three for the promised share."""
    shipped = shipped_profiles()
    assert (len(shipped.codes), len(shipped.clusters)) == (923, 16)
    seen = dict.fromkeys(range(16), 0)
    for place in range(923):
        distances = matching._distances_of(shipped, place)
        for number in sorted(range(16), key=distances.__getitem__)[:3]:
            seen[number] += 1
    assert min(seen.values()) / (3 * 923) >= matching.LEAST_SHARE


def test_the_shipped_content_for_one_student():
    """Recorded, so that a change of the arithmetic does not pass unnoticed."""
    found = match(shipped_profiles(), STUDENT)
    assert [cluster.key for cluster in found.clusters][:5] == [3, 2, 13, 10, 9]
    assert found.clusters[0].fit == pytest.approx(0.5076, abs=5e-4)
    assert found.occupations[0].code == "39-5094.00"
    assert found.occupations[0].fit == pytest.approx(0.77343, abs=1e-5)
