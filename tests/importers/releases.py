"""Small made-up releases in the form of the official ones, and ways to write and to spoil them."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from openpyxl import Workbook

from clusters import models
from clusters.models import ContentVersion

NURSE, CRITICAL_CARE, DEVELOPER, ELECTRICIAN, INFANTRY = (
    "29-1141.00",
    "29-1141.03",
    "15-1252.00",
    "47-2111.00",
    "55-3016.00",
)
TITLES = {
    NURSE: "Registered Nurses",
    CRITICAL_CARE: "Critical Care Nurses",
    DEVELOPER: "Software Developers",
    ELECTRICIAN: "Electricians",
    INFANTRY: "Infantry",
}
AREAS = ("Realistic", "Investigative", "Artistic", "Social", "Enterprising", "Conventional")


@dataclass(frozen=True)
class Table:
    """A file with one table: its official name, columns and rows of text."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    # Columns that the importer reads; the others may change as they like.
    needed: tuple[str, ...]
    # Further sheets of a workbook, each a title and lines of text.
    sheets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    text_kind: str = ".csv"

    def write(self, folder: Path, *, kind: str | None = None) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        kind = kind or (".xlsx" if self.sheets else self.text_kind)
        file = folder / f"{self.name}{kind}"
        {".xlsx": self._write_xlsx, ".txt": self._write_txt, ".csv": self._write_csv}[kind](file)
        return file

    def _write_xlsx(self, file: Path) -> None:
        book = Workbook()
        book.active.append(self.headers)
        for row in self.rows:
            book.active.append([_cell(text) for text in row])
        for title, lines in self.sheets.items():
            sheet = book.create_sheet(title)
            for line in lines:
                sheet.append([line])
        book.save(file)

    def _write_txt(self, file: Path) -> None:
        lines = ["\t".join(line) for line in (self.headers, *self.rows)]
        file.write_bytes("".join(f"{line}\r\n" for line in lines).encode())

    def _write_csv(self, file: Path) -> None:
        with file.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows((self.headers, *self.rows))

    def reversed(self) -> "Table":
        """With the columns in the opposite order."""
        return replace(self, headers=self.headers[::-1], rows=tuple(row[::-1] for row in self.rows))

    def renamed(self, header: str) -> "Table":
        return replace(self, headers=tuple("Something Else" if name == header else name for name in self.headers))

    def without_row(self, number: int) -> "Table":
        return replace(self, rows=self.rows[:number] + self.rows[number + 1 :])

    def with_cell(self, row: int, header: str, text: str) -> "Table":
        """With another text in one cell; ``row`` counts from 0."""
        rows = [list(cells) for cells in self.rows]
        rows[row][self.headers.index(header)] = text
        return replace(self, rows=tuple(tuple(cells) for cells in rows))


def _cell(text: str) -> str | float | None:
    """As official workbooks have it: figures as numbers, nothing as an empty cell."""
    try:
        return float(text) if text else None
    except ValueError:
        return text


def table(name: str, headers: str, *rows: str, needed: str = "", **options) -> Table:
    """A table from lines with " | " between the cells."""
    columns = tuple(headers.split(" | "))
    cells = tuple(tuple(cell.strip() for cell in row.split(" | ")) for row in rows)
    return Table(name, columns, cells, tuple(needed.split(" | ")) if needed else columns, **options)


def onet(name: str, headers: str, rows: list[tuple], needed: str) -> Table:
    return Table(
        name,
        ("O*NET-SOC Code", "Title", *headers.split(" | ")),
        tuple((row[0], TITLES.get(row[0], "?"), *(str(cell) for cell in row[1:])) for row in rows),
        ("O*NET-SOC Code", *needed.split(" | ")),
        text_kind=".txt",
    )


OCCUPATION_DATA = Table(
    "Occupation Data",
    ("O*NET-SOC Code", "Title", "Description"),
    tuple((code, title, "A sentence that must not be imported.") for code, title in TITLES.items()),
    ("O*NET-SOC Code", "Title"),
    text_kind=".txt",
)
JOB_ZONES = onet(
    "Job Zones",
    "Job Zone | Date | Domain Source",
    [
        (code, zone, "08/2023", "Analyst")
        for code, zone in ((NURSE, 3), (CRITICAL_CARE, 3), (DEVELOPER, 4), (ELECTRICIAN, 3))
    ],
    "Job Zone",
)


