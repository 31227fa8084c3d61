"""What several pages need of occupations: rows to list, and the sources behind them."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from django.urls import reverse

from clusters.choices import Basis, Education, InterestArea, JobZone, Outlook
from clusters.models import DataSource
from clusters.search.words import stems_of

SOURCE_ROLES = {
    "taxonomy": "source_id",
    "interests": "interests_source_id",
    "wages": "wages_source_id",
    "outlook": "outlook_source_id",
}


@cache
def _occupation_address() -> str:
    # Made once: 150 calls of reverse() would be a fifth of a page's time.
    return reverse("clusters:occupation_detail", args=["CODE"])


def occupation_rows(facts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Facts of occupations with their address, the name that people say as ``title``, and their coded values in words."""
    rows = []
    for row in facts:
        zone, change, education = row["job_zone"], row["projected_change"], row["entry_education"]
        rows.append(
            row
            | {
                "title": row["friendly_title"] or row["title"],
                "official_title": _official_title(row["title"], row["friendly_title"]),
                "url": _occupation_address().replace("CODE", row["code"]),
                "zone": JobZone(zone) if zone else None,
                "outlook": None if change is None else Outlook.of(change),
                "education": Education(education) if education else None,
                # Only a pathway has its occupations on a basis.
                "editorial": row.get("basis") == Basis.EDITORIAL,
            }
        )
    return rows


# For all occupations there are, and then some: the words of a title cost more than all other facts of its row.
@lru_cache(maxsize=2048)
def _official_title(title: str, friendly_title: str) -> str:
    """The official title where it says something else than the friendly one: "Nurses" adds nothing to "Nurse"."""
    if not friendly_title or stems_of(title) == stems_of(friendly_title):
        return ""
    return title


def sources_of(rows: Iterable[dict[str, Any]]) -> dict[str, DataSource]:
    """The newest release behind the rows for each role: taxonomy, interests, wages, outlook."""
    ids = {role: {row[column] for row in rows} - {None} for role, column in SOURCE_ROLES.items()}
    sources = DataSource.objects.in_bulk(set().union(*ids.values()))
    return {
        role: max((sources[pk] for pk in wanted), key=lambda source: source.released_on)
        for role, wanted in ids.items()
        if wanted
    }


def national_median(sources: dict[str, DataSource]) -> int | None:
    """The median yearly wage of all jobs, in dollars, from the release the wages come from."""
    wages = sources.get("wages")
    return wages.baseline.get("wage_median") if wages else None


def mean_interests(rows: Iterable[dict[str, Any]]) -> list[float] | None:
    """The six interests of several occupations on average, in the order R I A S E C; None where no row has any."""
    areas = InterestArea.values
    profiles = [[row[area] for area in areas] for row in rows if row[InterestArea.REALISTIC] is not None]
    if not profiles:
        return None
    return [sum(scores) / len(profiles) for scores in zip(*profiles, strict=True)]
