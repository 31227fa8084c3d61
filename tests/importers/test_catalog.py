"""Catalogs of schools: what a file does to courses and places, and that nothing wrong gets in."""

import csv
import io
import json
import zipfile
from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from clusters.importers.catalog import COLUMNS, MOST_COURSES
from clusters.models import CatalogCourse, ContentVersion, Course, CourseSlot, Program
from schools.models import School
from tests.factories import make_cluster, make_pathway

KINDS = pytest.mark.parametrize("kind", ["csv", "xlsx"])
ALGEBRA = {"number": "M-1", "title": "Algebra 1", "grades": "9", "credits": "1", "sced_code": "02052"}
NURSING = {"number": "HS-2", "title": "Nursing", "grades": "10-12", "credits": "0.5", "prerequisites": "M-1"}


@pytest.fixture
def school(db):
    """A school with a program that has an academic slot in grade 9 and career-technical ones in grades 9 and 12."""
    titles = {"02052": "Algebra I", "14002": "Health Care", "14154": "Nursing", "05051": "Drawing", "01001": "English"}
    Course.objects.bulk_create(Course(code=code, title=title, subject_area=code[:2]) for code, title in titles.items())
    school = School.objects.create(slug="north", name="North High")
    other = School.objects.create(slug="south", name="South High")
    pathway = make_pathway(make_cluster())
    program = Program.objects.create(slug="nursing-north", title="Nursing", pathway=pathway, school=school)
    Program.objects.create(slug="nursing-south", title="Nursing", pathway=pathway, school=other)
    make_slot(program, 9, 1, title="Mathematics", kind="academic")
    make_slot(program, 9, 2, title="Health", kind="career-technical", stage=1)
    make_slot(program, 12, 1, title="Practice", kind="career-technical", stage=3)
    return school


def make_slot(program, grade, position, **fields):
    return CourseSlot.objects.create(program=program, grade=grade, position=position, **fields)


def slot(grade, position):
    return CourseSlot.objects.get(program__slug="nursing-north", grade=grade, position=position)


def write(folder, *courses, kind="csv", columns=COLUMNS):
    """A catalog with these courses, given as dicts by column; what a dict does not have is empty."""
    lines = [columns, *([course.get(column, "") for column in columns] for course in courses)]
    file = folder / f"catalog.{kind}"
    if kind == "csv":
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(lines)
    else:
        book = Workbook()
        for line in lines:
            book.active.append(line)
        book.save(file)
    return file


def run(file, **options):
    output = StringIO()
    call_command("import_catalog", "north", file, stdout=output, **options)
    return output.getvalue()


def report(file, **options):
    counts = json.loads(run(file, as_json=True, **options))
    return tuple(counts[name] for name in ("created", "updated", "unchanged", "left_alone"))


def content():
    """Everything an import could change."""
    return {
        "courses": list(CatalogCourse.objects.order_by("pk").values()),
        "prerequisites": sorted(CatalogCourse.prerequisites.through.objects.values_list()),
        "slots": list(CourseSlot.objects.order_by("pk").values()),
        "version": ContentVersion.current(),
    }


def refused(file):
    """The message with which the import refuses the file; checks that nothing was written."""
    before = content()
    with pytest.raises(CommandError) as refusal:
        run(file)
    assert content() == before
    return str(refusal.value)


@KINDS
def test_courses_come_with_all_that_the_file_says(kind, school, tmp_path):
    version = ContentVersion.current()
    assert report(write(tmp_path, NURSING, ALGEBRA, kind=kind)) == (2, 0, 0, 0)
    nursing = school.catalog_courses.get(number="HS-2")
    assert (nursing.title, nursing.first_grade, nursing.last_grade) == ("Nursing", 10, 12)
    assert str(nursing.credits) == "0.50"
    assert nursing.course is None
    assert [course.number for course in nursing.prerequisites.all()] == ["M-1"]
    assert school.catalog_courses.get(number="M-1").course.code == "02052"
    assert ContentVersion.current() == version + 1


def test_a_second_file_updates_and_leaves_the_rest_alone(school, tmp_path):
    run(write(tmp_path, NURSING, ALGEBRA))
    assert report(write(tmp_path, NURSING | {"title": "Nursing 1"})) == (0, 1, 0, 1)
    assert school.catalog_courses.get(number="HS-2").title == "Nursing 1"
    assert report(write(tmp_path, NURSING | {"title": "Nursing 1", "prerequisites": ""}, ALGEBRA)) == (0, 1, 1, 0)
    assert not school.catalog_courses.get(number="HS-2").prerequisites.exists()


