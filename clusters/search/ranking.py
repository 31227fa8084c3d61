"""Which of the candidates fits a query best: plain arithmetic, the same whatever the database."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from clusters.models import SearchKind
from clusters.search.words import Word, names_in, word

# How well a word fits one of the query: it is the same (1), it has the same stem, it begins the same.
SAME_STEM = 0.85
SAME_START = 0.5
# What a name is worth that has one of the query's words and endless others, and one that has no other words. Official
# titles list what they cover, so length says less about them.
ALTERNATE_WORTH = (0.5, 1.0)
OFFICIAL_WORTH = (0.75, 1.1)
# What doubling the names that fit adds to an occupation, and what tenfold the people who work in it adds.
DOUBLE_NAMES = 0.06
TENFOLD_EMPLOYMENT = 0.03
# Where nobody counts the people (the armed forces), it is neither many nor few.
UNKNOWN_EMPLOYMENT = 10_000
# A specialty (29-1141.01) is published with the figure of its whole occupation (29-1141.00). What is left over ("All
# Other") has no profile of its own, and is rarely what somebody looks for.
SPECIALTY_SHARE = 0.1
LEFT_OVER_SHARE = 0.01


@dataclass(frozen=True)
class Found:
    """One result: its kind and id, and the name that led to it when its title doesn't say it."""

    kind: str
    target: int
    matched_title: str | None = None


class Term(NamedTuple):
    """A word of the query. Other words that begin with ``start`` fit too; with None only the word itself does."""

    word: Word
    start: str | None

    def fit(self, name: Sequence[str]) -> float:
        """How well the best of the words fits, from 0 (none does) to 1."""
        best = 0.0
        (singular, stem), first = self.word, self.word.stem[0]
        for text in name:
            # A stem begins as its word does, and the stem of a new word takes as long as ten lines here.
            if text[0] != first:
                continue
            other = word(text)
            if other.singular == singular:
                return 1.0
            if other.stem in (stem, self.start):
                best = SAME_STEM
            elif self.start and not best and other.stem.startswith(self.start):
                best = SAME_START
        return best


class Candidate(NamedTuple):
    """A search entry that the database found."""

    kind: str
    target: int
    title: str


class Standing(NamedTuple):
    """What tells apart two occupations that fit equally well."""

    code: str
    employment: int | None
    is_profiled: bool

    @property
    def people(self) -> float:
        """How many work in it; where that isn't known, a guess."""
        if self.employment is None:
            return UNKNOWN_EMPLOYMENT
        share = 1.0 if self.code.endswith(".00") else SPECIALTY_SHARE
        return max(1.0, self.employment * (share if self.is_profiled else LEFT_OVER_SHARE))


@dataclass
class _Result:
    """The names of one cluster, pathway, program or occupation that fit, taken together."""

    best: float = 0.0
    title: str = ""
    # How well the query's words are found in the official title, and in the best name if that is another.
    official: float = 0.0
    alternate: float = 0.0
    # The same, summed over all names.
    together: float = 0.0

    def add(self, title: str, *, official: bool, terms: Sequence[Term]) -> None:
        quality, worth = _worth(title, terms, OFFICIAL_WORTH if official else ALTERNATE_WORTH)
        self.together += quality
        if official:
            self.official = quality
        if worth > self.best:
            self.best, self.title = worth, title
            self.alternate = 0.0 if official else quality

    @property
    def matched_title(self) -> str | None:
        """The name that led here, if the official title does not have the query's words, or words that begin the same."""
        return self.title if self.alternate > self.official and self.official < SAME_START else None


def rank(candidates: Sequence[Candidate], terms: Sequence[Term], standings: Mapping[int, Standing]) -> list[Found]:
    """The clusters, pathways, programs and occupations that the candidates lead to, each once, best first."""
    alternate, occupation = SearchKind.ALTERNATE_TITLE.value, SearchKind.OCCUPATION.value
    results: defaultdict[tuple[str, int], _Result] = defaultdict(_Result)
    for kind, target, title in candidates:
        official = kind != alternate
        results[kind if official else occupation, target].add(title, official=official, terms=terms)

    def order(item):
        (kind, target), result = item
        standing = standings.get(target) if kind == occupation else None
        score = result.best + DOUBLE_NAMES * math.log2(1 + result.together)
        if standing:
            score += TENFOLD_EMPLOYMENT * math.log10(standing.people)
        # Rounded, so that the last bit of a float cannot order two equals.
        return -round(score, 6), standing.code if standing else "", result.title, target

    return [Found(kind, target, result.matched_title) for (kind, target), result in sorted(results.items(), key=order)]


def _worth(title: str, terms: Sequence[Term], scale: tuple[float, float]) -> tuple[float, float]:
    """How well the words of the query are found in the best name of a title, and what that is worth; both 0 to 1."""
    low, high = scale
    best = (0.0, 0.0)
    for name in names_in(title):
        quality = sum(term.fit(name) for term in terms) / len(terms)
        covered = min(1.0, len(terms) / len(name))
        best = max(best, (quality, quality * (low + (high - low) * covered)))
    return best
