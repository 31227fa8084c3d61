import sys

from tqdm import tqdm

from clusters.management.commands._check import CheckCommand
from clusters.program_checks import Facts, check, check_coverage, for_checks

BATCH = 200


class Command(CheckCommand):
    help = "Checks every program of study that is not archived against the rules, and says what is missing."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("slug", nargs="*", help="Only these programs; without it, all of them and the coverage.")

    def handle(self, *, slug, as_json, **options):
        programs = for_checks().filter(slug__in=slug) if slug else for_checks()
        count = programs.count()
        steps = tqdm(programs.iterator(BATCH), total=count, desc="programs", file=sys.stderr, leave=False, disable=None)
        findings = list(check(steps, Facts.load()))
        if not slug:
            findings += check_coverage()
        self.report(findings, checked=f"programs of study: {count}", as_json=as_json)
