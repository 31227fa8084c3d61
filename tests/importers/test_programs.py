"""Programs of schools as spreadsheets: what a file does to them and to their courses, and that nothing wrong gets in."""

import csv
import io

import pytest
from django.core.files.base import ContentFile
from openpyxl import Workbook, load_workbook
from reversion.models import Version

from clusters.importers.programs import COURSES, PROGRAMS, TABLES, export_programs, import_programs
from clusters.importers.uploads import TableRefused
from clusters.models import CatalogCourse, ContentVersion, Course, CourseSlot, Program
from tests.factories import make_cluster, make_pathway, make_program, make_school

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version_moves")]
NEW = {"pathway": "8.1", "title": "Dental care", "skills": "Take an X-ray\nCalm a child"}
SLOT = {"grade": "9", "kind": "academic", "title": "English 9"}


@pytest.fixture
def school():
    """A school with a published program of five courses; another school has one as well."""
    pathway = make_pathway(make_cluster())
    school, other = make_school(1, slug="north", name="North High"), make_school(2, slug="south", name="South High")
    make_program(pathway, slug="nursing-north", title="Nursing", school=school)
    make_program(pathway, slug="nursing-south", title="Secret", school=other)
    CatalogCourse.objects.create(school=school, number="E-9", title="English nine", credits="0.5")
    CatalogCourse.objects.create(school=other, number="S-1", title="Secret course")
    return school


def lines_of(columns, rows):
    return [columns, *([row.get(column, "") for column in columns] for row in rows)]


def as_csv(table, *rows, columns=TABLES):
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines_of(columns[table], rows))
    return ContentFile(text.getvalue().encode(), name="table.csv")


def as_book(programs, courses):
    book = Workbook()
    book.remove(book.active)
    for table, rows in {"Notes": [], COURSES: courses, PROGRAMS: programs}.items():
        sheet = book.create_sheet(table)
        for line in lines_of(TABLES.get(table, ["Anything"]), rows):
            sheet.append(line)
    data = io.BytesIO()
    book.save(data)
    return ContentFile(data.getvalue(), name="table.xlsx")


def export(name, school, tables=tuple(TABLES)):
    file = ContentFile(b"", name=name)
    export_programs(programs=Program.objects.filter(school=school), file=file, tables=tables)
    return ContentFile(file.file.getvalue(), name=name)


def content():
    """Everything an import could change."""
    return {
        "programs": list(Program.objects.order_by("pk").values()),
        "courses": list(CourseSlot.objects.order_by("pk").values()),
        "version": ContentVersion.current(),
        "history": Version.objects.count(),
    }


def refused(school, file):
    before = content()
    with pytest.raises(TableRefused) as refusal:
        import_programs(school=school, file=file)
    assert content() == before
    return str(refusal.value)


def titles(program):
    return [(slot.grade, slot.position, slot.title_en) for slot in program.course_slots.in_order()]


@pytest.mark.parametrize("name", ["all.xlsx", "programs.csv", "courses.csv"])
def test_an_export_comes_back_and_changes_nothing(name, school):
    program = Program.objects.get(slug="nursing-north")
    program.skills_en = "=1+1\r\n- Listen  \r\n\x0bWrite\ufffe\r\n"
    program.summary_es = program.title_es = "'=Cuidar"
    program.save()
    # Two courses in one place, a course for no credit, one of the catalog, and one with two courses alike.
    slot = program.course_slots.in_order().first()
    slot.catalog_course = school.catalog_courses.get()
    slot.save()
    for _copy in range(2):
        CourseSlot.objects.create(
            program=program, grade=9, position=slot.position, title="-Twin", kind="elective", credits=0
        )
    tables = {"all.xlsx": TABLES, "programs.csv": [PROGRAMS], "courses.csv": [COURSES]}[name]
    before = content()
    report = import_programs(school=school, file=export(name, school, tables))
    assert report.changes == ()
    assert content() == before


def test_exports_have_no_formulas_and_nothing_of_others(school):
    Program.objects.filter(school=school).update(title='=HYPERLINK("x")', title_en='=HYPERLINK("x")')
    text = export("programs.csv", school, [PROGRAMS]).read().decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["title"], line["school"]) == ('\'=HYPERLINK("x")', "north")
    sheet = load_workbook(io.BytesIO(export("all.xlsx", school).read()))[PROGRAMS]
    assert {cell.data_type for line in sheet for cell in line if cell.value} == {"s"}
    assert "Secret" not in text


