"""What pages about programs cost in a large district: 200 schools of 100 programs, beside 3 schools.

``python benchmarks/programs.py`` works on the database of DATABASE_URL, which holds the reference data and no school; all
that it adds is taken back at the end. Times are CPU time of this process, the median of interleaved rounds.
"""

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "careers.settings")

import django

django.setup()

# Models can be imported once Django is set up.
from django.conf import settings  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from tqdm import tqdm  # noqa: E402

from clusters.adoption import PARTS  # noqa: E402
from clusters.models import Program  # noqa: E402
from schools.models import School  # noqa: E402

FEW, MANY, PROGRAMS = 3, 200, 100
ROUNDS = 30


def grow(schools: range) -> None:
    """Add schools, each with a copy of the first hundred model programs, all published."""
    originals = list(Program.objects.published().models().with_parts().order_by("slug")[:PROGRAMS])
    for number in tqdm(schools, desc="schools", file=sys.stderr, leave=False, disable=None):
        school = School.objects.create(slug=f"school-{number}", name=f"School {number:03}")
        copies = Program.objects.bulk_create(
            copy_of(model, slug=f"{school.slug}-{model.slug}", school=school, based_on=model, shipped=None)
            for model in originals
        )
        for part in PARTS:
            part.model.objects.bulk_create(
                copy_of(row, program=program, shipped=None)
                for model, program in zip(originals, copies, strict=True)
                for row in getattr(model, part.name).all()
            )


def copy_of(row: models.Model, **changes) -> models.Model:
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    for name in changes:
        values.pop(row._meta.get_field(name).attname)
    return type(row)(**values, **changes)


def pages() -> dict[str, str]:
    program = Program.objects.filter(school__slug="school-1").order_by("slug").select_related("pathway__cluster")[0]
    return {
        "program": program.get_absolute_url(),
        "model program": program.based_on.get_absolute_url(),
        "pathway": program.pathway.get_absolute_url(),
        "school": "/schools/school-1/",
        "schools": "/schools/",
        "programs": "/programs/",
        "programs of a school": "/programs/?school=school-1",
        "occupation": program.occupations.order_by("code")[0].get_absolute_url(),
    }


def measure(addresses: dict[str, str]) -> dict[str, tuple[float, int]]:
    """For each page the median CPU time in milliseconds and the number of queries."""
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    times = {name: [] for name in addresses}
    queries = {}
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as captured:
            client.get(address, secure=settings.SECURE_SSL_REDIRECT)
        queries[name] = len(captured)
    for _round in range(ROUNDS):
        for name, address in addresses.items():
            start = time.process_time()
            client.get(address, secure=settings.SECURE_SSL_REDIRECT)
            times[name].append((time.process_time() - start) * 1000)
    return {name: (statistics.median(times[name]), queries[name]) for name in addresses}


def main() -> None:
    with transaction.atomic():
        grow(range(1, FEW + 1))
        addresses = pages()
        few = measure(addresses)
        grow(range(FEW + 1, MANY + 1))
        many = measure(addresses)
        count = Program.objects.count()
        transaction.set_rollback(True)
    lines = [
        f"{connection.vendor}, {count:,} programs at {MANY} schools, beside {FEW} schools; CPU time, milliseconds",
        "",
    ]
    lines.append(f"{'page':24}{f'{FEW} schools':>12}{f'{MANY} schools':>14}{'ratio':>8}{'queries':>10}")
    for name in addresses:
        (before, _queries), (after, queries) = few[name], many[name]
        lines.append(f"{name:24}{before:12.1f}{after:14.1f}{after / before:8.2f}{queries:10}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