def test_columns_in_any_order_and_in_words(school, tmp_path):
    file = write(tmp_path, ALGEBRA, columns=COLUMNS[::-1])
    file.write_text(file.read_text().replace("sced_code", "SCED code").replace("number", " Number "))
    assert report(file) == (1, 0, 0, 0)


def test_a_trial_reports_and_writes_nothing(school, tmp_path):
    file = write(tmp_path, NURSING, ALGEBRA | {"places": "nursing-north/9/1; nursing-north/9/7"})
    before = content()
    output = run(file, dry_run=True)
    assert "Courses created: 2" in output
    assert "Places filled: 1" in output
    assert "trial" in output
    assert content() == before


def test_a_place_with_a_slot_links_it(school, tmp_path):
    run(write(tmp_path, ALGEBRA | {"places": "nursing-north/9/1"}))
    linked = slot(9, 1)
    assert linked.catalog_course.number == "M-1"
    assert linked.course.code == "02052"
    assert (linked.title, linked.kind) == ("Mathematics", "academic")


def test_a_course_without_sced_code_leaves_that_of_the_slot(school, tmp_path):
    CourseSlot.objects.filter(grade=12).update(course=Course.objects.get(code="14154"))
    run(write(tmp_path, ALGEBRA, NURSING | {"places": "nursing-north/12/1"}))
    assert slot(12, 1).course.code == "14154"


@pytest.mark.parametrize(
    ("code", "kind", "stage"),
    [
        ("01001", "academic", None),
        ("14154", "career-technical", 2),
        ("05051", "elective", None),
        ("", "elective", None),
    ],
)
def test_a_place_without_a_slot_creates_one(code, kind, stage, school, tmp_path):
    run(write(tmp_path, ALGEBRA, NURSING | {"sced_code": code, "places": "nursing-north/11/4"}))
    new = slot(11, 4)
    assert (new.title, new.kind, new.stage, new.course and new.course.code) == ("Nursing", kind, stage, code or None)
    assert new.catalog_course.number == "HS-2"


@pytest.mark.parametrize(("grades", "stage"), [((9,), 1), ((12,), 3), ((), 2)])
def test_the_stage_of_a_new_slot_follows_its_neighbours(grades, stage, school, tmp_path):
    CourseSlot.objects.filter(kind="career-technical").exclude(grade__in=grades).delete()
    run(write(tmp_path, ALGEBRA, NURSING | {"sced_code": "14154", "places": "nursing-north/11/4"}))
    assert slot(11, 4).stage == stage


def test_a_course_loses_places_that_the_file_does_not_list(school, tmp_path):
    run(write(tmp_path, ALGEBRA | {"places": "nursing-north/9/1; nursing-north/9/2"}))
    output = run(write(tmp_path, ALGEBRA | {"places": "nursing-north/9/2"}))
    assert "Courses updated: 1" in output
    assert "Places left without a course of the school: 1" in output
    assert slot(9, 1).catalog_course is None
    assert slot(9, 1).title == "Mathematics"
    assert slot(9, 2).catalog_course.number == "M-1"


def test_a_place_changes_hands_within_the_file_only(school, tmp_path):
    other = ALGEBRA | {"number": "M-2", "places": "nursing-north/9/1"}
    run(write(tmp_path, ALGEBRA | {"places": "nursing-north/9/1"}))
    message = refused(write(tmp_path, other))
    assert "Line 2: places: “nursing-north/9/1” is taken by M-1, which is not in the file." in message
    assert report(write(tmp_path, other, ALGEBRA)) == (1, 1, 0, 0)
    assert slot(9, 1).catalog_course.number == "M-2"


def test_two_courses_in_one_place(school, tmp_path):
    for place in ("nursing-north/9/1", "nursing-north/9/9"):
        message = refused(write(tmp_path, ALGEBRA | {"places": place}, ALGEBRA | {"number": "M-2", "places": place}))
        assert f"Line 3: places: “{place}” is taken by M-1 (line 2). Choose another position." in message


def test_a_slot_follows_the_sced_code_of_its_course(school, tmp_path):
    run(write(tmp_path, ALGEBRA | {"places": "nursing-north/9/1"}))
    run(write(tmp_path, ALGEBRA | {"places": "nursing-north/9/1", "sced_code": "01001"}))
    assert slot(9, 1).course.code == "01001"


