from io import BytesIO
from pathlib import Path

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from clusters.importers.catalog import export_catalog
from clusters.management.commands._school import find_school


class Command(BaseCommand):
    help = "Writes a school's course catalog to a file that import_catalog takes."

    def add_arguments(self, parser):
        parser.add_argument("school", metavar="SCHOOL", help="The school's address, the last part of its page's.")
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="Where to write it; the name ends in .csv or .xlsx."
        )

    def handle(self, *, school, file, **options):
        school = find_school(school)
        written = File(BytesIO(), name=file.name)
        try:
            export_catalog(courses=school.catalog_courses.all(), file=written)
            file.write_bytes(written.file.getvalue())
        except ValueError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{school.catalog_courses.count():,} courses of {school} written to {file}.")
