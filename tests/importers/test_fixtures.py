import gzip
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clusters.adoption import PARTS
from clusters.importers import fixtures
from clusters.importers.base import one_release
from clusters.models import (
    Cluster,
    Course,
    CourseSlot,
    Credential,
    DataSource,
    Major,
    MajorOccupation,
    Occupation,
    Pathway,
    Program,
)
from clusters.models.base import plain
from tests.factories import make_program, make_school
from tests.importers.releases import CONTENT, CRITICAL_CARE, NURSE, everything

# For fields that take only certain values: one for an editor, another for the next release.
CHOICES = {
    "colour": (45, 60),
    "icon": ("cluster-it", "cluster-law"),
    "soc_code": ("29-1140", "29-1149"),
    "job_zone": (1, 2),
    # It was true.
    "wage_top_coded": (False, False),
    "entry_education": ("master", "doctorate"),
    "experience": ("5-years", "under-5-years"),
    "training": ("short", "long"),
    "status": ("archived", "draft"),
}


@pytest.fixture
def shipped(imported, tmp_path):
    """A folder of fixtures with a small release, and a database that holds it."""
    imported()
    folder = tmp_path / "fixtures"
    # What a release ships is what its makers wrote, also where no importer did.
    for number in (1, 2):
        make_program(Pathway.objects.get(number="8.1"), number, occupations=[Occupation.objects.get(code=NURSE)])
    for model in (Cluster, Pathway, Credential, Program, *(part.model for part in PARTS)):
        for row in model.objects.all():
            row.shipped = {name: plain(getattr(row, name)) for name in row.shipped_columns()}
            row.save()
    for model in (Course, Major, MajorOccupation):
        model.objects.filter(shipped__isnull=True).update(shipped={})
    fixtures.dump(folder=folder)
    return folder


@pytest.fixture
def empty():
    def run():
        for model in reversed(CONTENT):
            model.objects.all().delete()

    return run


def load(folder, *, dry_run=False):
    with one_release(dry_run=dry_run) as report:
        fixtures.load(report, folder=folder)
    return report


def totals(report):
    return {
        name: sum(getattr(counts, name) for counts in report.counts.values())
        for name in ("created", "updated", "kept", "retired")
    }


def files(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def change(folder, name, changed):
    """Pass each record of a fixture to ``changed(model, fields)``, which changes the fields in place."""
    file = folder / name
    records = json.loads(gzip.decompress(file.read_bytes()) if name.endswith(".gz") else file.read_bytes())
    for record in records:
        changed(record["model"], record["fields"])
    data = json.dumps(records).encode()
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)


def test_two_dumps_are_equal_and_all_files_are_there(shipped, tmp_path):
    fixtures.dump(folder=tmp_path / "second")
    assert files(shipped) == files(tmp_path / "second")
    assert set(files(shipped)) == set(fixtures.FILES)


def test_a_load_into_an_empty_database_gives_the_same_dump(shipped, empty, tmp_path):
    empty()
    assert totals(load(shipped)) | {"created": 0} == {"created": 0, "updated": 0, "kept": 0, "retired": 0}
    fixtures.dump(folder=tmp_path / "second")
    assert files(shipped) == files(tmp_path / "second")


def test_a_second_load_writes_nothing(shipped, empty):
    empty()
    load(shipped)
    content = everything()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        report = load(shipped)
    assert totals(report) == {"created": 0, "updated": 0, "kept": 0, "retired": 0}
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert everything() == content


def test_a_dry_run_writes_nothing(shipped, empty):
    empty()
    content = everything()
    assert totals(load(shipped, dry_run=True))["created"]
    assert everything() == content


def test_loaddata_gives_the_same_content(shipped, empty, tmp_path):
    empty()
    for name in fixtures.FILES:
        call_command("loaddata", shipped / name, verbosity=0)
    # loaddata does not remember what was shipped; the next load does.
    assert totals(load(shipped)) == {"created": 0, "updated": 0, "kept": 0, "retired": 0}
    fixtures.dump(folder=tmp_path / "second")
    assert files(shipped) == files(tmp_path / "second")


def test_what_was_added_here_or_is_retired_is_not_dumped(shipped, tmp_path):
    Occupation.objects.filter(code=NURSE).update(retired_on="2026-01-01")
    Occupation.objects.create(code="29-1141.99", soc_code="29-1141", title="School Nurses")
    fixtures.dump(folder=tmp_path / "second")
    text = b"".join(
        gzip.decompress(data) if name.endswith(".gz") else data for name, data in files(tmp_path / "second").items()
    ).decode()
    assert NURSE not in text
    assert "29-1141.99" not in text
    load(tmp_path / "second")


