from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from assessments import services


class Command(BaseCommand):
    help = "Deletes the results of students and the browser sessions whose time is over. Run it daily."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say how many would be deleted.")

    def handle(self, *args, dry_run, **options):
        sessions = Session.objects.filter(expire_date__lt=timezone.now()).count()
        results = services.purge_expired(dry_run=dry_run)
        if not dry_run:
            call_command("clearsessions")
        verb = "would be deleted" if dry_run else "deleted"
        self.stdout.write(f"Results {verb}: {results}. Sessions {verb}: {sessions}.")
