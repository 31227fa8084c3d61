"""Six scores from answers, by hand, and when they say nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring import (
    AREAS,
    HIGHEST_SCORE,
    SIXTY_ITEMS,
    agreement,
    area_scores,
    is_contradictory,
    is_differentiated,
    is_straight_lined,
    spread,
)
from clusters.choices import InterestArea

SIXTY = dict(enumerate(SIXTY_ITEMS, start=1))
THIRTY = dict(enumerate(AREAS * 5, start=1))


def likes(areas: dict[int, str], **answers: int) -> dict[int, int]:
    """The same answer to every item of an area; 3 where none is given."""
    return {item: answers.get(area, 3) for item, area in areas.items()}


def test_areas_are_those_of_the_content():
    assert list(AREAS) == InterestArea.values


def test_sixty_items_take_the_areas_in_turn():
    assert [area[0] for area in SIXTY_ITEMS[:14]] == list("rriiaasseeccrr")
    assert len(SIXTY_ITEMS) == 60


def test_ten_answers_an_area_score_zero_to_four_each():
    answers = likes(SIXTY, realistic=5, investigative=1, artistic=4, social=2)
    answers[5], answers[6] = 1, 2  # The first two artistic items.
    assert area_scores(answers, SIXTY) == [40, 0, 25, 10, 20, 20]


def test_five_answers_an_area_count_twice():
    answers = likes(THIRTY, realistic=5, investigative=1)
    answers[1] = 4
    assert area_scores(answers, THIRTY) == [38, 0, 20, 20, 20, 20]


@pytest.mark.parametrize("wrong", [0, 6, -1, 2.5, "3", None])
def test_an_impossible_answer_is_refused(wrong):
    with pytest.raises(ValueError, match="is no answer"):
        area_scores(likes(SIXTY) | {7: wrong}, SIXTY)


def test_a_missing_and_a_surplus_answer_are_refused():
    answers = likes(SIXTY)
    with pytest.raises(ValueError, match="60 items"):
        area_scores(answers | {61: 3}, SIXTY)
    del answers[60]
    with pytest.raises(ValueError, match="60 items"):
        area_scores(answers, SIXTY)


def test_areas_without_balance_are_refused():
    with pytest.raises(ValueError, match="same number of items"):
        area_scores({1: 3, 2: 3}, {1: "realistic", 2: "social"})
    with pytest.raises(ValueError, match="same number of items"):
        area_scores(likes(SIXTY), SIXTY | {1: "social"})


@given(st.lists(st.integers(1, 5), min_size=60, max_size=60))
def test_scores_mirror_when_answers_do(digits):
    answers = dict(zip(SIXTY, digits, strict=True))
    scores = area_scores(answers, SIXTY)
    assert all(0 <= score <= HIGHEST_SCORE for score in scores)
    assert area_scores({item: 6 - answer for item, answer in answers.items()}, SIXTY) == [40 - s for s in scores]
    assert sum(scores) == sum(digits) - 60


def test_a_shape_needs_six_points():
    assert spread([20, 15, 20, 18, 20, 20]) == 5
    assert not is_differentiated([20, 15, 20, 18, 20, 20])
    assert is_differentiated([20, 14, 20, 18, 20, 20])
    assert not is_differentiated([0] * 6)


def test_nine_of_ten_equal_answers_are_a_straight_line():
    answers = likes(SIXTY)
    answers |= dict.fromkeys(range(1, 7), 5)
    assert is_straight_lined(answers)
    assert not is_straight_lined(answers | {7: 5})


def test_halves_that_agree_and_halves_that_contradict():
    consistent = likes(SIXTY, realistic=5, investigative=4, social=1)
    assert agreement(consistent, SIXTY) == pytest.approx(1)
    assert not is_contradictory(agreement(consistent, SIXTY))
    # Every area comes in pairs, so odd and even items are the two halves.
    torn = {item: consistent[item] if item % 2 else 6 - consistent[item] for item in SIXTY}
    assert agreement(torn, SIXTY) == pytest.approx(-1)
    assert is_contradictory(agreement(torn, SIXTY))


def test_agreement_is_stepped_up_to_full_length():
    # Totals of the halves: 20 0 0 0 0 0 and 20 20 0 0 0 0, which correlate at 0.632.
    answers = likes(SIXTY, **dict.fromkeys(AREAS, 1)) | {item: 5 for item, area in SIXTY.items() if area == "realistic"}
    answers |= {item: 5 for item, area in SIXTY.items() if area == "investigative" and item % 2 == 0}
    half = (2 / 5) ** 0.5
    assert agreement(answers, SIXTY) == pytest.approx(2 * half / (1 + half))


def test_a_flat_half_contradicts_nothing():
    assert agreement(likes(SIXTY), SIXTY) is None
    assert not is_contradictory(agreement(likes(SIXTY), SIXTY))