def test_four_digits_are_a_sced_code_that_lost_its_zero(school, tmp_path):
    run(write(tmp_path, ALGEBRA | {"sced_code": 1001}, kind="xlsx"))
    assert school.catalog_courses.get().course.code == "01001"


def export(kind, folder):
    file = folder / f"export.{kind}"
    call_command("export_catalog", "north", file, stdout=StringIO())
    return file


@KINDS
def test_an_export_comes_back_and_changes_nothing(kind, school, tmp_path):
    run(write(tmp_path, ALGEBRA | {"places": "nursing-north/9/1; nursing-north/9/8"}, NURSING))
    # Two slots in one place, and a slot with a SCED course that is not the catalog's.
    make_slot(slot(9, 1).program, 9, 1, title="Double", kind="elective", catalog_course=slot(9, 1).catalog_course)
    CourseSlot.objects.filter(grade=9, position=8).update(course=Course.objects.get(code="05051"))
    before = content()
    assert report(export(kind, tmp_path)) == (0, 0, 2, 0)
    assert content() == before


@KINDS
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(
    title=st.text(
        st.sampled_from("'=+-@;,\" aé1/") | st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=60
    ).filter(lambda text: text == text.strip())
)
def test_every_title_comes_back(kind, school, tmp_path, title):
    CatalogCourse.objects.update_or_create(school=school, number="'=1", defaults={"title": f"'{title}"})
    CatalogCourse.objects.update_or_create(school=school, number="@2", defaults={"title": f"={title}"})
    assert report(export(kind, tmp_path)) == (0, 0, 2, 0)


def test_exports_have_no_formulas(school, tmp_path):
    CatalogCourse.objects.create(school=school, number="=1+1", title='=HYPERLINK("x")')
    with export("csv", tmp_path).open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream))[1][:3] == ["'=1+1", '\'=HYPERLINK("x")', "9, 10, 11, 12"]
    line = load_workbook(export("xlsx", tmp_path)).active[2]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in line[:2]] == [
        ("=1+1", "s", "@"),
        ('=HYPERLINK("x")', "s", "@"),
    ]


def test_an_export_leaves_other_schools_out(school, tmp_path):
    CatalogCourse.objects.create(school=School.objects.get(slug="south"), number="S-1", title="Secret")
    assert "S-1" not in export("csv", tmp_path).read_text()


# Each of these is wrong in one cell: the column, what stands there, and what the message says of it.
BAD_CELLS = [
    ("number", "", "It is empty"),
    ("number", "X" * 21, "It has 21 characters"),
    ("number", "A;B", "cannot have a “;”"),
    ("number", "1001.0", "A spreadsheet made the number “1001.0”"),
    ("number", "1E+05", "A spreadsheet made the number “1E+05”"),
    *(
        ("number", date, f"A spreadsheet made the date “{date}”")
        for date in ("3-Jan", "Jan-03", "1/3/2026", "2026-01-03", "3-Jan-26")
    ),
    ("title", "", "It is empty"),
    ("title", "X" * 121, "It has 121 characters"),
    ("title", "Algebra\n1", "a line break"),
    ("title", "#REF!", "A formula failed"),
    ("grades", "", "“” is not understood"),
    ("grades", "12-9", "is not understood"),
    ("grades", "9, 11", "is not understood"),
    ("grades", "freshmen", "is not understood"),
    ("grades", "12-Sep", "A spreadsheet made the date"),
    ("grades", "8-9", "not within the grades of the school, 9 to 12"),
    ("credits", "", "is not a number"),
    ("credits", "0", "is not a number above 0"),
    ("credits", "9.01", "up to 9"),
    ("credits", "0.125", "at most two decimals"),
    ("credits", "-1", "is not a number"),
    ("credits", "nan", "is not a number"),
    ("credits", "1,5", "is not a number"),
    ("sced_code", "99999", "There is no SCED course “99999”"),
    ("prerequisites", "M-1", "M-1 needs itself"),
    ("prerequisites", "M-9", "There is no course “M-9”"),
    ("prerequisites", "3-Jan", "A spreadsheet made the date"),
    ("prerequisites", "1001.0", "A spreadsheet made the number"),
    ("prerequisites", ";".join(f"P-{number}" for number in range(21)), "name at most 20"),
    ("places", "nursing-north", "is not understood"),
    ("places", "nursing-north/9", "is not understood"),
    ("places", "nursing-south/9/1", "North High has no program with the address “nursing-south”"),
    ("places", "nursing-north/10/1", "not among the grades of the course"),
    ("places", "nursing-north/15/1", "programs of study have grades 9 to 14"),
]


