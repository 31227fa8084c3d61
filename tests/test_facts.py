"""The fixtures say what the official releases say: both are read here anew, without the importers."""

import csv
import gzip
import json
from collections import defaultdict

import pytest
from django.conf import settings
from openpyxl import load_workbook

from clusters.importers.fixtures import FIXTURES

OFFICIAL = settings.BASE_DIR.parent / "shared" / "data"
INTERESTS = ("realistic", "investigative", "artistic", "social", "enterprising", "conventional")
WAGES = {
    "wage_p10": "A_PCT10", "wage_p25": "A_PCT25", "wage_median": "A_MEDIAN", "wage_p75": "A_PCT75", "wage_p90": "A_PCT90",
    "hourly_wage_p10": "H_PCT10", "hourly_wage_p25": "H_PCT25", "hourly_wage_median": "H_MEDIAN",
    "hourly_wage_p75": "H_PCT75", "hourly_wage_p90": "H_PCT90",
}  # fmt: skip

with_official_files = pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="the official releases are not beside the checkout"
)


def fixture(name, model):
    data = (FIXTURES / name).read_bytes()
    records = json.loads(gzip.decompress(data) if name.endswith(".gz") else data)
    return [record["fields"] for record in records if record["model"] == f"clusters.{model}"]


def workbook(path):
    book = load_workbook(OFFICIAL / path, read_only=True)
    rows = book.worksheets[0].iter_rows(values_only=True)
    headers = next(rows)
    found = [dict(zip(headers, row, strict=True)) for row in rows]
    book.close()
    return found


def table(path, delimiter=","):
    with (OFFICIAL / path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


@pytest.fixture(scope="module")
def occupations():
    return {fields["code"]: fields for fields in fixture("occupations.json.gz", "occupation")}


def test_counts(occupations):
    assignments = fixture("pathway_occupations.json", "pathwayoccupation")
    pathways = fixture("framework.json", "pathway")
    assert len(fixture("framework.json", "cluster")) == 16
    assert len(pathways) == 79
    assert len(occupations) == 1016
    assert sum(fields.get("basis") == "crosswalk" for fields in assignments) == 1033
    assert sum("realistic" in fields for fields in occupations.values()) == 923
    assert len(fixture("alternate_titles.json.gz", "alternatetitle")) == 56560
    assert {tuple(fields["occupation"]) for fields in assignments} == {(code,) for code in occupations}
    on_pathways = {tuple(fields["pathway"]) for fields in assignments}
    assert on_pathways == {(*fields["cluster"], fields["number"]) for fields in pathways}


def test_all_fixtures_together_are_small():
    sizes = [file.stat().st_size for file in FIXTURES.iterdir()]
    assert sum(sizes) < 10_000_000
    assert max(sizes) < 1_500_000


def test_no_official_prose():
    names = {name for fields in fixture("occupations.json.gz", "occupation") for name in fields}
    assert not names & {"description", "definition", "tasks"}


@with_official_files
def test_titles_and_job_zones(occupations):
    titles = {row["O*NET-SOC Code"]: row["Title"] for row in workbook("onet/db_29_3_excel/Occupation Data.xlsx")}
    zones = {row["O*NET-SOC Code"]: row["Job Zone"] for row in workbook("onet/db_29_3_excel/Job Zones.xlsx")}
    assert {code: fields["title_en"] for code, fields in occupations.items()} == titles
    assert {code: fields["job_zone"] for code, fields in occupations.items() if "job_zone" in fields} == zones


@with_official_files
def test_interests_are_those_of_30_2(occupations):
    official = defaultdict(dict)
    for row in table("onet/db_30_2_text/Interests.txt", delimiter="\t"):
        if row["Scale ID"] == "OI":
            official[row["O*NET-SOC Code"]][row["Element Name"].lower()] = float(row["Data Value"])
    ours = {
        code: {area: fields[area] for area in INTERESTS if area in fields}
        for code, fields in occupations.items()
        if any(area in fields for area in INTERESTS)
    }
    assert ours == official
    assert {fields["interests_source"][0] for fields in occupations.values()} == {"onet-30-2"}


@with_official_files
def test_wages(occupations):
    detailed = {row["OCC_CODE"]: row for row in workbook("bls/national_M2025_dl.xlsx") if row["O_GROUP"] == "detailed"}
    for code, fields in occupations.items():
        row = detailed.get(fields["soc_code"])
        official = {} if row is None else {ours: row[theirs] for ours, theirs in WAGES.items() if row[theirs] != "*"}
        assert {name: fields[name] for name in WAGES if name in fields} == official, code
        # This release has no wage that is only known to be above a ceiling.
        assert "#" not in official.values()
        assert "wage_top_coded" not in fields
    without = {fields["soc_code"] for fields in occupations.values()} - set(detailed)
    assert len(without) == 49


@with_official_files
def test_outlook(occupations):
    official = {row["Occupation Code"]: row for row in table("bls/Employment Projections.csv")}
    columns = {
        "employment": "Employment 2024",
        "projected_employment": "Employment 2034",
        "annual_openings": "Occupational Openings, 2024-2034 Annual Average",
    }
    for code, fields in occupations.items():
        row = official.get(fields["soc_code"])
        if row is None:
            assert not {*columns, "projected_change", "entry_education"} & set(fields), code
            continue
        for ours, theirs in columns.items():
            assert fields[ours] == round(float(row[theirs].replace(",", "")) * 1000), (code, ours)
        assert fields["projected_change"] == float(row["Employment Percent Change, 2024-2034"]), code


@with_official_files
def test_assignments_of_the_crosswalk():
    def plain(title):
        return "".join(letter for letter in title.lower().replace("&", "and") if letter.isalnum())

    titles = {fields["number"]: fields["title_en"] for fields in fixture("framework.json", "pathway")}
    official = {
        (plain(pathway), row["Code"])
        for row in table("crosswalks/All_Career_Clusters.csv")
        for pathway in row["Career Pathway"].split("; ")
    }
    ours = {
        (plain(titles[fields["pathway"][-1]]), fields["occupation"][0])
        for fields in fixture("pathway_occupations.json", "pathwayoccupation")
        if fields.get("basis") == "crosswalk"
    }
    assert ours == official


@with_official_files
def test_alternate_titles():
    official = {
        (row["O*NET-SOC Code"], row["Alternate Title"], row["Short Title"] or "")
        for row in workbook("onet/db_29_3_excel/Alternate Titles.xlsx")
    }
    ours = {
        (fields["occupation"][0], fields["title"], fields.get("short_title", ""))
        for fields in fixture("alternate_titles.json.gz", "alternatetitle")
    }
    assert ours == official
