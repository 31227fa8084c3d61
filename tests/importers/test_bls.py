import datetime
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from clusters.models import DataSource, Occupation
from tests.importers.releases import (
    CRITICAL_CARE,
    DEVELOPER,
    ELECTRICIAN,
    INFANTRY,
    NURSE,
    OEWS,
    PROJECTIONS,
    everything,
)


@pytest.fixture(autouse=True)
def _occupations(imported):
    imported("soc")


def figures(code, fields):
    return [getattr(Occupation.objects.get(code=code), name) for name in fields]


def refuse(command, file):
    content = everything()
    with pytest.raises(CommandError) as refusal:
        call_command(command, file)
    assert everything() == content
    return str(refusal.value)


def test_wages_and_their_ceiling(tmp_path):
    call_command("import_oews", OEWS.write(tmp_path))
    expected = [66030, 78610, 93600, 107960, 239200, 30.5, 35.0, 45.5, 55.0, 115.0, True]
    assert figures(NURSE, Occupation.WAGES) == expected
    assert figures(CRITICAL_CARE, Occupation.WAGES) == expected


def test_only_yearly_and_only_hourly_wages(tmp_path):
    call_command("import_oews", OEWS.write(tmp_path))
    assert figures(DEVELOPER, Occupation.WAGES) == [79850, 103000, 133080, 169000, 211450, *[None] * 5, False]
    assert figures(ELECTRICIAN, Occupation.WAGES) == [*[None] * 5, 19.0, 22.5, 29.98, 39.0, 50.0, False]


def test_no_wage_is_null_and_knows_where_it_was_looked_for(tmp_path):
    call_command("import_oews", OEWS.write(tmp_path))
    assert figures(INFANTRY, Occupation.WAGES) == [*[None] * 10, False]
    assert Occupation.objects.get(code=INFANTRY).wages_source.slug == "oews-2025-05"


def test_a_wage_that_is_no_longer_published_becomes_null(tmp_path):
    call_command("import_oews", OEWS.write(tmp_path))
    call_command("import_oews", OEWS.without_row(2).write(tmp_path))
    assert figures(NURSE, Occupation.WAGES) == [*[None] * 10, False]


def test_the_release_of_wages_has_the_figures_of_all_occupations(tmp_path):
    call_command("import_oews", OEWS.write(tmp_path))
    source = DataSource.objects.get(slug="oews-2025-05")
    assert (source.release, source.released_on) == ("May 2025", datetime.date(2025, 5, 1))
    yearly = {"wage_p10": 31200, "wage_p25": 37590, "wage_median": 50980, "wage_p75": 80520, "wage_p90": 128560}
    hourly = {"hourly_wage_p10": 15, "hourly_wage_p25": 18.5, "hourly_wage_median": 24.5}
    assert source.baseline == yearly | hourly | {"hourly_wage_p75": 38, "hourly_wage_p90": 61}


def test_an_older_release_leaves_newer_wages_alone(tmp_path):
    call_command("import_oews", OEWS.write(tmp_path))
    older = replace(
        OEWS, sheets={"Field Descriptions": ("May 2024 OEWS Estimates", *OEWS.sheets["Field Descriptions"][1:])}
    )
    call_command("import_oews", older.with_cell(3, "A_MEDIAN", "120000").write(tmp_path))
    assert figures(DEVELOPER, ["wage_median"]) == [133080]
    assert Occupation.objects.get(code=DEVELOPER).wages_source.slug == "oews-2025-05"


def test_an_occupation_added_here_gets_no_figures(tmp_path):
    Occupation.objects.create(code="29-1141.99", soc_code="29-1141", title="School Nurses")
    call_command("import_oews", OEWS.write(tmp_path))
    added = Occupation.objects.get(code="29-1141.99")
    assert (added.wage_median, added.shipped, added.wages_source) == (None, None, None)


def test_wages_do_not_bring_a_retired_occupation_back(tmp_path):
    Occupation.objects.filter(code=DEVELOPER).update(retired_on=datetime.date(2025, 1, 1))
    call_command("import_oews", OEWS.write(tmp_path))
    assert Occupation.objects.get(code=DEVELOPER).retired_on


