from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from schools import passwords, services
from schools.choices import Role
from schools.models import School, User

SUPERUSER = "demo"
SCHOOL = "lincoln"
LOGINS = {
    "editor": Role.DISTRICT_EDITOR,
    "lead": Role.SCHOOL_LEAD,
    "counselor": Role.COUNSELOR,
    "viewer": Role.VIEWER,
}


class Command(BaseCommand):
    help = "Makes a login for each role of the demo district, and prints them. Each run gives them new passwords."

    def add_arguments(self, parser):
        parser.add_argument("--off", action="store_true", help="Switch the logins off, before the site is served.")

    @transaction.atomic
    def handle(self, *args, off, **options):
        if off:
            count = User.objects.filter(username__in=[SUPERUSER, *LOGINS], is_active=True).update(is_active=False)
            self.stdout.write(f"Logins of the demo switched off: {count}.")
            return
        if settings.SECURE_SSL_REDIRECT:
            raise CommandError(
                "This site is served to the world (HTTPS=true), and logins to try things do not belong there. "
                "Use createsuperuser and add_staff. Nothing was changed."
            )
        school = School.objects.filter(slug=SCHOOL).first()
        self.stdout.write(f"Logins for /admin/, with passwords of this run:\n\n{'name':<12}{'password':<27}role")
        self._login(SUPERUSER, "Superuser", is_superuser=True)
        for name, role in LOGINS.items():
            of_school = None if role == Role.DISTRICT_EDITOR else school
            if role != Role.DISTRICT_EDITOR and school is None:
                continue
            user = self._login(name, f"{role.label}, {of_school}" if of_school else role.label)
            services.give_role(user=user, role=role, school=of_school, by=user)
        if school is None:
            self.stdout.write(
                "\nThe demo schools are not here, and so no login of a school was made: run load_demo_schools first."
            )

    def _login(self, name, role, *, is_superuser=False):
        # A password that is made up anew is known only to who sees this table; a fixed one would be known to everybody.
        password = passwords.generate()
        user, _created = User.objects.get_or_create(username=name)
        user.is_staff, user.is_active, user.is_superuser = True, True, is_superuser
        user.set_password(password)
        user.save()
        self.stdout.write(f"{name:<12}{password:<27}{role}")
        return user
