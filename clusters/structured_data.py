"""What a page says, in the words of schema.org, for search engines and other programs.

Each function takes what the page's view has loaded, asks the database nothing, and says only what the page shows: a fact that
is not published has no property. Source of the terms: https://schema.org, EducationalOccupationalProgram and Occupation.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from clusters.atlas import Row
from clusters.models import CourseSlot, DataSource, Program, ProgramCredential

Data = dict[str, Any]

_CONTEXT = "https://schema.org"
_TAXONOMY = {"@type": "CategoryCodeSet", "name": "O*NET-SOC 2019", "url": "https://www.onetonline.org/"}
_PERCENTILES = {
    "p10": "percentile10",
    "p25": "percentile25",
    "median": "median",
    "p75": "percentile75",
    "p90": "percentile90",
}
_DURATIONS = {"year": "P1Y", "hour": "PT1H"}


def program_data(program: Program, *, url: str, school_url: str | None) -> Data:
    """A program of study from ``Program.objects.with_parts()``; ``url`` and ``school_url`` are full addresses."""
    slots = list(program.course_slots.all())
    return _known(
        {
            "@context": _CONTEXT,
            "@type": "EducationalOccupationalProgram",
            "name": program.title,
            "description": program.summary,
            "url": url,
            "provider": program.school and {"@type": "School", "name": program.school.name, "url": school_url},
            "timeToComplete": _years(slots),
            "programPrerequisites": program.ways_in,
            "occupationalCategory": [
                _category(link.occupation.code, link.occupation.title) for link in program.program_occupations.all()
            ],
            "hasCourse": [_course(slot) for slot in slots],
            "occupationalCredentialAwarded": [_credential(link) for link in program.program_credentials.all()],
        }
    )


def occupation_data(
    occupation: Row,
    *,
    url: str,
    skills: Sequence[str],
    pay_period: str | None,
    pay: Mapping[str, float | None],
    source: DataSource | None,
) -> Data:
    """An occupation, from its row in the atlas.

    ``skills`` are their names, ``source`` is that of the pay. ``pay`` has the percentiles that its page shows, in dollars
    a ``pay_period``: "year", "hour" or
    None.
    """
    return _known(
        {
            "@context": _CONTEXT,
            "@type": "Occupation",
            "name": occupation["title"],
            "description": occupation["summary"],
            "url": url,
            "occupationalCategory": [_category(occupation["code"], occupation["taxonomy_title"])],
            "occupationLocation": {"@type": "Country", "name": "US"},
            "estimatedSalary": _salary(occupation, pay_period, pay, source),
            "educationRequirements": occupation["education"] and str(occupation["education"].label),
            "experienceRequirements": occupation["experience"] and str(occupation["experience"].label),
            "skills": skills,
        }
    )


def _known(data: Data) -> Data:
    """The data without what is not known."""
    return {name: value for name, value in data.items() if value not in (None, "", [])}


def _category(code: str, title: str) -> Data:
    return {
        "@type": "CategoryCode",
        "codeValue": code,
        "name": title,
        "inCodeSet": _TAXONOMY,
    }


def _years(slots: list[CourseSlot]) -> str | None:
    """From the first to the last year that has a course, as ISO 8601 writes a duration: P4Y."""
    grades = [slot.grade for slot in slots]
    return f"P{max(grades) - min(grades) + 1}Y" if grades else None


def _course(slot: CourseSlot) -> Data:
    return _known(
        {
            "@type": "Course",
            "name": slot.shown_title,
            "courseCode": slot.catalog_course.number if slot.catalog_course else None,
            "educationalLevel": slot.get_grade_display(),
        }
    )


def _credential(link: ProgramCredential) -> Data:
    credential = link.credential
    return _known(
        {
            "@type": "EducationalOccupationalCredential",
            "name": credential.name,
            "credentialCategory": credential.get_kind_display(),
            "recognizedBy": {"@type": "Organization", "name": credential.issuer},
            "url": credential.url,
        }
    )


def _salary(
    occupation: Row, pay_period: str | None, pay: Mapping[str, float | None], source: DataSource | None
) -> Data | None:
    if pay_period is None:
        return None
    # Top-coded figures stand at the ceiling of what is published; nobody knows how much more it is.
    ceiling = max(amount for amount in pay.values() if amount is not None) if occupation["wage_top_coded"] else None
    amounts = {_PERCENTILES[name]: amount for name, amount in pay.items() if amount != ceiling}
    return _known(
        {
            "@type": "MonetaryAmountDistribution",
            "name": f"{occupation['soc_title'] or occupation['taxonomy_title']}: {source}",
            "currency": "USD",
            "duration": _DURATIONS[pay_period],
            **amounts,
        }
    )
