import json

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from careers import backups, upgrades


class Command(BaseCommand):
    help = (
        "Writes the whole database to one file in BACKUP_DIR, while the site runs, and deletes backups older than "
        "BACKUP_KEEP_DAYS. The newest one always stays, and the newest that was verified."
    )

    def add_arguments(self, parser):
        parser.add_argument("--verify", action="store_true", help="Restore it into a scratch database first.")
        parser.add_argument("--dry-run", action="store_true", help="Only say which old backups would be deleted.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Say what was made as JSON.")

    def handle(self, *, verify, dry_run, as_json, **options):
        if dry_run:
            self._list(backups.outdated(), "would be deleted")
            return
        try:
            with upgrades.stoppable():
                backup, manifest = backups.make(connection=connection, verify=verify)
        except KeyboardInterrupt:
            raise CommandError("Interrupted: no backup was made.", returncode=upgrades.INTERRUPTED) from None
        except backups.BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        outdated = self._forget()
        if as_json:
            described = backups.described(backup.file, manifest, verified=verify)
            self.stdout.write(json.dumps(described | {"deleted": [old.file.name for old in outdated]}))
            return
        state = "It was restored on trial, and is good." if verify else "Not yet verified: see verify_backup."
        self.stdout.write(f"{backup.file}: {manifest.rows:,} rows in {len(manifest.tables)} tables. {state}")
        self._list(outdated, "deleted")

    @staticmethod
    def _forget():
        backups.forget_unfinished()
        outdated = backups.outdated()
        for old in outdated:
            old.delete()
        return outdated

    def _list(self, outdated, verb):
        for backup in outdated:
            self.stdout.write(f"{backup.file.name}: {verb}.")
        if not outdated:
            self.stdout.write("No backup is old enough to be deleted.")
