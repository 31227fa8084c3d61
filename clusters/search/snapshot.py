"""What each process keeps in memory for search, until the content changes."""

from dataclasses import dataclass

from clusters.models import ContentVersion, Occupation, SearchEntry
from clusters.search.ranking import Standing
from clusters.search.words import Vocabulary


@dataclass(frozen=True)
class Snapshot:
    version: int
    vocabulary: Vocabulary
    standings: dict[int, Standing]


_kept: Snapshot | None = None


def current() -> Snapshot:
    """The snapshot of the content as it is now: one query, and two more after a change."""
    global _kept
    version = ContentVersion.current()
    kept = _kept
    if kept is None or kept.version != version:
        kept = _kept = Snapshot(version, _vocabulary(), _standings())
    return kept


def forget() -> None:
    """Drop what this process keeps. A transaction that is undone gives its version number to the next one."""
    global _kept
    _kept = None


def _vocabulary() -> Vocabulary:
    entries = SearchEntry.objects.values_list("title", "words")
    titles, words = zip(*entries, strict=True) if entries else ((), ())
    return Vocabulary(titles, stems=" ".join(words).split())


def _standings() -> dict[int, Standing]:
    rows = Occupation.objects.values_list("pk", "code", "employment", "job_zone")
    return {pk: Standing(code, employment, job_zone is not None) for pk, code, employment, job_zone in rows}
