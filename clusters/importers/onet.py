"""The O*NET database: a folder of tables about occupations, each as .xlsx or tab-separated .txt.

A release is taken over in blocks, each from one or two tables; a folder may have some of them. Each block knows which
release it is from, so interests can be newer than skills. Official definitions and task statements are not imported.
"""

import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from clusters.choices import InterestArea, JobZone, SkillKind
from clusters.importers.base import Report, known_occupations, note_source, take_over
from clusters.importers.tables import ImportProblem, Progress, Row, read_table, silent
from clusters.models import (
    AlternateTitle,
    ContentVersion,
    DataSource,
    Occupation,
    OccupationSkill,
    OccupationTechnology,
    RelatedOccupation,
    Skill,
    Technology,
)
from clusters.models.base import ReferenceModel

CODE = "O*NET-SOC Code"
IMPORTANT = 3.0  # of 5
MOST = 10  # skills, areas of knowledge, technologies of an occupation
YES_NO = {"Y": True, "N": False}


def terms(product: str) -> dict[str, str]:
    """Who publishes this part of O*NET, and what its licence asks for (https://www.onetcenter.org/license_db.html)."""
    return {
        "publisher": "U.S. Department of Labor, Employment and Training Administration",
        "licence": "Creative Commons Attribution 4.0 (CC BY 4.0)",
        "credit": (
            f"This site includes information from {product} by the U.S. Department of Labor, Employment and Training "
            "Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a trademark of USDOL/ETA. This "
            "site has modified all or some of this information. USDOL/ETA has not approved, endorsed, or tested these "
            "modifications."
        ),
    }


class Release:
    """A folder of O*NET tables of one release."""

    def __init__(self, folder: Path, report: Report, progress: Progress):
        self.folder, self.report, self.progress = folder, report, progress

    def path(self, table: str) -> Path | None:
        """The file of a table, under its official name; None when the folder does not have it."""
        files = (self.folder / f"{table}{kind}" for kind in (".xlsx", ".txt"))
        return next((file for file in files if file.exists()), None)

    def read(self, table: str, *headers: str) -> list[Row]:
        return read_table(self.path(table), [CODE, *headers], progress=self.progress)

    @cached_property
    def source(self) -> DataSource:
        number, month = self._identify()
        return note_source(
            self.report,
            f"onet-{number.replace('.', '-')}",
            title="O*NET Database",
            release=number,
            released_on=month,
            url="https://www.onetcenter.org/database.html",
            **terms(f"the O*NET {number} Database"),
        )

    @cached_property
    def occupations(self) -> dict[str, Occupation]:
        """All occupations of the database by code; first used when this release has brought its own."""
        return known_occupations(self.folder)

    def occupation(self, row: Row, header: str = CODE) -> Occupation:
        return row.one_of(header, self.occupations, "the code of an occupation, such as 29-1141.00")

    def take_over(self, model: type[ReferenceModel], rows: Iterable[dict[str, Any]], **options: Any) -> None:
        take_over(model, rows, report=self.report, **options)

    def _identify(self) -> tuple[str, datetime.date]:
        """The number of the release and its month, by the read-me or else by the folder's name and the newest row."""
        read_me = self.folder / "Read Me.txt"
        if read_me.exists():
            text = read_me.read_text(errors="replace")
            if found := re.search(r"O\*NET (\d+\.\d+) Database\s+(\w+ \d{4}) Release", text):
                return found[1], _month(found[2], "%B %Y", file=read_me)
        if found := re.search(r"\bdb_(\d+)_(\d+)", self.folder.name):
            return f"{found[1]}.{found[2]}", self._newest_month()
        raise ImportProblem(
            "Which release this is cannot be told.",
            file=self.folder,
            expected="the file “Read Me.txt” in it, or a folder name such as db_30_2_text",
        )

    def _newest_month(self) -> datetime.date:
        file = next((path for table in ("Interests", "Job Zones", "Skills") if (path := self.path(table))), None)
        if file is None:
            raise ImportProblem(
                "The month of the release cannot be told.", file=self.folder, expected="the file “Read Me.txt” in it"
            )
        return max(_month(row["Date"], "%m/%Y", file=file, line=row.line) for row in read_table(file, [CODE, "Date"]))


def _month(text: str, pattern: str, *, file: Path, line: int | None = None) -> datetime.date:
    try:
        return datetime.datetime.strptime(text, pattern).replace(tzinfo=datetime.UTC).date()
    except ValueError:
        raise ImportProblem(f"“{text}” is no month.", file=file, line=line, expected="a month and a year") from None


