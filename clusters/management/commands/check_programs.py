import json
import sys
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from clusters.program_checks import check, check_coverage, for_checks

BATCH = 200


class Command(BaseCommand):
    help = "Checks every program of study that is not archived against the rules, and says what is missing."

    def add_arguments(self, parser):
        parser.add_argument("slug", nargs="*", help="Only these programs; without it, all of them and the coverage.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print the findings as JSON.")

    def handle(self, *, slug, as_json, **options):
        programs = for_checks().filter(slug__in=slug) if slug else for_checks()
        count = programs.count()
        steps = tqdm(programs.iterator(BATCH), total=count, desc="programs", file=sys.stderr, leave=False, disable=None)
        findings = list(check(steps))
        if not slug:
            findings += check_coverage()
        if as_json:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
        else:
            for finding in findings:
                self.stdout.write(str(finding))
        if findings:
            raise CommandError(f"{len(findings)} findings in {count} programs.")
        if not as_json:
            self.stdout.write(f"Programs checked: {count}. Nothing is missing.")
