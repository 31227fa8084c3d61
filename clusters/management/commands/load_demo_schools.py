import io
import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clusters.adoption import adopt
from clusters.choices import ProgramStatus
from clusters.importers.catalog import COLUMNS, import_catalog
from clusters.models import Program
from clusters.services import set_status
from schools.models import School, User

FILE = settings.BASE_DIR / "fixtures" / "demo_schools.json"


class Command(BaseCommand):
    help = "Makes the three schools of a made-up district, to try the site with. A site that is served to the world refuses."

    @transaction.atomic
    def handle(self, *args, **options):
        if settings.SECURE_SSL_REDIRECT:
            raise CommandError(
                "This site is served to the world (HTTPS=true), and made-up schools do not belong there. Nothing was changed."
            )
        editor, _created = User.objects.get_or_create(username="demo")
        for described in json.loads(FILE.read_text())["schools"]:
            if School.objects.filter(slug=described["slug"]).exists():
                self.stdout.write(f"{described['name']}: is there already, and was left as it is.")
            else:
                self._make(described, editor)

    def _make(self, described, editor):
        programs, catalog = described.pop("programs"), described.pop("catalog")
        school = School.objects.create(**described)
        for wanted in programs:
            model, status = Program.objects.get(slug=wanted.pop("model")), ProgramStatus(wanted.pop("status"))
            program = adopt(program=model, school=school, by=editor)
            Program.objects.filter(pk=program.pk).update(**wanted)
            if status != program.status:
                set_status(programs=Program.objects.filter(pk=program.pk), status=status, by=editor)
        import_catalog(school=school, file=_as_csv(catalog))
        self.stdout.write(f"{school}: {len(programs)} programs of study, {len(catalog)} courses.")


def _as_csv(catalog):
    lines = [",".join(f'"{cell}"' for cell in course) for course in [COLUMNS, *catalog]]
    file = io.BytesIO("\n".join(lines).encode() + b"\n")
    file.name = "catalog.csv"
    return file
