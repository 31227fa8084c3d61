import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clusters.importers.catalog import import_catalog
from clusters.importers.uploads import TableRefused
from clusters.management.commands._school import find_school


class Command(BaseCommand):
    help = "Takes over a school's course catalog, as a whole or not at all."

    def add_arguments(self, parser):
        parser.add_argument("school", metavar="SCHOOL", help="The school's address, the last part of its page's.")
        parser.add_argument("file", metavar="FILE", type=Path, help="The catalog, as .csv or .xlsx.")
        parser.add_argument("--dry-run", action="store_true", help="Check and report everything, and change nothing.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print the report as JSON.")

    def handle(self, *, school, file, dry_run, as_json, **options):
        school = find_school(school)
        if file.is_dir():
            raise CommandError(f"{file} is a folder. Name the file in it.")
        try:
            with file.open("rb") as stream:
                report = import_catalog(school=school, file=stream, dry_run=dry_run)
        except OSError as error:
            raise CommandError(f"{file} cannot be opened: {error.strerror}.") from error
        except TableRefused as refusal:
            raise CommandError(f"{file.name} was refused. Nothing was changed.\n{refusal}") from refusal
        if as_json:
            self.stdout.write(json.dumps(report.counts(), indent=1))
            return
        for line in report.lines():
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("This was a trial: nothing was changed.")