def occupations(release: Release) -> None:
    """Codes, titles and job zones. Occupations without a job zone have none published."""
    zones = {}
    for row in release.read("Job Zones", "Job Zone"):
        _put(zones, row[CODE], row.whole("Job Zone", low=min(JobZone), high=max(JobZone)), row)
    rows = {}
    for row in release.read("Occupation Data", "Title"):
        if not re.fullmatch(r"\d\d-\d{4}\.\d\d", row[CODE]):
            raise row.problem(CODE, "a code such as 29-1141.00")
        if not row["Title"]:
            raise row.problem("Title", "the title of the occupation")
        values = {
            "code": row[CODE],
            "title_en": row["Title"],
            "job_zone": zones.pop(row[CODE], None),
            # The crosswalk to SOC 2018 says the same of all occupations so far; it has the last word.
            "soc_code": row[CODE][:7],
            "source_id": release.source.pk,
        }
        _put(rows, row[CODE], values, row)
    if zones:
        raise ImportProblem(
            f"{', '.join(sorted(zones))} has no line in Occupation Data.",
            file=release.path("Job Zones"),
            expected="tables of one release",
        )
    file = release.path("Occupation Data")
    release.take_over(Occupation, rows.values(), fields=["title_en", "job_zone"], file=file)


def interests(release: Release) -> None:
    """The six interest scores (scale OI, 1 to 7) of each occupation that has them."""
    areas = {area.value.title(): area.value for area in InterestArea}
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    last_row = {}
    for row in release.read("Interests", "Element Name", "Scale ID", "Data Value"):
        release.occupation(row)
        if row["Scale ID"] == "OI":
            area = row.one_of("Element Name", areas, f"one of {', '.join(areas)}")
            _put(scores[row[CODE]], area, row.number("Data Value", low=1, high=7), row)
            last_row[row[CODE]] = row
    for code, found in scores.items():
        if len(found) < len(areas):
            raise last_row[code].problem(CODE, f"all six interests of it, not only {', '.join(found)}")
    if not scores:
        raise ImportProblem("No line has the scale OI.", file=release.path("Interests"), expected="the scale OI")
    none = dict.fromkeys(InterestArea.values)
    release.take_over(
        Occupation,
        [
            {"code": code, **(scores.get(code) or none), "interests_source_id": release.source.pk}
            for code in release.occupations
        ],
        fields=Occupation.INTERESTS,
        source="interests_source_id",
        label="interests of occupations",
        only_known=True,
    )


def skills(release: Release) -> None:
    """Per occupation the most important skills and areas of knowledge: importance (1 to 5) and level (0 to 7)."""
    elements, importance, level = {}, {}, {}
    for table, kind in (("Skills", SkillKind.SKILL), ("Knowledge", SkillKind.KNOWLEDGE)):
        headers = ("Element ID", "Element Name", "Scale ID", "Data Value", "Recommend Suppress")
        for row in release.read(table, *headers):
            key = release.occupation(row).code, row["Element ID"]
            low, high, figures = row.one_of("Scale ID", {"IM": (1, 5, importance), "LV": (0, 7, level)}, "IM or LV")
            value = row.number("Data Value", low=low, high=high)
            elements[row["Element ID"]] = {
                "element_id": row["Element ID"],
                "name_en": row["Element Name"],
                "kind": kind.value,
                "source_id": release.source.pk,
            }
            # What O*NET recommends to suppress rests on too few answers.
            if row["Recommend Suppress"] != "Y":
                _put(figures, key, value, row)
    release.take_over(Skill, elements.values(), fields=["name_en", "kind"], file=release.path("Skills"))
    ids = dict(Skill.objects.values_list("element_id", "pk"))
    release.take_over(
        OccupationSkill,
        [
            {
                "occupation_id": release.occupations[code].pk,
                "skill_id": ids[element],
                "importance": importance[code, element],
                "level": level.get((code, element)),
                "source_id": release.source.pk,
            }
            for code, element in _most_important(importance, elements)
        ],
        fields=["importance", "level"],
        file=release.path("Skills"),
    )


def _most_important(importance: dict[tuple[str, str], float], elements: dict[str, dict]) -> list[tuple[str, str]]:
    """The occupations and elements to keep, of each kind at most MOST for an occupation."""
    candidates = defaultdict(list)
    for (code, element), value in importance.items():
        if value >= IMPORTANT:
            candidates[code, elements[element]["kind"]].append((-value, element))
    return [(code, element) for (code, _), found in candidates.items() for _, element in sorted(found)[:MOST]]


