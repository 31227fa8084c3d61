"""How long one student's recommendation takes, beside the plain way to write it: ``python benchmarks/recommender.py``.

Uses the configured database (DATABASE_URL), which has to hold the reference data. Times are CPU time of this process.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careers.settings")

import django

django.setup()

# Models can be imported once Django is set up.
from assessments import recommend  # noqa: E402
from assessments.matching import Profiles, match  # noqa: E402
from assessments.scoring import SIXTY_ITEMS, area_scores  # noqa: E402
from clusters.atlas import atlas  # noqa: E402

STUDENTS = 100
# The plain way is asked by fewer, so that both take turns of about the same length.
FEWER = 10
ROUNDS = 20
AREAS = dict(enumerate(SIXTY_ITEMS))


def students() -> list[dict[int, int]]:
    """Answers of students who prefer some areas, the same in every run."""
    chance = random.Random(1)  # noqa: S311 (no secret)
    asked = []
    for _student in range(STUDENTS):
        liking = {area: chance.uniform(1.5, 4.5) for area in set(SIXTY_ITEMS)}
        asked.append({item: min(5, max(1, round(chance.gauss(liking[AREAS[item]], 0.8)))) for item in AREAS})
    return asked


def ours(answers: dict[int, int], profiles: Profiles) -> object:
    """Six scores, and all occupations and clusters in order."""
    return match(profiles, area_scores(answers, AREAS))


def plain(answers: dict[int, int], profiles: Profiles) -> object:
    """What one would write first: six scores, and all occupations in order."""
    scores = area_scores(answers, AREAS)
    fits = [
        (statistics.correlation(scores, interests), code)
        for code, interests in zip(profiles.codes, profiles.interests, strict=True)
    ]
    return sorted(fits, reverse=True)


def measure(asked: list[dict[int, int]], profiles: Profiles) -> tuple[float, float]:
    """Milliseconds of CPU for one student, in our way and in the plain way.

    The two take turns, and the best round of each counts, since other programs can only add to it.
    """
    rounds = [(_round(ours, asked, profiles), _round(plain, asked[:FEWER], profiles)) for _ in range(ROUNDS)]
    return min(fast for fast, _slow in rounds), min(slow for _fast, slow in rounds)


def _round(way: Callable[[dict[int, int], Profiles], object], asked: list, profiles: Profiles) -> float:
    start = time.process_time()
    for answers in asked:
        way(answers, profiles)
    return (time.process_time() - start) * 1000 / len(asked)


def main() -> None:
    start = time.process_time()
    profiles = recommend.profiles(atlas())
    first = (time.process_time() - start) * 1000
    fast, slow = measure(students(), profiles)
    lines = [
        f"{len(profiles.codes)} occupations, {len(profiles.clusters)} clusters, milliseconds of CPU for one student",
        "",
        f"{'scores, occupations and clusters ranked':44}{fast:8.2f}",
        f"{'statistics.correlation for each occupation':44}{slow:8.2f}{slow / fast:8.1f} times",
        f"{'first student after a change of interests':44}{first:8.2f}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
