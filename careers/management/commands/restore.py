from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from careers import backups, upgrades
from clusters.models import ContentVersion


class Command(BaseCommand):
    help = "Brings a backup back, and then deletes what has expired since. Stop the site while it runs."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--replace",
            metavar="DATABASE",
            help="Needed where the database has content: its name, to show you mean it.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Prove the backup, say what a restore would do.")

    def handle(self, *, file, replace, dry_run, **options):
        name = backups.database_name(connection)
        if replace not in (None, name):
            raise CommandError(f"The database is called {name}, not {replace}. Nothing was changed.")
        try:
            if dry_run:
                self._preview(file, name)
                return
            with upgrades.stoppable(), upgrades.alone(connection, self.stdout.write):
                self._restore(file, name, replace)
        except backups.BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        except KeyboardInterrupt:
            raise CommandError(
                "The restore was interrupted. Run it again before you start the site.", returncode=upgrades.INTERRUPTED
            ) from None
        self.stdout.write("Start the site again. Students who had begun since then begin anew.")

    def _preview(self, file, name):
        manifest = backups.check(file, connection=connection)
        self.stdout.write(
            f"{file} is good: {manifest.rows:,} rows in {len(manifest.tables)} tables, "
            f"from {manifest.made_at}, version {manifest.site_version}."
        )
        if backups.is_empty(connection):
            self.stdout.write(f"The database {name} is empty: the backup would be put into it.")
        else:
            self.stdout.write(f"All content of the database {name} would be deleted; that needs --replace {name}.")
        self.stdout.write("This was a trial. Nothing was changed.")

    def _restore(self, file, name, replace):
        if replace is None and not backups.is_empty(connection):
            raise CommandError(
                f"The database {name} has content, which a restore would delete. Make a backup of it, then "
                f"repeat the command with --replace {name}. Nothing was changed."
            )
        seen = _version()
        manifest = backups.restore(file, connection=connection)
        self.stdout.write(
            f"Restored: {manifest.rows:,} rows in {len(manifest.tables)} tables, as they were at {manifest.made_at}."
        )
        upgrades.without_time_limit(connection)
        older = upgrades.pending(connection)
        call_command("migrate", interactive=False, verbosity=0)
        ContentVersion.leap(beyond=seen)
        self.stdout.write("Deleting what has expired since the backup was made:")
        call_command("purge_expired", stdout=self.stdout)
        if older:
            self.stdout.write(
                "The backup was of an older version. Run: manage.py upgrade, which brings its data up to date too."
            )


def _version() -> int:
    """The content version of what is to be replaced; 0 where nothing is there yet."""
    there = ContentVersion._meta.db_table in connection.introspection.table_names()
    return ContentVersion.current() if there else 0
