"""The language side of search: what a word is, its stem, and the word somebody meant to type.

All of it happens here and none in the databases, which only compare plain ASCII words; so both find the same.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache, partial
from itertools import islice, takewhile
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA
from snowballstemmer import EnglishStemmer

STOP_WORDS = frozenset(["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])

# Entries of the search that are taken at once.
_PART = 2000

# "U.S." is one word and so is "driver's"; anything else that is neither letter nor digit parts two words.
_INSIDE_WORDS = re.compile(r"[.'\u2019]")
_WORD = re.compile(r"[a-z0-9]+")
_PARENTHESES = re.compile(r"[()]")
_ACCENTS = re.compile(r"[\u0300-\u036f]")


def words_of(text: str) -> list[str]:
    """The words in order, in lower-case ASCII letters and digits, without accents and stop words."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return [word for word in _WORD.findall(_INSIDE_WORDS.sub("", text.lower())) if word not in STOP_WORDS]


class Word(NamedTuple):
    """A word by which others are known as the same ("nurse", "nurses") or as related ("nursing")."""

    singular: str
    stem: str


@lru_cache(maxsize=50_000)
def word(text: str) -> Word:
    # A stemmer holds state, so threads cannot share one.
    return Word(text[:-1] if len(text) > 3 and text.endswith("s") else text, EnglishStemmer().stemWord(text))


def stems_of(text: str) -> dict[str, None]:
    """The stems of its words, each once, in order."""
    return dict.fromkeys(word(each).stem for each in words_of(text))


def names_in(title: str) -> list[list[str]]:
    """The words of each name in a title: "Registered Nurse (RN)" is called registered nurse, and RN."""
    parts = _PARENTHESES.split(title) if "(" in title else [title]
    return [name for part in parts if (name := words_of(part))]


def shared_start(one: str, other: str) -> str:
    same = takewhile(lambda letters: letters[0] == letters[1], zip(one, other, strict=False))
    return one[: len(list(same))]


class Vocabulary:
    """All words of all titles, as people write them, and how often they are there.

    ``entries`` are titles, each with its stems (with a space between them). They are taken a part at a time: what fifty thousand
    of them need at once stays with the process.
    """

    def __init__(self, entries: Iterable[tuple[str, str]]):
        self._counts: Counter[str] = Counter()
        self._stems: set[str] = set()
        remaining = iter(entries)
        while part := list(islice(remaining, _PART)):
            titles, stems = zip(*part, strict=True)
            self._counts.update(words_of("\n".join(titles)))
            self._stems.update(" ".join(stems).split())
        self._sorted = sorted(self._counts)
        self._of_length: dict[int, list[str]] = {}
        for known in self._sorted:
            self._of_length.setdefault(len(known), []).append(known)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def knows_stem_of(self, text: str) -> bool:
        return word(text).stem in self._stems

    def completion(self, start: str) -> str | None:
        """The most frequent word that begins so."""
        first, last = bisect_left(self._sorted, start), bisect_left(self._sorted, start + "~")
        return max(self._sorted[first:last], key=self._counts.__getitem__, default=None)

    def correction(self, text: str) -> str | None:
        """The known word, or the two known words, that one typing error turns into ``text``; None when there is none."""
        if len(text) < 3 or not text.isalpha():
            return None
        # One error makes a word longer or shorter by one letter at most.
        alike = [known for more in (-1, 0, 1) for known in self._of_length.get(len(text) + more, ())]
        near = process.extract(text, alike, scorer=OSA.distance, score_cutoff=1, limit=None)
        return min((known for known, *_ in near), key=partial(self._unlikely, text), default=None) or self._split(text)

    def _unlikely(self, text: str, known: str) -> tuple:
        """Orders what may have been meant: one of what is typed; then, for people rarely miss the first letter, words
        with the same; then, for they leave out more letters than they mistake, longer words; then frequent ones."""
        return known + "s" != text, known[0] != text[0], len(known) <= len(text), -self._counts[known], known

    def _split(self, text: str) -> str | None:
        pairs = [(text[:i], text[i:]) for i in range(3, len(text) - 2)]
        known = [pair for pair in pairs if all(half in self for half in pair)]
        return " ".join(max(known, key=lambda pair: min(self._counts[half] for half in pair))) if known else None
