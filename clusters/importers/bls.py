"""Wages (OEWS) and outlook (Employment Projections) of the Bureau of Labor Statistics.

Both are published for SOC codes and stored with every occupation of the same six digits. An occupation whose SOC code
is not in the file has nothing published: its figures are null.
"""

import datetime
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from clusters.choices import Education, Experience, Training
from clusters.importers.base import Report, known_occupations, note_source, take_over
from clusters.importers.tables import ImportProblem, Progress, Row, read_headers, read_sheet, read_table, silent
from clusters.models import DataSource, Occupation

YEARLY = {
    "wage_p10": "A_PCT10",
    "wage_p25": "A_PCT25",
    "wage_median": "A_MEDIAN",
    "wage_p75": "A_PCT75",
    "wage_p90": "A_PCT90",
}
HOURLY = {
    "hourly_wage_p10": "H_PCT10",
    "hourly_wage_p25": "H_PCT25",
    "hourly_wage_median": "H_MEDIAN",
    "hourly_wage_p75": "H_PCT75",
    "hourly_wage_p90": "H_PCT90",
}
NATIONAL = "99"
ALL_OCCUPATIONS = "00-0000"

EDUCATION = {
    "1": Education.DOCTORATE,
    "2": Education.MASTER,
    "3": Education.BACHELOR,
    "4": Education.ASSOCIATE,
    "5": Education.CERTIFICATE,
    "6": Education.SOME_COLLEGE,
    "7": Education.HIGH_SCHOOL,
    "8": Education.NONE,
}
EXPERIENCE = {"1": Experience.FIVE_YEARS, "2": Experience.UNDER_FIVE_YEARS, "4": Experience.NONE}
TRAINING = {
    "1": Training.INTERNSHIP,
    "2": Training.APPRENTICESHIP,
    "3": Training.LONG,
    "4": Training.MODERATE,
    "5": Training.SHORT,
    "6": Training.NONE,
}


def import_oews(file: Path, report: Report, progress: Progress = silent) -> None:
    """Take over the national OEWS workbook, in the caller's transaction."""
    notes = read_sheet(file, "Field Descriptions")
    month = _oews_month(file, notes)
    ceilings = _ceilings(notes)
    headers = ["AREA", "OCC_CODE", "O_GROUP", *YEARLY.values(), *HOURLY.values()]
    wages, baseline = {}, {}
    for row in read_table(file, headers, progress=progress):
        if row["AREA"] != NATIONAL:
            raise row.problem("AREA", f"{NATIONAL}, the whole country")
        if row["OCC_CODE"] == ALL_OCCUPATIONS:
            baseline = _wages(row, ceilings)
        elif row["O_GROUP"] == "detailed":
            if row["OCC_CODE"] in wages:
                raise row.problem("OCC_CODE", "each detailed occupation once")
            wages[row["OCC_CODE"]] = _wages(row, ceilings)
    if not (wages and baseline):
        raise ImportProblem(
            "The figures for all occupations or for detailed ones are not there.", file=file, expected="both"
        )
    del baseline["wage_top_coded"]
    source = note_source(
        report,
        f"oews-{month:%Y-%m}",
        title="Occupational Employment and Wage Statistics (OEWS)",
        publisher="U.S. Bureau of Labor Statistics",
        release=f"{month:%B %Y}",
        released_on=month,
        url="https://www.bls.gov/oes/",
        licence="Public domain",
        credit=f"Source: U.S. Bureau of Labor Statistics, Occupational Employment and Wage Statistics, {month:%B %Y}.",
        used_for="What people earn, in the whole country",
        baseline=baseline,
    )
    _take_over(file, wages, Occupation.WAGES, source, "wages", report)


def _oews_month(file: Path, notes: str) -> datetime.date:
    """The month that the estimates are for, by the sheet "Field Descriptions"."""
    if found := re.search(r"\b([A-Z][a-z]+ \d{4}) OEWS Estimates", notes):
        try:
            return datetime.datetime.strptime(f"1 {found[1]}", "%d %B %Y").date()  # noqa: DTZ007 (a date has no time zone)
        except ValueError:
            pass
    raise ImportProblem(
        "Which release this is cannot be told from the sheet “Field Descriptions”.",
        file=file,
        expected="a line such as “May 2025 OEWS Estimates”",
    )


def _ceilings(notes: str) -> tuple[float, int] | None:
    """The hourly and the yearly wage from which on only "#" is published, by the sheet "Field Descriptions"."""
    found = re.search(r"equal to or greater than \$([\d,.]+) per hour or \$([\d,]+) per year", notes)
    return found and (float(found[1].replace(",", "")), int(found[2].replace(",", "")))


