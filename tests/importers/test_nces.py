import pytest
from django.core.management import CommandError, call_command

from clusters.models import Course, DataSource, Major, MajorOccupation
from tests.importers.releases import (
    COURSES,
    CRITICAL_CARE,
    DEVELOPER,
    MAJOR_OCCUPATIONS,
    MAJORS,
    NURSE,
    everything,
)


def refuse(command, file):
    content = everything()
    with pytest.raises(CommandError) as refusal:
        call_command(command, file)
    assert everything() == content
    return str(refusal.value)


@pytest.mark.django_db
def test_majors_are_the_six_digit_codes_of_this_edition(tmp_path):
    call_command("import_majors", MAJORS.write(tmp_path))
    found = Major.objects.values_list("code", "title", "source__slug")
    assert list(found) == [
        ("11.0701", "Computer Science", "cip-2020"),
        ("51.3801", "Registered Nursing/Registered Nurse", "cip-2020"),
    ]


def test_majors_lead_to_every_occupation_with_the_soc_code(imported, tmp_path):
    imported("majors")
    call_command("import_majors", MAJOR_OCCUPATIONS.write(tmp_path))
    found = MajorOccupation.objects.values_list("major__code", "occupation__code")
    assert set(found) == {("51.3801", NURSE), ("51.3801", CRITICAL_CARE), ("11.0701", DEVELOPER)}


def test_a_link_that_the_crosswalk_drops_is_retired(imported, tmp_path):
    imported("major occupations")
    call_command("import_majors", MAJOR_OCCUPATIONS.without_row(1).write(tmp_path))
    assert list(MajorOccupation.objects.exclude(retired_on=None).values_list("occupation__code", flat=True)) == [
        DEVELOPER
    ]


def test_the_crosswalk_before_the_list_of_majors(imported, tmp_path):
    imported("projections")
    message = refuse("import_majors", MAJOR_OCCUPATIONS.write(tmp_path))
    assert "Expected the CIP list (CIPCode2020.csv) to be imported first" in message


@pytest.mark.parametrize(
    ("header", "text", "expected"),
    [("CIP2020Code", "77.7777", "a major; import the CIP list"), ("SOC2018Code", "291141", "a code such as 29-1141")],
)
def test_a_wrong_code_in_the_crosswalk_is_refused_with_its_place(header, text, expected, imported, tmp_path):
    imported("majors")
    message = refuse("import_majors", MAJOR_OCCUPATIONS.with_cell(1, header, text).write(tmp_path))
    assert f"CIP2020_SOC2018_Crosswalk.csv, line 3: “{text}” in column “{header}”. Expected {expected}" in message


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "text", "expected"),
    [
        ("CIPCode", "nursing", "a code such as"),
        ("CIPCode", '="51.3801"', "each code once"),
        ("CIPTitle", "", "the title of the major"),
    ],
)
def test_a_wrong_major_is_refused_with_its_place(header, text, expected, tmp_path):
    message = refuse("import_majors", MAJORS.with_cell(3, header, text).write(tmp_path))
    assert f"CIPCode2020.csv, line 5: “{text}” in column “{header}”. Expected {expected}" in message


@pytest.mark.django_db
def test_courses_and_the_version_in_the_name_of_the_file(tmp_path):
    call_command("import_courses", COURSES.write(tmp_path))
    assert Course.objects.count() == 3
    course = Course.objects.get(code="14051")
    assert (course.title, course.subject_area, course.source.slug) == ("Nursing", "14", "sced-12")
    assert DataSource.objects.get().release == "Version 12"


@pytest.mark.django_db
def test_a_course_list_without_a_version(tmp_path):
    file = COURSES.write(tmp_path)
    assert "sced_v12.csv" in refuse("import_courses", file.rename(tmp_path / "courses.csv"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "text", "expected"),
    [
        ("sced_course_code", "1405", "a code of five digits"),
        ("sced_course_code", "01001", "a code of five digits, each once"),
        ("subject_area", "15", "the first two digits of 14051"),
        ("title", "", "the title of the course"),
    ],
)
def test_a_wrong_course_is_refused_with_its_place(header, text, expected, tmp_path):
    message = refuse("import_courses", COURSES.with_cell(1, header, text).write(tmp_path))
    assert f"sced_v12.csv, line 3: “{text}” in column “{header}”. Expected {expected}" in message
