"""Search over clusters, pathways, programs of study and occupations by any of their names, and over occupation codes.

The database picks a bounded number of candidates, in an order that is the same on SQLite and PostgreSQL; ``ranking`` puts
the best first.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connections, router

from clusters.models import SearchEntry, SearchKind
from clusters.search.ranking import Candidate, Found, Term, rank
from clusters.search.snapshot import Snapshot, snapshot
from clusters.search.words import Vocabulary, shared_start, word, words_of

MAX_CHARACTERS = 100
MAX_WORDS = 8
MAX_RESULTS = 50
CANDIDATES = 300
# What people write around the thing they look for; it may be missing from what is found.
FILLERS = frozenset(["be", "become", "career", "careers", "do", "how", "i", "job", "jobs", "like", "want"])

_CODE = re.compile(r"([0-9]{2})[- ]?([0-9]{0,4})[. ]?([0-9]{0,2})")


# Official titles first (the kinds' names descend from program to alternate), then those with most words as typed, then short
# ones. Written out, because the query builder takes several times as long as the database does.
_CANDIDATES = """
    SELECT kind, target, title FROM {entries} WHERE {matches}
    ORDER BY kind DESC, {as_typed} DESC, length, title COLLATE {bytewise} LIMIT {limit}
"""
# 1 for an entry that has the stem, 0 for others.
_HOLDS = "CAST(' ' || entry.words || ' ' LIKE %s AS integer)"


@dataclass(frozen=True)
class _Dialect:
    """How a database is asked for the entries that hold words; the words are ASCII letters and digits."""

    entries: str
    matches: str
    start: str
    every: str
    some: str
    bytewise: str


_DIALECTS = {
    "sqlite": _Dialect(
        "clusters_searchindex JOIN clusters_searchentry entry ON entry.id = clusters_searchindex.rowid",
        "clusters_searchindex MATCH %s",
        start="{}*",
        every=" AND ",
        some=" OR ",
        bytewise="BINARY",
    ),
    "postgresql": _Dialect(
        "clusters_searchentry entry",
        "array_to_tsvector(string_to_array(entry.words, ' ')) @@ %s::tsquery",
        start="{}:*",
        every=" & ",
        some=" | ",
        bytewise='"C"',
    ),
}


@dataclass(frozen=True)
class Results:
    """What was found, best first in each group, at most ``limit`` in each.

    ``query`` is what was searched for, made fit to show. ``corrected`` is what was searched for instead, when a word was
    misspelled. ``partial`` says that nothing has all of the words, and that some of them are missing from what was found.
    """

    query: str
    corrected: str | None = None
    partial: bool = False
    clusters: list[Found] = field(default_factory=list)
    pathways: list[Found] = field(default_factory=list)
    programs: list[Found] = field(default_factory=list)
    occupations: list[Found] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.clusters) + len(self.pathways) + len(self.programs) + len(self.occupations)

    @property
    def is_empty(self) -> bool:
        return not self.total


def search(query: str, *, limit: int = MAX_RESULTS) -> Results:
    """Find a query of any kind: it never raises. At most four queries, and two more after the content has changed."""
    query = _clean(query)
    typed = words_of(query)[:MAX_WORDS]
    if not typed:
        return Results(query)
    kept = snapshot()
    if found := _by_code(query, kept):
        return Results(query, occupations=found[:limit])
    words = [part for text in typed for part in _correct(text, kept.vocabulary).split()]
    found, partial = _by_words(words, kept)
    groups = {kind: [result for result in found if result.kind == kind][:limit] for kind in SearchKind}
    return Results(
        query,
        corrected=" ".join(words) if found and words != typed else None,
        partial=partial,
        clusters=groups[SearchKind.CLUSTER],
        pathways=groups[SearchKind.PATHWAY],
        programs=groups[SearchKind.PROGRAM],
        occupations=groups[SearchKind.OCCUPATION],
    )


def _clean(query: str) -> str:
    """The query on one line, without characters that cannot be shown or stored."""
    shown = (" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in query[: 10 * MAX_CHARACTERS])
    return " ".join("".join(shown).split())[:MAX_CHARACTERS].rstrip()


def _by_code(query: str, kept: Snapshot) -> list[Found]:
    """Occupations whose O*NET-SOC code, and so its SOC code, begins so: "29-1141", "29-1141.00", "291141", "29-11"."""
    match = _CODE.fullmatch(query)
    if not match:
        return []
    major, detail, specialty = match.groups()
    code = f"{major}-{detail}" + (f".{specialty}" if specialty else "")
    # In the order of their codes, as they are kept.
    return [
        Found(SearchKind.OCCUPATION.value, pk)
        for pk, standing in kept.standings.items()
        if standing.code.startswith(code)
    ]


def _correct(text: str, vocabulary: Vocabulary) -> str:
    """The word, or what it should have been."""
    is_plural = word(text).singular in vocabulary and vocabulary.knows_stem_of(text)
    if text in FILLERS or is_plural or vocabulary.completion(text):
        return text
    return vocabulary.correction(text) or text


def _by_words(words: Sequence[str], kept: Snapshot) -> tuple[list[Found], bool]:
    """What has all of the words, or else all but the fillers; or else, and then True, what has any of them."""
    typed = [_term(text, kept.vocabulary) for text in words]
    meant = [term for text, term in zip(words, typed, strict=True) if text not in FILLERS] or typed
    for terms in [typed] if meant == typed else [typed, meant]:
        if None not in terms and (candidates := _candidates(terms, every=True)):
            return rank(candidates, terms, kept.standings), False
    known = [term for term in meant if term]
    candidates = _candidates(known, every=False) if known else []
    return rank(candidates, known, kept.standings), bool(candidates)


def _term(text: str, vocabulary: Vocabulary) -> Term | None:
    """The word as it is looked for; None for one that is in no title."""
    known = text if text in vocabulary else vocabulary.completion(text)
    if not known and not vocabulary.knows_stem_of(text):
        return None
    stem = word(known or text).stem
    start = shared_start(text, stem)
    # An abbreviation ("RN"), and a word that soon parts from its stem ("army", "armi"), is looked for as it is.
    enough = len(start) >= (3 if start == stem else 4)
    unfinished = len(text) > 1 and text != known
    return Term(word(text), start if enough or unfinished else None)


def _candidates(terms: Sequence[Term], *, every: bool) -> list[Candidate]:
    """The entries that have every term, or some, the likeliest first."""
    connection = connections[router.db_for_read(SearchEntry)]
    dialect = _DIALECTS[connection.vendor]
    joined = dialect.every if every else dialect.some
    wanted = joined.join(dialect.start.format(term.start) if term.start else term.word.stem for term in terms)
    as_typed = " + ".join([_HOLDS] * len(terms))
    statement = _CANDIDATES.format(
        entries=dialect.entries,
        matches=dialect.matches,
        as_typed=f"({as_typed})",
        bytewise=dialect.bytewise,
        limit=CANDIDATES + 1,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [wanted, *(f"% {term.word.stem} %" for term in terms)])
        found = [Candidate(*row) for row in cursor.fetchall()]
    if len(found) > CANDIDATES:
        # Nothing orders entries with one title (their numbers differ between databases), so none of the last ones stays.
        last = found[-1]
        found = [entry for entry in found if (entry.kind, entry.title) != (last.kind, last.title)]
    return found