def _wages(row: Row, ceilings: tuple[float, int] | None) -> dict[str, Any]:
    top_coded = any(row[header] == "#" for header in (*YEARLY.values(), *HOURLY.values()))
    if top_coded and not ceilings:
        raise row.problem("OCC_CODE", "the meaning of # in the sheet “Field Descriptions”")
    hourly_ceiling, yearly_ceiling = ceilings or (None, None)
    yearly = {name: _wage(row, header, yearly_ceiling) for name, header in YEARLY.items()}
    hourly = {name: _wage(row, header, hourly_ceiling) for name, header in HOURLY.items()}
    for wages, headers in ((yearly, YEARLY), (hourly, HOURLY)):
        published = [name for name, wage in wages.items() if wage is not None]
        for lower, higher in pairwise(published):
            if wages[lower] > wages[higher]:
                raise row.problem(headers[higher], f"at least {headers[lower]}, {wages[lower]:,}")
    return {
        **{name: None if wage is None else int(wage) for name, wage in yearly.items()},
        **hourly,
        "wage_top_coded": top_coded,
    }


def _wage(row: Row, header: str, ceiling: float | None) -> float | None:
    match row[header]:
        case "*":
            return None
        case "#":
            return ceiling
    return row.number(header, low=1, high=10_000_000)


def import_projections(file: Path, report: Report, progress: Progress = silent) -> None:
    """Take over the table of the Employment Projections, in the caller's transaction."""
    first, last = _years(file)
    headers = {
        "employment": f"Employment {first}",
        "projected_employment": f"Employment {last}",
        "projected_change": f"Employment Percent Change, {first}-{last}",
        "annual_openings": f"Occupational Openings, {first}-{last} Annual Average",
        "entry_education": "Education Code",
        "experience": "Workex Code",
        "training": "trCode",
    }
    outlook = {}
    for row in read_table(file, ["Occupation Code", *headers.values()], progress=progress):
        if row["Occupation Code"] in outlook:
            raise row.problem("Occupation Code", "each code once")
        outlook[row["Occupation Code"]] = {
            "employment": _jobs(row, headers["employment"]),
            "projected_employment": _jobs(row, headers["projected_employment"]),
            "projected_change": row.number(headers["projected_change"], low=-100, high=10_000),
            "annual_openings": _jobs(row, headers["annual_openings"]),
            "entry_education": row.one_of("Education Code", EDUCATION, "1 to 8").value,
            "experience": row.one_of("Workex Code", EXPERIENCE, "1, 2 or 4").value,
            "training": row.one_of("trCode", TRAINING, "1 to 6").value,
        }
    jobs = sum(figures["employment"] for figures in outlook.values())
    projected_jobs = sum(figures["projected_employment"] for figures in outlook.values())
    source = note_source(
        report,
        f"projections-{first}-{last}",
        title="Employment Projections",
        publisher="U.S. Bureau of Labor Statistics",
        release=f"{first}-{last}",
        # They come out in the summer after their first year.
        released_on=datetime.date(first + 1, 8, 1),
        url="https://www.bls.gov/emp/",
        licence="Public domain",
        credit=f"Source: U.S. Bureau of Labor Statistics, Employment Projections, {first}-{last}.",
        used_for="How many jobs there are and will be, and what they ask of beginners",
        baseline={
            "projected_change": round((projected_jobs / jobs - 1) * 100, 1),
            "employment": jobs,
            "projected_employment": projected_jobs,
        },
    )
    _take_over(file, outlook, Occupation.OUTLOOK, source, "outlook", report)


def _years(file: Path) -> tuple[int, int]:
    """The first and the last year of the projection, by the columns "Employment 2024" and "Employment 2034"."""
    years = [int(found[1]) for header in read_headers(file) if (found := re.fullmatch(r"Employment (\d{4})", header))]
    if len(years) != 2:
        raise ImportProblem(
            "The years of the projection cannot be told.",
            file=file,
            line=1,
            expected="two columns such as “Employment 2024” and “Employment 2034”",
        )
    return min(years), max(years)


def _jobs(row: Row, header: str) -> int:
    """Whole jobs; the table counts in thousands, with one decimal."""
    return round(row.number(header, low=0, high=1_000_000) * 1000)


def _take_over(
    file: Path,
    figures: dict[str, dict[str, Any]],
    fields: tuple[str, ...],
    source: DataSource,
    kind: str,
    report: Report,
) -> None:
    """Give every occupation the figures of its SOC code; ``kind`` is "wages" or "outlook"."""
    occupations = known_occupations(file).values()
    nothing = {name: Occupation._meta.get_field(name).get_default() for name in fields}
    take_over(
        Occupation,
        [
            {
                "code": occupation.code,
                **figures.get(occupation.soc_code, nothing),
                f"{kind}_source_id": source.pk,
            }
            for occupation in occupations
        ],
        fields=fields,
        report=report,
        source=f"{kind}_source_id",
        label=f"{kind} of occupations",
        only_known=True,
    )
