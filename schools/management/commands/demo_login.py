import secrets

from django.core.management.base import BaseCommand

from schools.models import User

USERNAME = "demo"


class Command(BaseCommand):
    help = "Makes a staff login to try the editing pages with, and prints it. Each run gives it a new password."

    def handle(self, *args, **options):
        # A password that is made up anew is known only to who sees this line; a fixed one would be known to everybody.
        password = secrets.token_urlsafe(12)
        user, _created = User.objects.get_or_create(username=USERNAME)
        user.is_staff = user.is_superuser = True
        user.set_password(password)
        user.save()
        self.stdout.write(f"Staff login for /admin/: {USERNAME} / {password}")