@pytest.mark.parametrize(
    ("header", "text", "expected"),
    [
        ("A_MEDIAN", "lots", "a number from 1"),
        ("A_MEDIAN", "", "a number from 1"),
        ("A_MEDIAN", "-5", "a number from 1"),
        ("A_MEDIAN", "70000", "at least A_PCT25, 78,610"),
        ("H_PCT75", "45.4", "at least H_MEDIAN, 45.5"),
        ("AREA", "6", "99, the whole country"),
    ],
)
def test_a_wrong_wage_is_refused_with_its_place(header, text, expected, tmp_path):
    message = refuse("import_oews", OEWS.with_cell(2, header, text).write(tmp_path))
    assert "national_M2025_dl.xlsx, line 4: " in message
    assert f"in column “{header}”. Expected {expected}" in message


def test_a_second_line_for_an_occupation(tmp_path):
    message = refuse("import_oews", OEWS.with_cell(3, "OCC_CODE", "29-1141").write(tmp_path))
    assert "line 5: “29-1141” in column “OCC_CODE”. Expected each detailed occupation once" in message


@pytest.mark.parametrize("row", [0, 2])
def test_wages_without_the_line_for_all_or_for_any_occupation(row, tmp_path):
    cut = OEWS.without_row(0) if row == 0 else OEWS.without_row(4).without_row(3).without_row(2)
    assert "all occupations or for detailed ones" in refuse("import_oews", cut.write(tmp_path))


@pytest.mark.parametrize("line", ["OEWS", "Mayday 2025 OEWS Estimates"])
def test_a_workbook_that_does_not_say_which_release_it_is(line, tmp_path):
    message = refuse("import_oews", replace(OEWS, sheets={"Field Descriptions": (line,)}).write(tmp_path))
    assert "“May 2025 OEWS Estimates”" in message


def test_a_workbook_that_does_not_say_its_ceiling(tmp_path):
    message = refuse(
        "import_oews", replace(OEWS, sheets={"Field Descriptions": ("May 2025 OEWS Estimates",)}).write(tmp_path)
    )
    assert "Expected the meaning of #" in message


def test_a_workbook_without_field_descriptions(tmp_path):
    message = refuse("import_oews", replace(OEWS, sheets={"Notes": ("May 2025 OEWS Estimates",)}).write(tmp_path))
    assert "a sheet named “Field Descriptions”" in message


def test_projections_are_whole_jobs_and_our_words(tmp_path):
    call_command("import_projections", PROJECTIONS.write(tmp_path))
    assert figures(NURSE, Occupation.OUTLOOK) == [3_391_000, 3_557_100, 4.9, 189_100, "bachelor", "none", "none"]
    assert figures(CRITICAL_CARE, Occupation.OUTLOOK) == figures(NURSE, Occupation.OUTLOOK)
    assert figures(ELECTRICIAN, Occupation.OUTLOOK) == [None, None, None, None, "", "", ""]


def test_the_release_of_projections_has_the_figures_of_all_occupations(tmp_path):
    call_command("import_projections", PROJECTIONS.write(tmp_path))
    source = DataSource.objects.get(slug="projections-2024-2034")
    # 3,391.0 + 1,693.8 + 40 and 3,557.1 + 1,961.4 + 25.6 thousand.
    assert source.baseline == {"employment": 5_124_800, "projected_employment": 5_544_100, "projected_change": 8.2}


@pytest.mark.parametrize(
    ("header", "text", "expected"),
    [
        ("Employment 2024", "many", "a number from 0"),
        ("Employment Percent Change, 2024-2034", "-101", "a number from -100"),
        ("Occupational Openings, 2024-2034 Annual Average", "", "a number from 0"),
        ("Education Code", "9", "1 to 8"),
        ("Workex Code", "3", "1, 2 or 4"),
        ("trCode", "", "1 to 6"),
        ("Occupation Code", "29-1141", "each code once"),
    ],
)
def test_a_wrong_projection_is_refused_with_its_place(header, text, expected, tmp_path):
    message = refuse("import_projections", PROJECTIONS.with_cell(1, header, text).write(tmp_path))
    assert f"Employment Projections.csv, line 3: “{text}” in column “{header}”. Expected {expected}" in message
