from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from schools import services
from schools.choices import Role
from schools.models import School, User


class Command(BaseCommand):
    help = "Gives somebody a role, and makes the account if there is none; prints the password of a new one, once."

    def add_arguments(self, parser):
        parser.add_argument("name", help="the sign-in name")
        parser.add_argument("--role", required=True, help=", ".join(Role.values))
        parser.add_argument("--school", help="the last part of the address of the school's page")

    @transaction.atomic
    def handle(self, *args, name, role, school, **options):
        role = self._role(role)
        school = self._school(role, school)
        user, password = User.objects.filter(username=name).first(), None
        if user is None:
            user, password = self._make(name)
        elif not (user.is_staff and user.is_active):
            raise CommandError(f"The account {name} is switched off. Switch it on first, in the admin under “Users”.")
        services.give_role(user=user, role=role, school=school, by=user)
        self.stdout.write(f"{name}: {role.label}" + (f", {school}" if school else ""))
        if password:
            self.stdout.write(f"Password: {password}\nIt is shown only now. Ask {name} to change it after signing in.")

    @staticmethod
    def _role(value):
        if value not in Role.values:
            raise CommandError(f"There is no role {value}. The roles are: {', '.join(Role.values)}.")
        return Role(value)

    @staticmethod
    def _school(role, slug):
        if role == Role.DISTRICT_EDITOR:
            if slug:
                raise CommandError("A district editor works for all schools: leave out --school.")
            return None
        slugs = list(School.objects.values_list("slug", flat=True))
        known = f"The schools are: {', '.join(slugs)}." if slugs else "There is no school yet; add one in the admin."
        if not slug:
            raise CommandError(f"A {role.label.lower()} works for a school: say which with --school. {known}")
        if slug not in slugs:
            raise CommandError(f"There is no school {slug}. {known}")
        return School.objects.get(slug=slug)

    @staticmethod
    def _make(name):
        try:
            return services.make_account(name=name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
