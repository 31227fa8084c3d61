from pathlib import Path

from django.core.management.base import BaseCommand

from clusters.importers import fixtures
from clusters.management.commands._import import progress


class Command(BaseCommand):
    help = "Writes the reference data of this database as fixtures. The same data gives the same bytes."

    def add_arguments(self, parser):
        parser.add_argument(
            "folder", metavar="DIR", nargs="?", type=Path, default=fixtures.FIXTURES, help="By default fixtures/."
        )

    def handle(self, *, folder, **options):
        for name, rows in fixtures.dump(folder=folder, progress=progress).items():
            self.stdout.write(f"{name:30}{rows:>9,} rows")
