import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from careers import backups


class Command(BaseCommand):
    help = "Restores a backup into a scratch database and compares every table with what was backed up."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="Without it, the newest in BACKUP_DIR.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Say what was found as JSON.")

    def handle(self, *, file, as_json, **options):
        if file is None:
            newest = backups.kept()[:1]
            if not newest:
                raise CommandError("There is no backup yet. Make one: manage.py backup.")
            file = newest[0].file
        try:
            manifest = backups.check(file, connection=connection)
        except backups.BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        backups.mark_verified(file)
        if as_json:
            self.stdout.write(json.dumps(backups.described(file, manifest, verified=True)))
            return
        self.stdout.write(
            f"{file} is good: {manifest.rows:,} rows in {len(manifest.tables)} tables came back as they were, "
            f"from {manifest.made_at}, version {manifest.site_version}."
        )
