import pytest

from assessments.reliability import cronbach_alpha


def test_items_that_say_the_same_are_fully_reliable():
    assert cronbach_alpha([[n % 5 + 1] * 10 for n in range(50)]) == pytest.approx(1)


def test_by_hand():
    # Two items of variance 2/3 x 30/29 whose sum has the variance 2 x 30/29: 2 x (1 - (4/3) / 2).
    answers = [[1, 1], [2, 3], [3, 2]] * 10
    assert cronbach_alpha(answers) == pytest.approx(2 * (1 - (4 / 3) / 2))


@pytest.mark.parametrize("answers", [[[1, 2]] * 29, [[1]] * 40, [[3, 3]] * 40])
def test_too_little_to_say(answers):
    assert cronbach_alpha(answers) is None