def interests(add: float = 0, *, date: str = "11/2023") -> Table:
    """Interests of all but the infantry: 1.1, 1.2, ... for the first, 2.1, ... for the next, all raised by ``add``."""
    return onet(
        "Interests",
        "Element ID | Element Name | Scale ID | Scale Name | Data Value | Date | Domain Source",
        [
            (
                code,
                f"1.B.1.{number}",
                area,
                "OI",
                "Occupational Interests",
                round(base + number / 10 + add, 2),
                date,
                "ML",
            )
            for base, code in enumerate((NURSE, CRITICAL_CARE, DEVELOPER, ELECTRICIAN), start=1)
            for number, area in enumerate(AREAS, start=1)
        ]
        + [(NURSE, "1.B.1.g", "First Interest High-Point", "IH", "High-Point", 4, date, "ML")],
        "Element Name | Scale ID | Data Value",
    )


_RATINGS = "Element ID | Element Name | Scale ID | Data Value | N | Recommend Suppress | Date"
_RATINGS_NEEDED = "Element ID | Element Name | Scale ID | Data Value | Recommend Suppress"


def ratings(name: str, rows: list[tuple]) -> Table:
    """Ratings from (code, element, its name, importance, level, suppressed)."""
    lines = []
    for code, element, title, importance, level, suppressed in rows:
        lines.append((code, element, title, "IM", importance, 8, suppressed, "08/2023"))
        lines.append((code, element, title, "LV", level, 8, "N", "08/2023"))
    return onet(name, _RATINGS, lines, _RATINGS_NEEDED)


SKILLS = ratings(
    "Skills",
    [
        # Twelve of at least 3.0, of which ten stay: by importance, then by element.
        *((NURSE, f"2.A.1.{letter}", f"Skill {letter}", 3.5, 4, "N") for letter in "abcdefghijk"),
        (NURSE, "2.A.1.z", "Skill z", 4.25, 5.5, "N"),
        (DEVELOPER, "2.A.1.a", "Skill a", 3.0, 2, "N"),
        (DEVELOPER, "2.A.1.b", "Skill b", 2.99, 2, "N"),
        (DEVELOPER, "2.A.1.c", "Skill c", 4.5, 2, "Y"),
    ],
)
KNOWLEDGE = ratings(
    "Knowledge", [(NURSE, "2.C.5.a", "Medicine", 4.9, 6.1, "N"), (DEVELOPER, "2.C.3.a", "Computers", 4.8, 5, "N")]
)
TECHNOLOGY = onet(
    "Technology Skills",
    "Example | Commodity Code | Commodity Title | Hot Technology | In Demand",
    [
        *((NURSE, f"Chart {number:02}", 1, "Software", "N", "N") for number in range(10)),
        (NURSE, "Zebra", 1, "Software", "Y", "N"),
        (NURSE, "Yak", 1, "Software", "N", "Y"),
        (DEVELOPER, "Python", 1, "Software", "Y", "Y"),
        (DEVELOPER, "C#", 1, "Software", "Y", "N"),
    ],
    "Example | Hot Technology | In Demand",
)
RELATED = onet(
    "Related Occupations",
    "Related O*NET-SOC Code | Related Title | Relatedness Tier | Index",
    [
        (NURSE, DEVELOPER, "Software Developers", "Primary-Long", 2),
        (NURSE, CRITICAL_CARE, "Critical Care Nurses", "Primary-Short", 1),
        (NURSE, ELECTRICIAN, "Electricians", "Supplemental", 11),
        (DEVELOPER, ELECTRICIAN, "Electricians", "Primary-Short", 1),
    ],
    "Related O*NET-SOC Code | Relatedness Tier | Index",
)
ALTERNATE_TITLES = onet(
    "Alternate Titles",
    "Alternate Title | Short Title | Source(s)",
    [
        (NURSE, "Registered Nurse", "RN", "10"),
        (NURSE, "Registered Nurse", "", "08"),
        (NURSE, "Staff Nurse", "", "08"),
        (DEVELOPER, "Programmer", "", "08"),
    ],
    "Alternate Title | Short Title",
)
ONET = (OCCUPATION_DATA, JOB_ZONES, interests(), SKILLS, KNOWLEDGE, TECHNOLOGY, RELATED, ALTERNATE_TITLES)
READ_ME = "O*NET 29.3 Database\nMay 2025 Release\n----------------\n"