@pytest.mark.parametrize(("column", "text", "reason"), BAD_CELLS, ids=lambda value: str(value)[:20])
def test_a_bad_cell(column, text, reason, school, tmp_path):
    message = refused(write(tmp_path, ALGEBRA | {"number": "M-0"}, ALGEBRA | {column: text}))
    assert f"Line 3: {column}: " in message or f"Line 4: {column}: " in message
    assert reason in message


@pytest.mark.parametrize("column", ["number", "grades", "credits", "prerequisites"])
def test_a_cell_of_a_workbook_that_became_a_date(column, school, tmp_path):
    message = refused(write(tmp_path, ALGEBRA | {column: datetime(2026, 1, 3)}, kind="xlsx"))  # noqa: DTZ001
    assert f"Line 2: {column}: A spreadsheet made the date “2026-01-03 00:00:00” of what was typed." in message


def test_numbers_of_a_workbook_are_course_numbers(school, tmp_path):
    run(write(tmp_path, ALGEBRA | {"number": 1001, "grades": 9, "credits": 0.25}, kind="xlsx"))
    assert school.catalog_courses.get().number == "1001"


def test_all_that_is_wrong_is_told_at_once(school, tmp_path):
    wrong = [ALGEBRA | {"number": f"N-{number}", "title": "", "credits": "x"} for number in range(20)]
    message = refused(write(tmp_path, ALGEBRA, *wrong))
    assert "Line 3: title: " in message
    assert "Line 3: credits: " in message
    assert message.count("Line ") == 30
    assert message.endswith("… and 10 more.")


def test_a_number_twice(school, tmp_path):
    assert "Line 4: number: M-1 is in line 2 already." in refused(write(tmp_path, ALGEBRA, NURSING, ALGEBRA))


@pytest.mark.parametrize("in_catalog", [False, True])
def test_a_circle_is_named(in_catalog, school, tmp_path):
    first = {**NURSING, "number": "HS-201", "prerequisites": "HS-202"}
    second = {**NURSING, "number": "HS-202", "prerequisites": "HS-201"}
    if in_catalog:
        run(write(tmp_path, first | {"prerequisites": ""}, second))
        file = write(tmp_path, first)
    else:
        file = write(tmp_path, first, second)
    message = refused(file)
    assert "Line 2: prerequisites: They go in a circle: HS-201 -> HS-202 -> HS-201." in message
    assert message.count("circle") == 1


def chain(length):
    return [NURSING | {"number": f"C-{number}", "prerequisites": f"C-{number - 1}"} for number in range(1, length + 1)]


def test_a_chain_longer_than_python_can_recurse(school, tmp_path):
    first, *others = chain(1_200)
    assert report(write(tmp_path, first | {"prerequisites": ""}, *others)) == (1_200, 0, 0, 0)
    message = refused(write(tmp_path, first | {"prerequisites": "C-1200"}, *others))
    assert "C-1 -> C-2" in message
    assert "… -> C-1200 -> C-1." in message


def test_more_courses_than_a_catalog_has(school, tmp_path):
    message = refused(write(tmp_path, *chain(MOST_COURSES + 1)))
    assert "The table has more than 5,000 lines" in message


@KINDS
def test_wrong_columns(kind, school, tmp_path):
    message = refused(write(tmp_path, ALGEBRA, kind=kind, columns=("number", "title", "title", "teacher")))
    assert "Line 1: These columns are missing: grades, credits, sced_code, prerequisites, places." in message
    assert "These columns are not known; take them out: teacher." in message
    assert "These columns are there twice; keep one of each: title." in message


def test_another_separator(school, tmp_path):
    file = write(tmp_path, ALGEBRA)
    file.write_text(file.read_text().replace(",", ";"))
    assert "“CSV UTF-8 (Comma delimited)”" in refused(file)


@KINDS
def test_only_the_names_of_the_columns(kind, school, tmp_path):
    assert "Add a line for each course." in refused(write(tmp_path, kind=kind))


def test_text_beside_the_columns(school, tmp_path):
    file = write(tmp_path, ALGEBRA, columns=(*COLUMNS, ""))
    assert report(file) == (1, 0, 0, 0)
    file.write_text(file.read_text().rstrip("\n") + "stray\n")
    assert "Line 2: There is text in column H, which has no name." in refused(file)


def test_a_line_that_is_too_short(school, tmp_path):
    file = write(tmp_path, ALGEBRA)
    file.write_text(file.read_text() + "M-2,Algebra 2\n")
    assert "Line 3: The line has 2 cells, and the first line has 7." in refused(file)


