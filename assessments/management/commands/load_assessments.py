from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.instruments import InstrumentProblem, load


class Command(BaseCommand):
    help = "Loads interest assessments from a fixture: the project's own, or one of the district's in the same form."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, default=settings.BASE_DIR / "fixtures" / "assessments.json")

    def handle(self, *args, file, **options):
        try:
            for name, state in load(file).items():
                self.stdout.write(f"{name}: {state}")
        except InstrumentProblem as problem:
            raise CommandError(str(problem)) from problem