def write_onet(folder: Path, *tables: Table, kind: str = ".txt", read_me: str = READ_ME) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for each in tables or ONET:
        each.write(folder, kind=kind)
    if read_me:
        (folder / "Read Me.txt").write_text(read_me)
    return folder


SOC = table(
    "onetsoc2019_to_soc2018",
    "O*NET-SOC 2019 Code | O*NET-SOC 2019 Title | 2018 SOC Code | 2018 SOC Title",
    *(
        f"{code} | {title} | {code[:7]} | {title.replace('Critical Care', 'Registered')}"
        for code, title in TITLES.items()
    ),
    needed="O*NET-SOC 2019 Code | 2018 SOC Code | 2018 SOC Title",
)
CAREER_CLUSTERS = table(
    "All_Career_Clusters",
    "Career Cluster | Career Pathway | Code | Occupation",
    f"Health Science | Therapeutic Services | {NURSE} | Registered Nurses",
    f"Health Science | Therapeutic  services | {CRITICAL_CARE} | Critical Care Nurses",
    f"Health Science; Information Technology | Support Services; Programming and Software Development | {DEVELOPER} | S",
    needed="Career Cluster | Career Pathway | Code",
)
_WAGES = "H_PCT10 | H_PCT25 | H_MEDIAN | H_PCT75 | H_PCT90 | A_PCT10 | A_PCT25 | A_MEDIAN | A_PCT75 | A_PCT90"
OEWS = table(
    "national_M2025_dl",
    f"AREA | OCC_CODE | OCC_TITLE | O_GROUP | {_WAGES} | ANNUAL | HOURLY",
    "99 | 00-0000 | All | total | 15 | 18.5 | 24.5 | 38 | 61 | 31200 | 37590 | 50980 | 80520 | 128560 |  | ",
    "99 | 29-0000 | Health | major | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 | 1 |  | ",
    "99 | 29-1141 | Nurses | detailed | 30.5 | 35 | 45.5 | 55 | # | 66030 | 78610 | 93600 | 107960 | # |  | ",
    "99 | 15-1252 | Developers | detailed | * | * | * | * | * | 79850 | 103000 | 133080 | 169000 | 211450 | TRUE | ",
    "99 | 47-2111 | Electricians | detailed | 19 | 22.5 | 29.98 | 39 | 50 | * | * | * | * | * |  | TRUE",
    needed=f"AREA | OCC_CODE | O_GROUP | {_WAGES}",
    sheets={
        "Field Descriptions": (
            "May 2025 OEWS Estimates",
            "*  = indicates that a wage estimate is not available",
            "#  = indicates a wage equal to or greater than $115.00 per hour or $239,200 per year ",
        )
    },
)
PROJECTIONS = Table(
    "Employment Projections",
    (
        "Occupation Title", "Occupation Code", "Employment 2024", "Employment 2034", "Employment Change, 2024-2034",
        "Employment Percent Change, 2024-2034", "Occupational Openings, 2024-2034 Annual Average",
        "Median Annual Wage 2024", "Typical Entry-Level Education", "Education Code",
        "Work Experience in a Related Occupation", "Workex Code", "Typical on-the-job Training", "trCode",
    ),
    (
        ("Registered nurses    * RN* Staff Nurse", "29-1141", "3,391.0", "3,557.1", "166.1", "4.9", "189.1", "93,600",
         "Bachelor's degree", "3", "None", "4", "None", "6"),
        ("Software developers", "15-1252", "1,693.8", "1,961.4", "267.7", "15.8", "115.2", "133,080",
         "Bachelor's degree", "3", "None", "4", "None", "6"),
        ("Word processors", "43-9022", "40", "25.6", "-14.4", "-36.1", "2.2", "N/A",
         "High school diploma or equivalent", "7", "5 years or more", "1", "Short-term on-the-job training", "5"),
    ),
    (
        "Occupation Code", "Employment 2024", "Employment 2034", "Employment Percent Change, 2024-2034",
        "Occupational Openings, 2024-2034 Annual Average", "Education Code", "Workex Code", "trCode",
    ),
)  # fmt: skip
MAJORS = table(
    "CIPCode2020",
    "CIPFamily | CIPCode | Action | CIPTitle | CIPDefinition",
    '="51" | ="51" | No substantive changes | HEALTH PROFESSIONS. | Must not be imported.',
    '="51" | ="51.38" | New | Nursing. | Must not be imported.',
    '="51" | ="51.3801" | New | Registered Nursing/Registered Nurse. | Must not be imported.',
    '="11" | ="11.0701" | No substantive changes | Computer Science. | Must not be imported.',
    '="01" | ="01.0309" | Moved from | Viticulture and Enology. | Moved from 01.0309 to 01.1004',
    '="60" | ="60.0404" | Deleted | Periodontics. | Deleted',
    needed="CIPCode | Action | CIPTitle",
)
MAJOR_OCCUPATIONS = table(
    "CIP2020_SOC2018_Crosswalk",
    "CIP2020Code | CIP2020Title | SOC2018Code | SOC2018Title",
    "51.3801 | Registered Nursing/Registered Nurse. | 29-1141 | Registered Nurses",
    "11.0701 | Computer Science. | 15-1252 | Software Developers",
    "11.0701 | Computer Science. | 15-9999 | Not one of ours",
    "51.3801 | Registered Nursing/Registered Nurse. | 99-9999 | NO MATCH",
    "99.9999 | NO MATCH | 55-3016 | Infantry",
    needed="CIP2020Code | SOC2018Code",
)
COURSES = table(
    "sced_v12",
    "sced_course_code | subject_area | title | description",
    "01001 | 01 | English/Language Arts I (9th grade) | Must not be imported.",
    "14051 | 14 | Nursing | Must not be imported.",
    "10152 | 10 | Computer Programming | Must not be imported.",
    needed="sced_course_code | subject_area | title",
)


