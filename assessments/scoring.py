"""From answers to six scores, and how far the scores can be trusted. Pure arithmetic."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import StatisticsError, correlation

# In the order of the hexagon, which is the order of every six values in this app.
AREAS = ("realistic", "investigative", "artistic", "social", "enterprising", "conventional")
LETTERS = tuple(area[0].upper() for area in AREAS)
# The areas of the items of a sixty-item instrument: RRIIAASSEECC five times.
SIXTY_ITEMS = tuple(area for area in AREAS for _twice in range(2)) * 5

LOWEST_ANSWER, HIGHEST_ANSWER = 1, 5
POSSIBLE_ANSWERS = frozenset(range(LOWEST_ANSWER, HIGHEST_ANSWER + 1))
HIGHEST_SCORE = 40

# Six areas that a student likes equally come out about 6.3 points apart when each score varies by 2.5 points from one sitting
# to the next (2.53 standard deviations, the mean range of six draws). Less than that is no shape yet.
LEAST_SPREAD = 6
# The same answer to nine items of ten says that the items were not read, or that they all look the same to the student.
STRAIGHT_LINED = 0.9
# Below this, the two halves of an assessment do not describe the same person (Jackson 1976, after Johnson 2005).
LEAST_AGREEMENT = 0.3


def area_scores(answers: Mapping[int, int], areas: Mapping[int, str]) -> list[int]:
    """The six totals, each 0-40, in the order R I A S E C.

    ``answers`` maps an item to 1 (strongly dislike) to 5 (strongly like), ``areas`` the same items to their area. An answer is
    worth 0-4 points; with fewer or more than ten items an area, the total is stretched to 0-40 and rounded to a whole point.
    Raises ValueError for a missing, surplus or impossible answer, and for areas with unequal numbers of items.
    """
    if answers.keys() != areas.keys():
        raise ValueError(f"There are {len(areas)} items, and each needs one answer.")
    items = Counter(areas.values())
    if items.keys() != set(AREAS) or len(set(items.values())) != 1:
        raise ValueError("Every area needs the same number of items.")
    totals = dict.fromkeys(AREAS, 0)
    for item, answer in answers.items():
        if answer not in POSSIBLE_ANSWERS:
            raise ValueError(f"Item {item}: {answer} is no answer. An answer is a whole number from 1 to 5.")
        totals[areas[item]] += answer - LOWEST_ANSWER
    most = items[AREAS[0]] * (HIGHEST_ANSWER - LOWEST_ANSWER)
    return [round(totals[area] * HIGHEST_SCORE / most) for area in AREAS]


def spread(scores: Sequence[float]) -> float:
    """The points between the highest and the lowest of the six scores (Holland's differentiation)."""
    return max(scores) - min(scores)


def is_differentiated(scores: Sequence[float]) -> bool:
    """Whether the six scores have a shape that would be there again tomorrow: a spread of LEAST_SPREAD points or more."""
    return spread(scores) >= LEAST_SPREAD


def is_straight_lined(answers: Mapping[int, int]) -> bool:
    """Whether one answer was given to nine items of ten, or to more."""
    return max(Counter(answers.values()).values()) >= STRAIGHT_LINED * len(answers)


def agreement(answers: Mapping[int, int], areas: Mapping[int, str]) -> float | None:
    """How alike the two halves of the answers are, from -1 to 1.

    Each area's items are dealt in turn to two halves; the result is the correlation of the six totals of one half with those
    of the other, stepped up to full length (Spearman-Brown). None where a half is flat, so that nothing can be compared.
    """
    halves = [dict.fromkeys(AREAS, 0), dict.fromkeys(AREAS, 0)]
    seen = dict.fromkeys(AREAS, 0)
    for item in sorted(areas):
        area = areas[item]
        halves[seen[area] % 2][area] += answers[item]
        seen[area] += 1
    try:
        half = correlation(list(halves[0].values()), list(halves[1].values()))
    except StatisticsError:
        return None
    # The formula is meant for likeness; for the opposite of likeness it would run beyond -1.
    return 2 * half / (1 + half) if half > 0 else half


def is_contradictory(agreement: float | None) -> bool:
    """Whether one half of the answers says something else than the other half, by how they agree."""
    return agreement is not None and agreement < LEAST_AGREEMENT
