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
    return Snapshot(_vocabulary(), _standings())


def _vocabulary() -> Vocabulary:
    entries = SearchEntry.objects.values_list("title", "words")
    titles, words = zip(*entries, strict=True) if entries else ((), ())
    return Vocabulary(titles, stems=" ".join(words).split())


def _standings() -> dict[int, Standing]:
    rows = Occupation.objects.values_list("pk", "code", "employment", "job_zone")
    return {pk: Standing(code, employment, job_zone is not None) for pk, code, employment, job_zone in rows}
