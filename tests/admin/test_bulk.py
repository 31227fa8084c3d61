"""Spreadsheets in the admin: what a counselor brings in and takes out, and what nobody does with other schools."""

import csv
import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clusters.importers.catalog import COLUMNS
from clusters.importers.programs import COURSE_COLUMNS, PROGRAM_COLUMNS
from clusters.models import CatalogCourse, CourseSlot, Program
from schools.models import AuditEntry, Membership, School, User
from tests.admin.forms import messages
from tests.factories import make_cluster, make_pathway, make_program, make_school

pytestmark = pytest.mark.django_db
ALGEBRA = {"number": "M-1", "title": "Algebra 1", "grades": "9", "credits": "1"}
MODELS = pytest.mark.parametrize("model", ["catalogcourse", "program"])


@pytest.fixture
def schools():
    """Two schools, each with a program and a course of its own, and a model program."""
    pathway = make_pathway(make_cluster())
    make_program(pathway, slug="model", title="Model of nursing")
    made = [make_school(1, slug="north", name="North High"), make_school(2, slug="south", name="South High")]
    for school in made:
        make_program(pathway, slug=f"{school.slug}-nursing", title=f"Nursing {school.slug}", school=school)
        CatalogCourse.objects.create(school=school, number=f"N-{school.slug}", title=f"Course of {school.slug}")
    return made


def sign_in(client, role, *schools):
    user = User.objects.create(username=f"{role}-{len(schools)}", is_staff=True)
    for school in schools or [None]:
        Membership.objects.create(user=user, school=school, role=role)
    client.force_login(user)
    return client


@pytest.fixture
def counselor(client, schools):
    return sign_in(client, "counselor", schools[0])


def address(model, page, *args):
    return reverse(f"admin:clusters_{model}_{page}", args=args)


def as_csv(*rows, columns=COLUMNS, name="courses.csv"):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([columns, *([row.get(column, "") for column in columns] for row in rows)])
    return SimpleUploadedFile(name, text.getvalue().encode())


def content():
    rows = (School, Program, CourseSlot, CatalogCourse)
    return [list(model.objects.order_by("pk").values()) for model in rows]


def preview(client, file, school, model="catalogcourse"):
    """The page after a file was sent; checks that nothing was written."""
    before = content()
    response = client.post(address(model, "import"), {"school": school.pk, "file": file})
    assert content() == before
    return response


def go_on(client, shown, model="catalogcourse", **changes):
    """Press "Import now" on the page with the preview."""
    data = {"school": shown.context["school"].pk, "carried": shown.context["carried"]} | changes
    return client.post(address(model, "import"), data, follow=True)


def test_courses_are_looked_at_and_then_taken_over(counselor, schools):
    changed = {"number": "N-north", "title": "Nursing 1", "grades": "9-12", "credits": "1"}
    shown = preview(counselor, as_csv(ALGEBRA, changed), schools[0])
    page = re.sub(r"\s+", " ", shown.content.decode())
    assert "What courses.csv changes at North High" in page
    assert "Courses created: 1" in page
    assert '<td class="text">Course of north</td> <td class="text">Nursing 1</td>' in page
    after = go_on(counselor, shown)
    assert after.redirect_chain[0][0] == address("catalogcourse", "changelist")
    assert "courses.csv was taken over for North High. Courses created: 1; Courses updated: 1." in messages(after)
    assert set(schools[0].catalog_courses.values_list("number", "title")) == {
        ("M-1", "Algebra 1"),
        ("N-north", "Nursing 1"),
    }
    entry = AuditEntry.objects.get(action="import")
    assert (entry.actor, entry.school_id, entry.subject) == ("counselor-1", schools[0].pk, "courses of schools")
    assert "Courses created: 1" in entry.detail


def test_programs_are_looked_at_and_then_taken_over(counselor, schools):
    courses = [{"program": "north-nursing", "grade": "9", "kind": "elective", "title": "Sewing"}]
    shown = preview(counselor, as_csv(*courses, columns=COURSE_COLUMNS), schools[0], "program")
    assert "Courses removed from programs: 4" in shown.content.decode()
    go_on(counselor, shown, "program")
    program = Program.objects.get(slug="north-nursing")
    assert [slot.title for slot in program.course_slots.all()] == ["Sewing"]
    assert program.status == "published"
    assert AuditEntry.objects.get(action="import").subject == "programs of study"


