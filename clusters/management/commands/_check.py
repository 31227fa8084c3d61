"""What the commands that check content have in common."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from clusters.findings import Finding


class CheckCommand(BaseCommand):
    """Prints findings, for people or as JSON, and fails when there are any."""

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print the findings as JSON.")

    def report(self, findings: Sequence[Finding], *, checked: str, as_json: bool) -> None:
        """``checked`` says what was looked at, such as "108 programs"."""
        if as_json:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
        else:
            for finding in findings:
                self.stdout.write(str(finding))
        if findings:
            raise CommandError(f"{len(findings)} findings in {checked}.")
        if not as_json:
            self.stdout.write(f"No findings in {checked}.")
