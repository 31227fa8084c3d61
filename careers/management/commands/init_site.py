from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from careers.env import add_arguments
from schools.choices import Role


class Command(BaseCommand):
    help = "Begins a site: settings in .env, the database with all content, and the account of the first editor."

    def add_arguments(self, parser):
        add_arguments(parser)

    def handle(self, *, editor, **options):
        """What is left to do after ``careers.env.begin_site``, which runs before there are settings."""
        role = str(Role.DISTRICT_EDITOR)
        try:
            call_command("upgrade", stdout=self.stdout)
        except CommandError as error:
            raise CommandError(
                f"{error}\nThe settings are in .env. When it is mended, run: manage.py upgrade; "
                f"then: manage.py add_staff {editor} --role {role}"
            ) from error
        call_command("add_staff", editor, role=role, stdout=self.stdout)
        self.stdout.write("Now start the site, and ask: manage.py doctor")