def technologies(release: Release) -> None:
    """Per occupation at most ten technologies: hot ones first, then those in demand, then by name."""
    used: dict[str, dict[str, tuple]] = defaultdict(dict)
    for row in release.read("Technology Skills", "Example", "Hot Technology", "In Demand"):
        hot = row.one_of("Hot Technology", YES_NO, "Y or N")
        in_demand = row.one_of("In Demand", YES_NO, "Y or N")
        name = row["Example"]
        _put(used[release.occupation(row).code], name, (not hot, not in_demand, name.casefold(), name), row)
    chosen = {code: sorted(found.values())[:MOST] for code, found in used.items()}
    hot = {name: not cold for found in chosen.values() for cold, _, _, name in found}
    file = release.path("Technology Skills")
    release.take_over(
        Technology,
        [{"name": name, "hot": is_hot, "source_id": release.source.pk} for name, is_hot in hot.items()],
        fields=["hot"],
        file=file,
    )
    ids = dict(Technology.objects.values_list("name", "pk"))
    release.take_over(
        OccupationTechnology,
        [
            {
                "occupation_id": release.occupations[code].pk,
                "technology_id": ids[name],
                "position": position,
                "in_demand": not not_in_demand,
                "source_id": release.source.pk,
            }
            for code, found in chosen.items()
            for position, (_, not_in_demand, _, name) in enumerate(found, start=1)
        ],
        fields=["position", "in_demand"],
        file=file,
    )


def related_occupations(release: Release) -> None:
    """Per occupation its primary related ones, nearest first."""
    primary = {"Primary-Short": True, "Primary-Long": True, "Supplemental": False}
    other = "Related O*NET-SOC Code"
    rows = {}
    for row in release.read("Related Occupations", other, "Relatedness Tier", "Index"):
        values = {
            "occupation_id": release.occupation(row).pk,
            "related_id": release.occupation(row, other).pk,
            "position": row.whole("Index", low=1, high=100),
            "source_id": release.source.pk,
        }
        if row[CODE] == row[other]:
            raise row.problem(other, "another occupation")
        if row.one_of("Relatedness Tier", primary, f"one of {', '.join(primary)}"):
            _put(rows, (row[CODE], row[other]), values, row)
    file = release.path("Related Occupations")
    release.take_over(RelatedOccupation, rows.values(), fields=["position"], file=file)


def alternate_titles(release: Release) -> None:
    """All titles that people use for an occupation."""
    rows = {}
    for row in release.read("Alternate Titles", "Alternate Title", "Short Title"):
        if not row["Alternate Title"]:
            raise row.problem("Alternate Title", "a title")
        values = {
            "occupation_id": release.occupation(row).pk,
            "title": row["Alternate Title"],
            "short_title": row["Short Title"],
            "source_id": release.source.pk,
        }
        _put(rows, (row[CODE], row["Alternate Title"], row["Short Title"]), values, row)
    release.take_over(AlternateTitle, rows.values(), fields=[], file=release.path("Alternate Titles"))


def _put(found: dict, key: Any, value: Any, row: Row) -> None:
    """Note a value under its key, which no earlier line may have."""
    if key in found:
        raise row.problem(CODE, "no second line of the same kind for this occupation")
    found[key] = value


@dataclass(frozen=True)
class Block:
    """Tables that are taken over together, and the rows that then know the release."""

    label: str
    tables: tuple[str, ...]
    run: Callable[[Release], None]
    model: type[ReferenceModel]
    source: str = "source"


BLOCKS: Sequence[Block] = (
    Block("occupations and job zones", ("Occupation Data", "Job Zones"), occupations, Occupation),
    Block("interests", ("Interests",), interests, Occupation, "interests_source"),
    Block("skills and knowledge", ("Skills", "Knowledge"), skills, OccupationSkill),
    Block("technology", ("Technology Skills",), technologies, OccupationTechnology),
    Block("related occupations", ("Related Occupations",), related_occupations, RelatedOccupation),
    Block("job titles", ("Alternate Titles",), alternate_titles, AlternateTitle),
)


def import_onet(folder: Path, report: Report, progress: Progress = silent) -> None:
    """Take over the tables of an O*NET release that ``folder`` has, in the caller's transaction."""
    release = Release(folder, report, progress)
    present = [block for block in BLOCKS if all(release.path(table) for table in block.tables)]
    if not present:
        raise ImportProblem(
            "None of the O*NET tables is there.",
            file=folder,
            expected="a folder with " + ", or ".join(" and ".join(block.tables) for block in BLOCKS),
        )
    if BLOCKS[0] not in present and release.path("Occupation Data"):
        for row in release.read("Occupation Data"):
            release.occupation(row)
    for block in present:
        block.run(release)
    if missing := [block.label for block in BLOCKS if block not in present]:
        report.notes.append(
            f"O*NET {release.source.release} has no {', '.join(missing)} in this folder; they stay as they are."
        )
    _say_what_is_used()


def _say_what_is_used() -> None:
    for source in DataSource.objects.filter(slug__regex=r"^onet-\d"):
        used = [block.label for block in BLOCKS if block.model.objects.filter(**{block.source: source}).exists()]
        text = ", ".join(used) or "nothing now, a newer release took its place"
        text = text[0].upper() + text[1:]
        # It stands on a page, and may be all that changes.
        if DataSource.objects.filter(pk=source.pk).exclude(used_for=text).update(used_for=text):
            ContentVersion.bump()