def _text(text, encoding):
    return f"{','.join(COLUMNS)}\nM-1,{text},9,1,,,\n".encode(encoding)


BAD_TEXT = {
    "empty": (b"", "The file is empty."),
    "cp1252": (_text("Español", "cp1252"), "Line 2: A character here is not in UTF-8"),
    "UTF-16": (_text("Algebra", "utf-16"), "“CSV UTF-8”"),
    "UTF-16 without mark": (_text("Algebra", "utf-16-le"), "“CSV UTF-8”"),
    "open quotation": (_text('"Algebra', "utf-8"), "A quotation mark is missing"),
    "workbook": (b"PK\x03\x04....", "This is not a text file"),
    "too large": (b"x" * (10 * 2**20 + 1), "larger than 10 MB"),
}


@pytest.mark.parametrize(("data", "reason"), BAD_TEXT.values(), ids=BAD_TEXT)
def test_a_bad_text_file(data, reason, school, tmp_path):
    file = tmp_path / "catalog.csv"
    file.write_bytes(data)
    assert reason in refused(file)


def packed(parts, compression=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return data.getvalue()


def lying(data, size):
    """The package whose directory says that the last part has this size."""
    place = data.rindex(b"PK\x01\x02") + 24
    return data[:place] + size.to_bytes(4, "little") + data[place + 4 :]


BOMB = packed({"xl/workbook.xml": "", "xl/worksheets/sheet1.xml": b" " * (21 * 2**20)})
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
BAD_WORKBOOKS = {
    "empty": (b"", "The file is empty."),
    "text": (_text("Algebra", "utf-8"), "This is not a workbook"),
    "old": (OLD, "an old kind (.xls)"),
    "encrypted": (OLD + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "document": (packed({"word/document.xml": "<w/>"}), "another kind of file"),
    "bomb": (BOMB, "far more in it than a catalog"),
    "lying bomb": (lying(BOMB, 100), "cannot be read"),
    "other compression": (packed({"xl/workbook.xml": "<a/>"}, zipfile.ZIP_BZIP2), "cannot be read"),
    "entities": (packed({"xl/workbook.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "cannot be read"),
    "cut off": (packed({"xl/workbook.xml": "<a/>"})[:-30], "cannot be read"),
    "no sheets": (packed({"xl/workbook.xml": "<a/>"}), "cannot be read"),
}


@pytest.mark.parametrize(("data", "reason"), BAD_WORKBOOKS.values(), ids=BAD_WORKBOOKS)
def test_a_bad_workbook(data, reason, school, tmp_path):
    file = tmp_path / "catalog.xlsx"
    file.write_bytes(data)
    assert reason in refused(file)


def with_lines(file, lines):
    """The workbook with these lines of XML at the end of its sheet."""
    with zipfile.ZipFile(file) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        b"</sheetData>", lines + b"</sheetData>"
    )
    file.write_bytes(packed(parts))
    return file


FORMATTED = {
    "many lines": b"".join(b'<row r="%d" s="1"/>' % number for number in range(3, 400_003)),
    "the last line": b'<row r="1048576" s="1"/>',
    "all columns": b"".join(b'<row r="%d"><c r="XFD%d" s="1"/></row>' % (number, number) for number in range(3, 30)),
}


@pytest.mark.parametrize("lines", FORMATTED.values(), ids=FORMATTED)
def test_a_sheet_with_formatting_only(lines, school, tmp_path):
    file = with_lines(write(tmp_path, ALGEBRA, kind="xlsx"), lines)
    assert "formatting on empty lines and columns" in refused(file)


def test_a_path_that_is_no_file(school, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    assert "is a folder" in refused(tmp_path / "folder.csv")
    assert "cannot be opened: No such file" in refused(tmp_path / "nowhere.csv")
    assert "must end in .csv or .xlsx" in refused(write(tmp_path, ALGEBRA).rename(tmp_path / "catalog.pdf"))


def test_an_export_to_nowhere(school, tmp_path):
    for name, reason in {"catalog.pdf": "must end in .csv or .xlsx", "folder/catalog.csv": "cannot be written"}.items():
        with pytest.raises(CommandError, match=reason):
            call_command("export_catalog", "north", tmp_path / name)


def test_an_unknown_school_is_told_the_others(school, tmp_path):
    with pytest.raises(CommandError, match=r"There is no school “nowhere”\. The schools are: north, south\."):
        call_command("import_catalog", "nowhere", write(tmp_path, ALGEBRA))
