from functools import partial

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from careers import backups, upgrades


class Command(BaseCommand):
    help = (
        "Brings database, reference data, search index and static files to the version of the code: after every "
        "update, and for a new site. It makes a backup first, and can be interrupted and repeated."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, and change nothing.")

    def handle(self, *, dry_run, **options):
        if dry_run:
            self._preview()
            return
        upgrades.close_new_file(connection)
        step = "start"
        with upgrades.stoppable():
            try:
                with upgrades.alone(connection, self.stdout.write):
                    for name, run in self._steps():
                        step = name
                        run()
            except KeyboardInterrupt:
                raise CommandError(
                    f"The upgrade was interrupted at “{step}”. Nothing is left half done. Run it again to finish it.",
                    returncode=upgrades.INTERRUPTED,
                ) from None
            except Exception as error:
                raise CommandError(
                    f"The upgrade stopped at “{step}”: {error}\nMend that and run it again: what is done is not done twice."
                ) from error
        self.stdout.write(f"The site is at version {backups.site_version()}. Restart it, then ask manage.py doctor.")

    def _steps(self):
        yield "backup", self._backup
        yield "migrate", self._migrate
        for name, arguments, words in upgrades.STEPS:
            yield name, partial(self._call, name, arguments, words)

    def _call(self, name, arguments, words):
        self.stdout.write(f"{words}:")
        call_command(name, **arguments, stdout=self.stdout)

    def _preview(self):
        pending = upgrades.pending(connection)
        for name in pending:
            self.stdout.write(f"Migration to run: {name}")
        if pending:
            self.stdout.write("What the reference data would change can be said after the migrations.")
            return
        self.stdout.write("No migration is missing.")
        call_command("load_reference_data", dry_run=True, stdout=self.stdout)

    def _backup(self):
        if backups.is_empty(connection):
            self.stdout.write("The database is empty: there is nothing to back up.")
            return
        backup, manifest = backups.make(connection=connection)
        self.stdout.write(f"Backup: {backup.file}, {manifest.rows:,} rows.")

    def _migrate(self):
        pending = upgrades.pending(connection)
        upgrades.without_time_limit(connection)
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(f"Migrations run: {len(pending)}." if pending else "Migrations: none was missing.")
