from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from careers import backups


class Command(BaseCommand):
    help = (
        "Writes the whole database to one file in BACKUP_DIR, while the site runs, and deletes backups older than "
        "BACKUP_KEEP_DAYS. The newest one always stays, and the newest that was verified."
    )

    def add_arguments(self, parser):
        parser.add_argument("--verify", action="store_true", help="Restore it into a scratch database first.")
        parser.add_argument("--dry-run", action="store_true", help="Only say which old backups would be deleted.")

    def handle(self, *, verify, dry_run, **options):
        if dry_run:
            self._list(backups.outdated(), "would be deleted")
            return
        try:
            backup, manifest = backups.make(connection=connection, verify=verify)
        except backups.BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        state = "It was restored on trial, and is good." if verify else "Not yet verified: see verify_backup."
        self.stdout.write(f"{backup.file}: {manifest.rows:,} rows in {len(manifest.tables)} tables. {state}")
        backups.forget_unfinished()
        outdated = backups.outdated()
        for old in outdated:
            old.delete()
        self._list(outdated, "deleted")

    def _list(self, outdated, verb):
        for backup in outdated:
            self.stdout.write(f"{backup.file.name}: {verb}.")
        if not outdated:
            self.stdout.write("No backup is old enough to be deleted.")
