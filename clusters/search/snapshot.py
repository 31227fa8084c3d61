"""What each process keeps in memory for search, until the content changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from clusters.kept import kept_until_change
from clusters.models import Occupation, SearchEntry
from clusters.search.ranking import Standing
from clusters.search.words import Vocabulary

# Entries that are in memory at a time.
PART = 5000


@dataclass(frozen=True)
class Snapshot:
    vocabulary: Vocabulary
    standings: dict[int, Standing]


@kept_until_change
def snapshot() -> Snapshot:
    """The snapshot of the content as it is now: one query, and after a change one more and one for each part of the entries."""
    return Snapshot(Vocabulary(_entries()), _standings())


def _entries() -> Iterator[tuple[str, str]]:
    """Title and words of each entry, read a part at a time; by primary key, as a pooler does not keep a cursor of the server."""
    entries = SearchEntry.objects.order_by("pk").values_list("pk", "title", "words")
    last, is_whole = 0, False
    while not is_whole:
        part = list(entries.filter(pk__gt=last)[:PART])
        yield from ((title, words) for _pk, title, words in part)
        is_whole = len(part) < PART
        last = part[-1][0] if part else last


def _standings() -> dict[int, Standing]:
    """Of each occupation that can be found, in the order of their codes."""
    rows = Occupation.objects.current().order_by("code").values_list("pk", "code", "employment", "job_zone")
    return {pk: Standing(code, employment, job_zone is not None) for pk, code, employment, job_zone in rows}
