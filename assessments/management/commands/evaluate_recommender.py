import json
import sys
from dataclasses import asdict
from statistics import fmean

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from assessments import recommend
from assessments.evaluation import METHODS, NOISE_LEVELS, Figures, evaluate, students
from clusters.atlas import atlas

FIGURES = {
    "first": "own cluster first",
    "top_three": "own cluster in the top three",
    "top_five": "own cluster in the top five",
    "least_shown": "share of top-three places of the least shown cluster",
    "stability": "top three again when answering again",
}
# Eight for each occupation: with half of them, chance moves a share by half a point.
STUDENTS = 7384


class Command(BaseCommand):
    help = "Measures how often each way to rank clusters finds a made-up student's own cluster."

    def add_arguments(self, parser):
        parser.add_argument(
            "--students", type=int, default=STUDENTS, help="At each noise level (default: %(default)s)."
        )
        parser.add_argument("--seed", type=int, default=1, help="The same seed gives the same table (default: 1).")
        parser.add_argument("--json", action="store_true", help="The figures, for a program to read.")

    def handle(self, *, students, seed, json, **options):
        if students < 1:
            raise CommandError("Ask at least one student.")
        profiles = recommend.profiles(atlas())
        if not profiles.clusters:
            raise CommandError("There are no clusters with occupations. Run load_reference_data first.")
        if min(len(cluster.members) for cluster in profiles.clusters) < 2:
            raise CommandError("Each cluster needs two occupations with interests, because one is left out in turn.")
        figures = _measure(profiles, students, seed)
        self.stdout.write(_as_json(figures, students, seed) if json else _as_table(figures, students, seed))


def _measure(profiles, count: int, seed: int) -> list[Figures]:
    figures = []
    with tqdm(total=count * len(NOISE_LEVELS), file=sys.stderr, leave=False, disable=None, unit=" students") as bar:
        for noise in NOISE_LEVELS:
            asked = students(profiles, noise=noise, count=count, seed=seed)
            figures += evaluate(profiles, noise=noise, asked=_counted(asked, bar))
    return figures


def _counted(asked, bar):
    for student in asked:
        yield student
        bar.update()


def _as_json(figures: list[Figures], count: int, seed: int) -> str:
    return json.dumps({"seed": seed, "students": count, "figures": [asdict(row) for row in figures]}, indent=2)


def _as_table(figures: list[Figures], count: int, seed: int) -> str:
    lines = [f"{count:,} students at each noise level, seed {seed}. Noise in points of a score from 0 to 40."]
    width = max(map(len, METHODS)) + 2
    for name, label in FIGURES.items():
        heads = "".join(f"{noise:>8g}" for noise in NOISE_LEVELS)
        lines += ["", f"{label[0].upper()}{label[1:]}", f"{'noise':{width}}{heads}{'mean':>8}"]
        for method in METHODS:
            values = [getattr(row, name) for row in figures if row.method == method]
            cells = "".join(f"{value:8.3f}" for value in (*values, fmean(values)))
            lines.append(f"{method:{width}}{cells}")
    return "\n".join(lines)
