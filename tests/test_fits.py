"""Rows of what fits: their words, their numbers, and that nothing gets out of its place."""

import pytest

from assessments.matching import BEST, GREAT
from careers.templatetags.fits import cluster_fit_rows, fit_words, occupation_fit_rows, put_aside

ROW = {
    "code": "29-1141.00", "url": "/occupations/29-1141.00/", "title": "Registered Nurses", "summary": "", "zone": None,
    "wage_median": 93600, "wage_top_coded": False, "hourly_wage_median": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("fit", "words"),
    [(1, "Best fit"), (BEST, "Best fit"), (GREAT, "Great fit"), (0.01, "Some fit"), (0, "Little in common")],
)
def test_fit_in_words(fit, words):
    assert fit_words(fit) == words


def test_rounded_number_does_not_change_the_words():
    clusters = [{"url": "/", "title": "Almost", "fit": BEST - 0.0005}]
    assert '<td>Great fit <span class="quiet">0.73</span></td>' in cluster_fit_rows(clusters)


def test_same_occupation_has_the_fit_of_each_student():
    one, other = (occupation_fit_rows([ROW | {"fit": fit}]) for fit in (0.91, -0.2))
    assert 'Best fit <span class="quiet">0.91</span>' in one
    assert 'Little in common <span class="quiet">−0.20</span>' in other
    assert "$94,000" in other
    assert "not rated" in other


def test_words_of_the_data_are_no_markup():
    row = ROW | {"title": "<b>R&D</b>", "summary": "<i>", "code": '"><script>', "fit": 0.5}
    drawn = occupation_fit_rows([row]) + put_aside('"><script>', "<b>R&D</b>")
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert "<script>" not in drawn
    assert "&lt;b&gt;R&amp;D&lt;/b&gt;" in drawn
