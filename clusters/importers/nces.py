"""Majors (CIP 2020), the occupations they lead to, and secondary-school courses (SCED), of NCES."""

import datetime
import re
from collections import defaultdict
from pathlib import Path

from clusters.importers.base import Report, known_occupations, note_source, take_over
from clusters.importers.tables import ImportProblem, Progress, kind_of_table, read_table, silent
from clusters.models import Course, DataSource, Major, MajorOccupation

CIP = ("CIPCode", "Action", "CIPTitle")
CIP_SOC = ("CIP2020Code", "SOC2018Code")
# Codes that the edition of 2010 had and this one does not; they are listed to say where they went.
DROPPED = {"Moved from", "Deleted"}
NO_MAJOR, NO_OCCUPATION = "99.9999", "99-9999"
PUBLISHER = "National Center for Education Statistics (NCES)"


def import_majors(file: Path, report: Report, progress: Progress = silent) -> None:
    """Take over CIPCode2020.csv or CIP2020_SOC2018_Crosswalk.csv, in the caller's transaction."""
    kind_of_table(file, {CIP: _majors, CIP_SOC: _major_occupations})(file, report, progress)


def _majors(file: Path, report: Report, progress: Progress) -> None:
    source = _note_cip(
        report, "cip-2020", "Classification of Instructional Programs (CIP)", used_for="The names of majors"
    )
    rows = {}
    for row in read_table(file, CIP, progress=progress):
        # A spreadsheet would take a bare 01.0000 for a number, so the codes are published as ="01.0000".
        found = re.fullmatch(r'(?:=")?(\d\d(?:\.\d\d(?:\d\d)?)?)"?', row["CIPCode"])
        if not found:
            raise row.problem("CIPCode", 'a code such as ="01.0000"')
        code = found[1]
        if len(code) < len("01.0000") or row["Action"] in DROPPED:
            continue
        if code in rows:
            raise row.problem("CIPCode", "each code once")
        if not row["CIPTitle"]:
            raise row.problem("CIPTitle", "the title of the major")
        rows[code] = {"code": code, "title": row["CIPTitle"].removesuffix("."), "source_id": source.pk}
    take_over(Major, rows.values(), fields=["title"], report=report, file=file)


def _major_occupations(file: Path, report: Report, progress: Progress) -> None:
    majors = dict(Major.objects.values_list("code", "pk"))
    if not majors:
        raise ImportProblem(
            "There are no majors in the database yet.",
            file=file,
            expected="the CIP list (CIPCode2020.csv) to be imported first",
        )
    by_soc_code = defaultdict(list)
    for occupation in known_occupations(file).values():
        by_soc_code[occupation.soc_code].append(occupation.pk)
    source = _note_cip(
        report, "cip-soc-2020", "Crosswalk from CIP to SOC", used_for="Which majors lead to which occupations"
    )
    rows = {}
    for row in read_table(file, CIP_SOC, progress=progress, ends_with_newline=False):
        if row["CIP2020Code"] == NO_MAJOR or row["SOC2018Code"] == NO_OCCUPATION:
            continue
        if not re.fullmatch(r"\d\d-\d{4}", row["SOC2018Code"]):
            raise row.problem("SOC2018Code", "a code such as 29-1141")
        major = row.one_of("CIP2020Code", majors, "a major; import the CIP list (CIPCode2020.csv) first")
        for occupation in by_soc_code[row["SOC2018Code"]]:
            rows[major, occupation] = {"major_id": major, "occupation_id": occupation, "source_id": source.pk}
    take_over(MajorOccupation, rows.values(), fields=[], report=report, file=file)


def _note_cip(report: Report, slug: str, title: str, *, used_for: str) -> DataSource:
    return note_source(
        report,
        slug,
        title=title,
        publisher=PUBLISHER,
        release="2020",
        released_on=datetime.date(2020, 1, 1),
        url="https://nces.ed.gov/ipeds/cipcode/",
        licence="Public domain",
        credit="Source: U.S. Department of Education, National Center for Education Statistics, CIP 2020.",
        used_for=used_for,
    )


def import_courses(file: Path, report: Report, progress: Progress = silent) -> None:
    """Take over the list of SCED courses, in the caller's transaction. Its name has the version: sced_v12.csv."""
    found = re.search(r"v(\d+)", file.stem)
    if not found:
        raise ImportProblem("Which version this is cannot be told.", file=file, expected="a name such as sced_v12.csv")
    source = note_source(
        report,
        f"sced-{found[1]}",
        title="School Courses for the Exchange of Data (SCED)",
        publisher=PUBLISHER,
        release=f"Version {found[1]}",
        # One version a year; the twelfth is of 2024.
        released_on=datetime.date(2012 + int(found[1]), 1, 1),
        url="https://nces.ed.gov/forum/sced.asp",
        licence="Public domain",
        credit=f"Source: U.S. Department of Education, National Center for Education Statistics, SCED {found[1]}.",
        used_for="The names of courses in school",
    )
    rows = {}
    for row in read_table(file, ["sced_course_code", "subject_area", "title"], progress=progress):
        code = row["sced_course_code"]
        if not re.fullmatch(r"\d{5}", code) or code in rows:
            raise row.problem("sced_course_code", "a code of five digits, each once")
        if row["subject_area"] != code[:2]:
            raise row.problem("subject_area", f"the first two digits of {code}")
        if not row["title"]:
            raise row.problem("title", "the title of the course")
        rows[code] = {
            "code": code,
            "title": row["title"],
            "subject_area": row["subject_area"],
            "source_id": source.pk,
        }
    take_over(Course, rows.values(), fields=["title", "subject_area"], report=report, file=file)
