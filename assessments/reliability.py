"""How consistently the items of an area measure one thing. Pure arithmetic."""

from collections.abc import Sequence
from statistics import variance

FEWEST_RESULTS = 30


def cronbach_alpha(answers: Sequence[Sequence[int]]) -> float | None:
    """Cronbach's alpha of one area, at most 1; ``answers`` hold one row a student, one column an item of the area.

    None with fewer than 30 students, one item, or no differences between the students. Source: Cronbach (1951).
    """
    if len(answers) < FEWEST_RESULTS or len(answers[0]) < 2:
        return None
    items = len(answers[0])
    of_totals = variance([sum(row) for row in answers])
    if not of_totals:
        return None
    of_items = sum(variance(column) for column in zip(*answers, strict=True))
    return items / (items - 1) * (1 - of_items / of_totals)
