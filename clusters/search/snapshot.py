"""What each process keeps in memory for search, until the content changes."""

from dataclasses import dataclass

from clusters.kept import kept_until_change
from clusters.models import Occupation, SearchEntry
from clusters.search.ranking import Standing
from clusters.search.words import Vocabulary


@dataclass(frozen=True)
class Snapshot:
    vocabulary: Vocabulary
    standings: dict[int, Standing]


@kept_until_change
def snapshot() -> Snapshot:
    """The snapshot of the content as it is now: one query, and two more after a change."""
    entries = SearchEntry.objects.values_list("title", "words").iterator()
    return Snapshot(Vocabulary(entries), _standings())


def _standings() -> dict[int, Standing]:
    rows = Occupation.objects.values_list("pk", "code", "employment", "job_zone")
    return {pk: Standing(code, employment, job_zone is not None) for pk, code, employment, job_zone in rows}
