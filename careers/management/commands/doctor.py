import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from careers import doctor


class Command(BaseCommand):
    help = "Looks at the whole installation, and says what is wrong and what to do. It changes nothing."
    # It says itself what the system checks would.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print the findings as JSON.")

    def handle(self, *, as_json, **options):
        findings = doctor.examine()
        if as_json:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
        else:
            for finding in findings:
                self.stdout.write(str(finding))
        if problems := sum(finding.level == doctor.PROBLEM for finding in findings):
            raise CommandError(f"To be mended: {problems}.")
        if not as_json:
            self.stdout.write("The site is in order.")