def test_what_is_wrong_stands_beside_its_line(counselor, schools):
    shown = preview(counselor, as_csv(ALGEBRA | {"credits": "x"}, ALGEBRA | {"title": ""}), schools[0])
    page = re.sub(r"\s+", " ", shown.content.decode())
    assert "courses.csv was refused, and nothing was written" in page
    assert '<td>2</td> <td class="text">credits: “x” is not a number' in page
    assert '<td>3</td> <td class="text">title: It is empty.' in page
    assert "<title>Error:" in page


def test_what_is_wrong_in_two_sheets_says_in_which(counselor, schools):
    shown = preview(counselor, as_csv({"title": "X"}, columns=PROGRAM_COLUMNS), schools[0], "program")
    assert "<td>Programs</td>" in shown.content.decode()


def test_a_plan_that_is_not_the_same_any_more_is_shown_again(counselor, schools):
    shown = preview(counselor, as_csv({**ALGEBRA, "number": "N-north"}), schools[0])
    CatalogCourse.objects.filter(number="N-north").update(title="Edited in between")
    before = content()
    again = go_on(counselor, shown)
    assert content() == before
    assert "Nothing was written" in messages(again)
    assert "Edited in between" in again.content.decode()
    assert not AuditEntry.objects.filter(action="import").exists()
    go_on(counselor, again)
    assert CatalogCourse.objects.get(number="N-north").title == "Algebra 1"


def test_a_file_that_changes_nothing_offers_nothing(counselor, schools):
    go_on(counselor, preview(counselor, as_csv(ALGEBRA), schools[0]))
    page = preview(counselor, as_csv(ALGEBRA), schools[0]).content.decode()
    assert "everything in the file is here already" in page
    assert "Import now" not in page


def test_a_large_file_is_chosen_again(counselor, schools, monkeypatch):
    monkeypatch.setattr("clusters.admin.bulk.MOST_CARRIED", 10)
    shown = preview(counselor, as_csv(ALGEBRA), schools[0])
    assert "Choose the same file once more." in shown.content.decode()
    assert "Choose a file." in go_on(counselor, shown).content.decode()
    other = go_on(counselor, shown, file=as_csv(ALGEBRA | {"title": "Another file"}))
    assert "Nothing was written" in messages(other)
    go_on(counselor, shown, file=as_csv(ALGEBRA))
    assert schools[0].catalog_courses.get(number="M-1").title == "Algebra 1"


def bomb():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "")
        package.writestr("xl/worksheets/sheet1.xml", b" " * (21 * 2**20))
    return data.getvalue()


@MODELS
@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("x.xlsx", bomb, "far more in it than a catalog"),
        ("x.csv", lambda: b"x" * (10 * 2**20 + 1), "larger than 10 MB"),
        ("x.pdf", lambda: b"x", "must end in .csv or .xlsx"),
    ],
)
def test_hostile_files_are_refused(model, name, make, reason, counselor, schools):
    shown = preview(counselor, SimpleUploadedFile(name, make()), schools[0], model)
    assert reason in shown.content.decode()


@MODELS
def test_a_form_without_a_file_says_so(model, counselor, schools):
    response = counselor.post(address(model, "import"), {"school": schools[0].pk})
    assert "Choose a file." in response.content.decode()


def test_the_own_school_is_chosen_already(counselor, schools):
    page = counselor.get(address("catalogcourse", "import")).content.decode()
    assert f'<option value="{schools[0].pk}" selected>North High</option>' in page
    assert "South High" not in page


@MODELS
@pytest.mark.parametrize("which", ["other", "none at all"])
def test_another_school_is_no_choice(model, which, counselor, schools):
    school = schools[1].pk if which == "other" else 999_999
    before = content()
    response = counselor.post(address(model, "import"), {"school": school, "file": as_csv(ALGEBRA)})
    page = response.content.decode()
    assert "Choose one of the schools that you edit." in page
    assert "South High" not in page
    assert content() == before


def test_a_preview_serves_its_school_and_account_only(counselor, client, schools):
    shown = preview(counselor, as_csv(ALGEBRA), schools[0])
    user = User.objects.get(username="counselor-1")
    Membership.objects.create(user=user, school=schools[1], role="counselor")
    before = content()
    carried = shown.context["carried"]
    forged = carried[:-1] + ("1" if carried.endswith("0") else "0")
    for changes in ({"school": schools[1].pk}, {"carried": forged}):
        assert "Choose the file again." in go_on(counselor, shown, **changes).content.decode()
    colleague = sign_in(client, "school-lead", schools[0])
    assert "Choose the file again." in go_on(colleague, shown).content.decode()
    assert content() == before


