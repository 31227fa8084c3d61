"""What the commands that bring data in have in common."""

import sys
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from clusters.importers.base import Report, one_release
from clusters.importers.tables import ImportProblem


def progress(steps: Iterable, label: str) -> Iterable:
    """Goes through the steps with a bar on stderr, when that is a terminal."""
    return tqdm(steps, desc=label, file=sys.stderr, leave=False, disable=None)


class ImportCommand(BaseCommand):
    """Takes over one release as a whole or not at all, and prints what it did."""

    path_name = ""
    path_help = ""

    def add_arguments(self, parser):
        if self.path_name:
            parser.add_argument("path", metavar=self.path_name, type=Path, help=self.path_help)
        parser.add_argument("--dry-run", action="store_true", help="Check and report everything, and change nothing.")

    def handle(self, *, dry_run, path=None, **options):
        try:
            with one_release(dry_run=dry_run) as report:
                self.take_over(path, report)
        except ImportProblem as problem:
            raise CommandError(f"{problem} Nothing was changed.") from problem
        for line in report.lines():
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("This was a trial: nothing was changed.")

    def take_over(self, path: Path | None, report: Report) -> None:
        """Bring the release at ``path`` into the database."""
        raise NotImplementedError
