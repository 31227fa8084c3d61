"""How long search takes on all titles, beside a scan of the same titles: ``python benchmarks/search.py``.

Uses the configured database (DATABASE_URL), which has to hold the reference data.
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
from django.db import connection  # noqa: E402

from clusters import search  # noqa: E402
from clusters.models import AlternateTitle, Occupation, SearchEntry  # noqa: E402

# Words that are in thousands of titles, and queries that have to be tried more than one way.
HARD = [
    "operator", "technician", "manager", "engineer", "teacher", "machine operator", "nurse", "a", "st", "pre",
    "how do i become a nurse", "jobs with animals", "purple nurse unicorn", "film director", "xylophone qwertz",
]  # fmt: skip
ROUNDS = 3


def queries() -> list[str]:
    """About 200: hard ones, titles, words, misspelled words, beginnings and codes; the same in every run."""
    chance = random.Random(1)  # noqa: S311 (no secret)
    titles = chance.sample(sorted(set(AlternateTitle.objects.values_list("title", flat=True))), 60)
    words = chance.sample(sorted({word.lower() for title in titles for word in title.split() if len(word) > 5}), 45)
    codes = chance.sample(sorted(Occupation.objects.values_list("code", flat=True)), 20)
    misspelled = [word[:3] + word[4:] for word in words]
    beginnings = [word[:4] for word in words[:20]]
    return [*HARD, *titles, *words, *misspelled, *beginnings, *(code[:7] for code in codes)]


def scan(query: str) -> list[int]:
    """What one would write first: every word somewhere in the title, short titles first."""
    entries = SearchEntry.objects.all()
    for word in query.split():
        entries = entries.filter(title__icontains=word)
    return list(entries.order_by("length", "title").values_list("target", flat=True)[:50])


def measure(find: Callable[[str], object], asked: list[str]) -> list[float]:
    """The times of all rounds, in milliseconds, in rising order."""
    return sorted(_time(find, query) for _ in range(ROUNDS) for query in asked)


def _time(find: Callable[[str], object], query: str) -> float:
    start = time.perf_counter()
    find(query)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    asked = queries()
    first = _time(search.search, "nurse")
    lines = [f"{connection.vendor}, {SearchEntry.objects.count():,} names, {len(asked)} queries, milliseconds", ""]
    lines.append(f"{'':24}{'p50':>8}{'p95':>8}{'most':>8}")
    for label, find in (("search", search.search), ("scan with LIKE", scan)):
        times = measure(find, asked)
        p95 = statistics.quantiles(times, n=20)[-1]
        lines.append(f"{label:24}{statistics.median(times):8.1f}{p95:8.1f}{times[-1]:8.1f}")
    lines.append(f"{'first after a change':24}{first:8.1f}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