def test_a_new_program_is_a_draft_with_the_courses_of_its_title(school):
    sced = Course.objects.get(code="01001")
    CatalogCourse.objects.filter(number="E-9").update(course=sced)
    courses = [
        {"program": "dental CARE", "grade": "9", "kind": "Academic", "course_number": "E-9"},
        {"program": "Dental care", "grade": "9", "kind": "career-technical", "title": "Teeth", "stage": "Core",
         "sced_code": "1001", "credits": "0.25", "dual_credit": "yes"},
    ]  # fmt: skip
    report = import_programs(school=school, file=as_book([NEW], courses))
    assert (report.programs_created, report.programs_left_alone, report.courses_added) == (1, 1, 2)
    program = Program.objects.get(slug="north-dental-care")
    assert (program.status, program.school, program.pathway.number) == ("draft", school, "8.1")
    assert (program.title, program.skills, program.last_entry) == ("Dental care", "Take an X-ray\nCalm a child", 9)
    assert list(program.course_slots.in_order().values_list(
        "grade", "position", "title", "kind", "stage", "course", "catalog_course__number", "dual_credit"
    )) == [
        (9, 1, "English nine", "academic", None, sced.pk, "E-9", False),
        (9, 2, "Teeth", "career-technical", 2, sced.pk, None, True),
    ]  # fmt: skip
    assert [str(slot.credits) for slot in program.course_slots.in_order()] == ["0.50", "0.25"]
    assert len({slot.key for slot in program.course_slots.all()}) == 2


def test_only_what_differs_is_written_and_the_status_stays(school):
    line = {"address": "nursing-north", "pathway": "8.1", "title": "Nursing", "last_grade_to_join": "11"}
    version = ContentVersion.current()
    report = import_programs(school=school, file=as_csv(PROGRAMS, line | {"contact_email": "a@school.example.org"}))
    program = Program.objects.get(slug="nursing-north")
    assert (program.last_entry, program.contact_email, program.summary) == (11, "a@school.example.org", "")
    assert program.status == "published"
    assert (report.programs_updated, report.courses_changed, report.courses_removed) == (1, 0, 0)
    assert program.course_slots.count() == 5
    assert ContentVersion.current() == version + 1


def test_the_lines_of_a_program_are_its_whole_list_of_courses(school):
    program = Program.objects.get(slug="nursing-north")
    english, leadership, exploring, *_others = program.course_slots.in_order()
    courses = [
        # Moved, replaced in its place, and new.
        {**SLOT, "program": "nursing-north", "title": "English 9", "grade": "10", "place": "1", "sced_code": "01001"},
        {**SLOT, "program": "nursing-north", "title": "Sewing", "place": "2", "kind": "elective"},
        {**SLOT, "program": "nursing-north", "title": "Cooking", "kind": "elective"},
    ]
    report = import_programs(school=school, file=as_csv(COURSES, *courses))
    assert (report.courses_added, report.courses_changed, report.courses_removed) == (1, 2, 3)
    assert titles(program) == [(9, 2, "Sewing"), (9, 3, "Cooking"), (10, 1, "English 9")]
    assert program.course_slots.get(title_en="English 9").pk == english.pk
    assert program.course_slots.get(title_en="Sewing").pk == leadership.pk
    assert not CourseSlot.objects.filter(pk=exploring.pk).exists()
    assert {(change.name, change.happening) for change in report.changes} == {
        ("Nursing, Grade 10: English 9", "changed"),
        ("Nursing, Grade 9: Sewing", "changed"),
        ("Nursing, Grade 9: Cooking", "new"),
        ("Nursing, Grade 10: Exploring care", "removed"),
        ("Nursing, Grade 11: Care", "removed"),
        ("Nursing, Grade 12: Practice of care", "removed"),
    }
    assert CourseSlot.objects.filter(program__slug="nursing-south").count() == 5


def test_a_trial_says_the_same_and_writes_nothing(school):
    file = as_book([NEW], [SLOT | {"program": "Dental care"}])
    before = content()
    trial = import_programs(school=school, file=file, dry_run=True)
    assert content() == before
    file.seek(0)
    again = import_programs(school=school, file=file, dry_run=True)
    file.seek(0)
    assert import_programs(school=school, file=file).digest == trial.digest == again.digest


def test_each_program_that_changes_has_a_version(school):
    before = Version.objects.get_for_model(Program).count()
    import_programs(school=school, file=as_book([NEW], [SLOT | {"program": "nursing-north"}]))
    # Nursing before and after, and the new one.
    assert Version.objects.get_for_model(Program).count() == before + 3


BAD_PROGRAMS = [
    ({"address": "nursing-south"}, "address: No program of this school has this address."),
    ({"address": "nowhere"}, "address: No program of this school has this address."),
    ({"title": "NURSING"}, "Write its address here, nursing-north"),
    ({"title": ""}, "title: It is empty"),
    ({"title": "X" * 121}, "title: It has 121 characters"),
    ({"title": "A\nB"}, "title: There is a line break"),
    ({"title": "#REF!"}, "title: A formula failed"),
    ({"pathway": ""}, "pathway: There is no pathway “”"),
    ({"pathway": "2026-01-08 00:00:00"}, "pathway: A spreadsheet made the date"),
    ({"pathway": "9.9"}, "pathway: There is no pathway “9.9”"),
    ({"address": "nursing-north", "pathway": "9.9"}, "pathway: A program that is there stays on its pathway."),
    ({"last_grade_to_join": "15"}, "last_grade_to_join: “15” is not a grade"),
    ({"address": "nursing-north", "last_grade_to_join": ""}, "last_grade_to_join: “” is not a grade"),
    ({"contact_email": "nobody"}, "contact_email: “nobody” is not an email address."),
]


