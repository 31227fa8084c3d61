from django.core.management.base import BaseCommand, CommandError

from schools import second_factor
from schools.models import User


class Command(BaseCommand):
    help = "Lets somebody sign in without a code who lost the phone and the codes on paper. Be sure who is asking."

    def add_arguments(self, parser):
        parser.add_argument("name", help="the sign-in name")

    def handle(self, *args, name, **options):
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no account {name}.")
        if not second_factor.remove(user=user, detail="Removed by a command on the server."):
            raise CommandError(f"The sign-in of {name} asks for no code.")
        self.stdout.write(f"{name} signs in with the password alone now, and can set up a new code.")
