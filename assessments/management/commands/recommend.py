import json
import re

from django.core.management.base import BaseCommand, CommandError

from assessments.matching import tier
from assessments.recommend import ranked
from assessments.scoring import HIGHEST_SCORE, LETTERS, SIXTY_ITEMS, area_scores, is_differentiated
from clusters.atlas import atlas
from clusters.choices import JobZone
from clusters.models import Cluster, Occupation

LISTED = 20


class Command(BaseCommand):
    help = "Ranks clusters and occupations for six interest scores, or for the 60 answers they come from."

    def add_arguments(self, parser):
        parser.add_argument(
            "scores", nargs="*", metavar="AREA=SCORE", help="All six, 0-40: R=27 I=13 A=23 S=25 E=14 C=14."
        )
        parser.add_argument(
            "--answers", metavar="DIGITS", help="60 digits from 1 to 5 in the order RRIIAASSEECC, five times over."
        )
        parser.add_argument(
            "--zone",
            type=int,
            choices=JobZone.values,
            help="Only occupations that take at most this much preparation. Clusters are ranked by all of theirs.",
        )
        parser.add_argument("--json", action="store_true", help="Everything, for a program to read.")

    def handle(self, *, scores, answers, zone, json, **options):
        if bool(scores) == (answers is not None):
            raise CommandError("Give either six scores, such as R=27 I=13 A=23 S=25 E=14 C=14, or --answers.")
        six = _read_scores(scores) if scores else _read_answers(answers)
        found = _recommend(six, zone)
        if not found["occupations"] and zone is None:
            raise CommandError("There are no occupations with interests. Run load_reference_data first.")
        self.stdout.write(_as_json(found) if json else _as_table(found))


def _read_scores(pairs: list[str]) -> list[float]:
    scores = {}
    for pair in pairs:
        found = re.fullmatch(r"([RIASEC])=(\d+(?:\.\d+)?)", pair.upper(), re.ASCII)
        if not found or float(found[2]) > HIGHEST_SCORE:
            raise CommandError(
                f"“{pair}” is no score. Write a letter of RIASEC and a number from 0 to 40, such as R=27."
            )
        if found[1] in scores:
            raise CommandError(f"{found[1]} is there twice. Give each of the six areas one score.")
        scores[found[1]] = float(found[2]) if "." in found[2] else int(found[2])
    missing = [letter for letter in LETTERS if letter not in scores]
    if missing:
        raise CommandError(f"No score for {', '.join(missing)}. Give each of the six areas one score.")
    return [scores[letter] for letter in LETTERS]


def _read_answers(digits: str) -> list[int]:
    if not re.fullmatch(r"[1-5]*", digits, re.ASCII):
        raise CommandError("An answer is a digit from 1 to 5. Write all 60 one after the other, without spaces.")
    if len(digits) != len(SIXTY_ITEMS):
        raise CommandError(f"There are {len(digits)} answers. Give {len(SIXTY_ITEMS)}, one for each item.")
    return area_scores(dict(enumerate(map(int, digits))), dict(enumerate(SIXTY_ITEMS)))


def _recommend(scores: list[float], zone: int | None) -> dict:
    """What is printed: ``scores``, ``differentiated``, ``clusters`` and ``occupations``, best fit first."""
    found = ranked(atlas(), scores)
    clusters = {pk: rest for pk, *rest in Cluster.objects.values_list("pk", "number", "slug", "title")}
    occupations = Occupation.objects.filter(job_zone__lte=zone) if zone else Occupation.objects.all()
    titles = dict(occupations.values_list("code", "title"))
    return {
        "scores": dict(zip(LETTERS, scores, strict=True)),
        "differentiated": is_differentiated(scores),
        "clusters": [
            dict(zip(("number", "slug", "title", "fit"), (*clusters[cluster.key], round(cluster.fit, 6)), strict=True))
            for cluster in found.clusters
        ],
        "occupations": [
            {"code": code, "title": titles[code], "fit": round(fit, 6), "tier": tier(fit)}
            for code, fit in found.occupations
            if code in titles
        ],
    }


def _as_json(found: dict) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False)


def _as_table(found: dict) -> str:
    lines = ["  ".join(f"{letter} {score}" for letter, score in found["scores"].items())]
    if not found["differentiated"]:
        lines.append("The six scores are too close together for a ranking to mean much.")
    lines += ["", "Clusters", *(f"{row['fit']:6.3f}  {row['number']:>2} {row['title']}" for row in found["clusters"])]
    listed, rest = found["occupations"][:LISTED], found["occupations"][LISTED:]
    lines += [
        "",
        "Occupations",
        *(f"{row['fit']:6.3f}  {row['tier']:5}  {row['code']} {row['title']}" for row in listed),
    ]
    if rest:
        lines.append(f"and {len(rest)} more, which --json lists")
    return "\n".join(lines)
