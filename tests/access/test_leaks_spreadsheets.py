"""What files take out and bring in: the own school's rows only, whatever the file or the form says."""

import csv
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clusters.importers.catalog import COLUMNS
from clusters.importers.programs_cells import COURSE_COLUMNS, PROGRAM_COLUMNS
from clusters.models import CatalogCourse, Pathway, Program
from tests.access.asking import COUNSELOR, row_of, stored_of
from tests.access.matrix import undone
from tests.access.world import READERS, STAFF, A, B, digest
from tests.admin.forms import page

FILES = [
    (CatalogCourse, "courses.csv"), (CatalogCourse, "courses.xlsx"),
    (Program, "programs.csv"), (Program, "programs.xlsx"), (Program, "courses-of-programs.csv"),
]  # fmt: skip


def texts_of(answer, name):
    if not name.endswith(".xlsx"):
        return answer.content.decode().casefold()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        return b"".join(map(package.read, package.namelist())).decode().casefold()


@pytest.mark.parametrize(("model", "name"), FILES)
def test_exports(world, model, name):
    """Whoever reads a school's rows has them in the file, nobody else, and no address asks for more."""
    for user in STAFF - {"superuser"}:
        answer = world.clients[user].get(page(model, "export", name))
        assert answer.status_code == (403 if user == "without role" else 200)
        if answer.status_code == 200:
            text = texts_of(answer, name)
            assert {owner: f"canary-{owner}".casefold() in text for owner in (A, B)} == {
                owner: user in READERS[owner] for owner in (A, B)
            }, user
    for query in ({"offered_by": world.schools[B].pk}, {"school__id__exact": world.schools[B].pk}, {"q": "canary-b"}):
        answer = world.clients[COUNSELOR].get(page(model, "export", name), query)
        assert answer.status_code != 200 or "canary-b" not in texts_of(answer, name)


def bring_in(world, model, school, line, to=None):
    """Send a file for a school and, where a preview comes, say yes to it, for the school ``to`` where that is another.

    Returns whether anything was written for school A; fails if anything was for anybody else.
    """
    columns = {"number": COLUMNS, "title": PROGRAM_COLUMNS, "program": COURSE_COLUMNS}[next(iter(line))]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*columns, "school"])
    writer.writeheader()
    writer.writerow(line)
    file = SimpleUploadedFile("rows.csv", text.getvalue().encode())
    stored, own = stored_of(world), digest(world, A)
    with undone():
        answer = world.clients[COUNSELOR].post(
            page(model, "import"), {"school": world.schools[school].pk, "file": file}
        )
        if "carried" in (answer.context or {}):
            data = {"school": world.schools[to or school].pk, "carried": answer.context["carried"]}
            answer = world.clients[COUNSELOR].post(page(model, "import"), data)
        assert answer.status_code in (200, 302)
        assert stored_of(world) == stored
        return digest(world, A) != own


COURSE = {"number": "NEW-1", "title": "New", "grades": "9", "credits": "1"}


def test_imported_courses(world):
    assert bring_in(world, CatalogCourse, A, COURSE)
    assert bring_in(world, CatalogCourse, A, COURSE | {"school": world.schools[A].slug})
    assert not bring_in(world, CatalogCourse, B, COURSE)
    assert not bring_in(world, CatalogCourse, A, COURSE, to=B)
    foreign, program = row_of(world, CatalogCourse, B), row_of(world, Program, B)
    for changes in (
        {"school": world.schools[B].slug},
        {"school": world.schools[B].name},
        {"prerequisites": foreign.number},
        {"places": f"{program.slug}/10/1"},
    ):
        assert not bring_in(world, CatalogCourse, A, COURSE | changes), changes


def test_imported_programs(world):
    new = {"title": "New", "pathway": Pathway.objects.get().number}
    assert bring_in(world, Program, A, new)
    assert not bring_in(world, Program, B, new)
    assert not bring_in(world, Program, A, new, to=B)
    foreign = world.of(Program, B)
    for changes in (
        {"school": world.schools[B].slug},
        {"school": world.schools[B].name},
        *({"address": program.slug} for program in foreign),
        {"address": "model"},
    ):
        assert not bring_in(world, Program, A, new | changes), changes


def test_imported_courses_of_programs(world):
    new = {"program": row_of(world, Program, A).slug, "grade": "10", "kind": "elective", "title": "New"}
    assert bring_in(world, Program, A, new)
    for changes in (
        {"program": row_of(world, Program, B).slug},
        {"program": row_of(world, Program, B).title},
        {"program": "model"},
        {"school": world.schools[B].slug},
        {"course_number": row_of(world, CatalogCourse, B).number},
    ):
        assert not bring_in(world, Program, A, new | changes), changes