@pytest.mark.parametrize(("cells", "reason"), BAD_PROGRAMS, ids=lambda value: str(value)[:40])
def test_a_bad_line_of_a_program(cells, reason, school):
    message = refused(school, as_csv(PROGRAMS, NEW | {"title": "Other"}, NEW | cells))
    assert "Programs, line 3: " in message
    assert reason in message


BAD_COURSES = [
    ({"program": "nursing-south"}, "program: No program of this school has this address or title."),
    ({"program": "Secret"}, "program: No program of this school has this address or title."),
    ({"program": ""}, "program: No program of this school"),
    ({"grade": "8"}, "grade: “8” is not a grade"),
    ({"grade": "9" * 5000}, "grade: "),
    ({"place": "0"}, "place: “0” is not a place"),
    ({"place": "9" * 5000}, "place: "),
    ({"place": "3-Jan"}, "place: A spreadsheet made the date"),
    ({"kind": "fun"}, "kind: “fun” is not a kind of course. Write one of these: academic, career-technical, elective."),
    ({"title": ""}, "title: It is empty"),
    ({"course_number": "S-1"}, "course_number: The catalog of North High has no course “S-1”."),
    ({"course_number": "X-1"}, "course_number: The catalog of North High has no course “X-1”."),
    ({"course_number": "1001.0"}, "course_number: A spreadsheet made the number"),
    ({"sced_code": "99999"}, "sced_code: There is no SCED course"),
    ({"stage": "far"}, "stage: “far” is not a stage. Write one of these: introduction, core, advanced."),
    ({"stage": "core"}, "stage: Only a career-technical course has one."),
    ({"kind": "career-technical"}, "stage: A career-technical course has one."),
    ({"credits": "-1"}, "credits: “-1” is not a number"),
    ({"dual_credit": "maybe"}, "dual_credit: “maybe” is not understood. Write yes or no."),
]


@pytest.mark.parametrize(("cells", "reason"), BAD_COURSES, ids=lambda value: str(value)[:40])
def test_a_bad_line_of_a_course(cells, reason, school):
    assert f"Courses, line 2: {reason}" in refused(school, as_csv(COURSES, SLOT | {"program": "nursing-north"} | cells))


def test_all_that_is_wrong_is_told_at_once_programs_first(school):
    message = refused(school, as_book([NEW | {"pathway": "x"}, NEW], [SLOT | {"program": "x", "kind": "x"}]))
    assert [line.split(": ")[0] for line in message.split("\n")] == [
        "Programs, line 2", "Programs, line 3", "Courses, line 2",
    ]  # fmt: skip
    assert "This program is in line 2 already." in message


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("named", ["south", "nowhere"])
def test_lines_of_another_school(table, named, school):
    columns = {table: (*TABLES[table], "school")}
    line = {PROGRAMS: NEW, COURSES: SLOT | {"program": "nursing-north"}}[table]
    message = refused(
        school, as_csv(table, line | {"school": "north"}, line | {"title": "X", "school": named}, columns=columns)
    )
    assert f"line 3: school: This line is of another school, “{named}”, and not of North High." in message


def test_a_title_that_two_programs_have(school):
    make_program(Program.objects.first().pathway, slug="north-2", title="nursing", school=school, status="archived")
    assert "Several programs of this school have this title." in refused(
        school, as_csv(COURSES, SLOT | {"program": "Nursing"})
    )


def test_a_sheet_that_lacks_columns_and_one_without_lines(school):
    book = Workbook()
    book.active.title = COURSES
    book.active.append(["program", "grade"])
    data = io.BytesIO()
    book.save(data)
    message = refused(school, ContentFile(data.getvalue(), name="table.xlsx"))
    assert "Courses, line 1: These columns are missing: place, kind" in message
    assert "There is nothing below" in refused(school, as_csv(COURSES))


@pytest.mark.parametrize("count", [1, 12])
def test_a_trial_costs_as_many_queries_for_one_program_as_for_many(count, school, django_assert_max_num_queries):
    programs = [NEW | {"title": f"Program {number}"} for number in range(count)]
    courses = [SLOT | {"program": program["title"], "course_number": "E-9"} for program in programs for _ in range(5)]
    with django_assert_max_num_queries(20):
        report = import_programs(school=school, file=as_book(programs, courses), dry_run=True)
    assert report.courses_added == 5 * count