def another(name, value, step):
    """Another value for a field; with step 1 as an editor would enter it, with step 2 as the next release has it."""
    if name in CHOICES:
        return CHOICES[name][step - 1]
    if value is None or isinstance(value, str):
        return f"{value or ''} {'edited' if step == 1 else 'updated'}"
    return value + (step if isinstance(value, int) else step / 8)


@pytest.mark.parametrize(
    ("model", "file", "edited", "other"),
    [
        (Cluster, "framework.json", {"number": 8}, {"number": 11}),
        (Pathway, "framework.json", {"number": "8.1"}, {"number": "8.2"}),
        (Occupation, "occupations.json.gz", {"code": NURSE}, {"code": CRITICAL_CARE}),
        (Program, "programs.json", {"slug": "program-1"}, {"slug": "program-2"}),
    ],
    ids=["cluster", "pathway", "occupation", "program"],
)
def test_every_edit_and_every_other_update_stays_when_a_release_is_loaded_twice(
    model, file, edited, other, shipped, empty
):
    empty()
    load(shipped)
    columns = model.shipped_columns()
    row = model.objects.get(**edited)
    edits = {name: another(name, getattr(row, name), 1) for name in columns}
    for name, value in edits.items():
        setattr(row, name, value)
    row.save()
    assert set(model.objects.get(**edited).edited_fields()) == set(columns)

    updates = {name: another(name, getattr(model.objects.get(**other), name), 2) for name in columns}

    def next_release(label, values):
        if label == model._meta.label_lower and (edited.items() <= values.items() or other.items() <= values.items()):
            values |= updates

    change(shipped, file, next_release)
    for expected in (True, False):
        assert bool(totals(load(shipped))["updated"]) is expected
        found, updated = model.objects.get(**edited), model.objects.get(**other)
        assert {name: getattr(found, name) for name in columns} == edits
        assert {name: getattr(updated, name) for name in columns} == updates
        assert found.shipped == updated.shipped == updates


def test_edited_credits_stay_and_others_follow_the_release(shipped):
    """Decimals are text in a file and in what is remembered as shipped."""
    slots = CourseSlot.objects.filter(program__slug="program-1").order_by("pk")
    edited, other = slots[0], slots[1]
    slots.filter(pk=edited.pk).update(credits="0.50")

    def next_release(label, values):
        if label == "clusters.courseslot":
            values["credits"] = "2.00"

    change(shipped, "program_parts.json.gz", next_release)
    for expected in (True, False):
        assert bool(totals(load(shipped))["updated"]) is expected
        assert [str(slots.get(pk=row.pk).credits) for row in (edited, other)] == ["0.50", "2.00"]


def test_a_release_leaves_the_programs_of_schools_alone(shipped):
    school = make_school()
    model = Program.objects.get(slug="program-1")
    own = make_program(model.pathway, slug="own", school=school, based_on=model)
    assert totals(load(shipped)) == {"created": 0, "updated": 0, "kept": 0, "retired": 0}
    assert not own.course_slots.exclude(retired_on=None).exists()


def test_an_older_fixture_leaves_what_a_newer_import_brought(shipped):
    newer = DataSource.objects.get(slug="oews-2025-05")
    newer.pk, newer.slug, newer.released_on = None, "oews-2026-05", "2026-05-01"
    newer.save()
    Occupation.objects.update(wages_source=newer)
    Occupation.objects.filter(code=NURSE).update(wage_median=95_000)
    load(shipped)
    nurse = Occupation.objects.get(code=NURSE)
    assert (nurse.wage_median, nurse.wages_source) == (95_000, newer)


UNKNOWN = b'[{"model": "clusters.occupation", "fields": {"code": "1", "source": ["nowhere-1"]}}]'


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("framework.json", None, "framework.json: There is no such file."),
        ("framework.json", b'[\n{"model":', "framework.json, line 2: "),
        ("skills.json.gz", b"not compressed", "skills.json.gz: "),
        (
            "occupations.json.gz",
            gzip.compress(UNKNOWN, mtime=0),
            "occupations.json.gz: occupation refers to source ['nowhere-1']",
        ),
    ],
)
def test_a_damaged_fixture_changes_nothing(name, data, problem, shipped, monkeypatch):
    if data is None:
        (shipped / name).unlink()
    else:
        (shipped / name).write_bytes(data)
    content = everything()
    monkeypatch.setattr(fixtures.load, "__kwdefaults__", fixtures.load.__kwdefaults__ | {"folder": shipped})
    with pytest.raises(CommandError, match="Expected") as refusal:
        call_command("load_reference_data")
    assert problem in str(refusal.value)
    assert everything() == content


def test_the_dump_command_says_how_many_rows_it_wrote(shipped, tmp_path):
    output = StringIO()
    call_command("dump_fixtures", tmp_path / "new" / "folder", stdout=output)
    assert files(tmp_path / "new" / "folder") == files(shipped)
    assert ["occupations.json.gz", "5", "rows"] in [line.split() for line in output.getvalue().splitlines()]