def test_who_lost_a_role_after_the_preview_imports_nothing(counselor, schools):
    shown = preview(counselor, as_csv(ALGEBRA), schools[0])
    Membership.objects.update(role="viewer")
    before = content()
    assert go_on(counselor, shown).status_code == 403
    assert content() == before


@MODELS
def test_a_viewer_takes_out_and_does_not_bring_in(model, client, schools):
    viewer = sign_in(client, "viewer", schools[0])
    assert viewer.get(address(model, "import")).status_code == 403
    assert viewer.post(address(model, "import"), {"school": schools[0].pk, "file": as_csv(ALGEBRA)}).status_code == 403
    listed = viewer.get(address(model, "changelist")).content.decode()
    assert address(model, "import") not in listed
    files = re.findall(r'href="([^"]+)" download', listed)
    assert len(files) in (2, 3)
    assert [viewer.get(file).status_code for file in files] == [200] * len(files)


@MODELS
def test_who_has_no_role_takes_nothing_out(model, client, schools):
    client.force_login(User.objects.create(username="nobody", is_staff=True))
    name = {"catalogcourse": "courses.csv", "program": "programs.csv"}[model]
    assert client.get(address(model, "export", name)).status_code == 403
    assert not AuditEntry.objects.exists()


def test_exports_are_what_the_list_shows(counselor, schools):
    CatalogCourse.objects.create(school=schools[0], number="M-2", title="=1+1")
    listed = counselor.get(address("catalogcourse", "changelist"), {"q": "M-2"}).content.decode()
    (file,) = re.findall(r'href="([^"]+courses.csv[^"]*)" download', listed)
    response = counselor.get(file)
    assert response["Content-Disposition"] == 'attachment; filename="courses.csv"'
    (line,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert (line["number"], line["title"], line["school"]) == ("M-2", "'=1+1", "north")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.school_id, entry.detail) == ("export", schools[0].pk, "courses.csv: 1 line")


@MODELS
def test_exports_have_nothing_of_other_schools(model, counselor, schools):
    for name in counselor.get(address(model, "changelist")).context["export_files"]:
        for query in ({}, {"offered_by": schools[1].pk}, {"school__id__exact": schools[1].pk}):
            response = counselor.get(address(model, "export", name), query)
            data = b"".join(getattr(response, "streaming_content", [response.content]))
            if name.endswith(".xlsx") and response.status_code == 200:
                with zipfile.ZipFile(io.BytesIO(data)) as package:
                    data = b"".join(package.read(part) for part in package.namelist())
            assert b"south" not in data
    assert not AuditEntry.objects.filter(school_id=schools[1].pk).exists()


def test_exports_of_model_programs(counselor, schools):
    response = counselor.get(address("program", "export", "programs.csv"), {"offered_by": "models"})
    assert [line["address"] for line in csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))] == ["model"]
    shown = preview(counselor, SimpleUploadedFile("x.csv", response.content), schools[0], "program")
    assert "No program of this school has this address." in shown.content.decode()


def test_there_are_no_other_exports(counselor, schools):
    assert counselor.get(address("program", "export", "secrets.csv")).status_code == 404
    assert counselor.get(address("program", "export", "programs.csv"), {"status__exact": "draft"}).status_code == 200
    assert counselor.post(address("program", "export", "programs.csv")).status_code == 405
    assert counselor.head(address("program", "export", "programs.csv")).status_code == 405
    assert counselor.put(address("program", "import")).status_code == 405


@pytest.mark.parametrize(("model", "name"), [("catalogcourse", "courses.xlsx"), ("program", "programs.xlsx")])
def test_an_export_comes_back_and_changes_nothing(model, name, counselor, schools):
    query = {"offered_by": schools[0].pk} if model == "program" else {}
    data = counselor.get(address(model, "export", name), query).content
    shown = preview(counselor, SimpleUploadedFile(name, data), schools[0], model)
    assert "everything in the file is here already" in shown.content.decode()


@pytest.mark.once
def test_a_preview_of_many_courses_stays_within_its_budget(counselor, schools, django_assert_max_num_queries):
    courses = [ALGEBRA | {"number": f"M-{number}", "prerequisites": "N-north"} for number in range(300)]
    go_on(counselor, preview(counselor, as_csv(*courses), schools[0]))
    changed = [course | {"title": "Algebra I", "prerequisites": ""} for course in courses]
    with django_assert_max_num_queries(25):
        shown = counselor.post(address("catalogcourse", "import"), {"school": schools[0].pk, "file": as_csv(*changed)})
    assert "Courses updated: 300" in shown.content.decode()