@dataclass(frozen=True)
class Release:
    """What one call of an import command takes: one table in a file, or a folder of tables."""

    name: str
    command: str
    write: Callable[..., Path]
    tables: tuple[Table, ...]

    def __str__(self):
        return self.name


def _one_file(name: str, command: str, only: Table) -> Release:
    return Release(name, command, lambda folder, *tables: (tables or (only,))[0].write(folder), (only,))


# In the order in which they are imported.
RELEASES = (
    Release("onet", "import_onet", write_onet, ONET),
    _one_file("soc", "import_crosswalk", SOC),
    _one_file("career clusters", "import_crosswalk", CAREER_CLUSTERS),
    _one_file("oews", "import_oews", OEWS),
    _one_file("projections", "import_projections", PROJECTIONS),
    _one_file("majors", "import_majors", MAJORS),
    _one_file("major occupations", "import_majors", MAJOR_OCCUPATIONS),
    _one_file("courses", "import_courses", COURSES),
)

CONTENT = (
    models.DataSource, models.Framework, models.Cluster, models.Pathway, models.Occupation, models.PathwayOccupation,
    models.Skill, models.OccupationSkill, models.Technology, models.OccupationTechnology, models.RelatedOccupation,
    models.AlternateTitle, models.Major, models.MajorOccupation, models.Course, models.Credential, models.Program,
    models.CourseSlot, models.ProgramOccupation, models.ProgramCredential, models.WorkBasedLearning, models.ProgramMajor,
)  # fmt: skip


def everything() -> dict[str, list]:
    """All content of the database, and how often it changed; equal before and after means nothing was written."""
    content = {model.__name__: list(model.objects.order_by("pk").values()) for model in CONTENT}
    return content | {"version": [ContentVersion.current()]}
