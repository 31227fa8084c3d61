"""The rules of docs/reference/copy-style.md that a machine can measure."""

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property

from clusters.findings import Finding

HARDEST, HARDEST_ON_AVERAGE = 8.0, 7.0
# Shorter texts have too few words for a reading level to mean anything.
MEASURED_FROM = 8
# Texts of one kind that may begin with the same three words: so many, or this share of them.
FEW, SHARED_OPENING = 3, 0.03

# Subjects, awards, places to learn and trades, for which no plainer word says the same. In measuring, each counts as one
# short word.
TERMS = (
    "accounting", "agriculture", "apprentice", "apprenticeship", "architecture", "associate's degree", "bachelor's",
    "biology", "certificate", "chemistry", "college", "community college", "computer", "counselor", "credential",
    "degree", "dentist", "diploma", "doctoral degree", "economics", "electrical", "electrician", "electricity",
    "electronics", "elementary school", "engineer", "engineering", "government", "high school", "hospital",
    "internship", "laboratory", "license", "literature", "manufacturing", "marketing", "master's degree",
    "mathematics", "mechanic", "medical", "medicine", "military", "nursing", "occupation", "on the job", "pharmacy",
    "physics", "police officer", "professor", "psychology", "radiation", "residency", "science", "scientist",
    "sociology", "software", "statistics", "surgeon", "surgery", "teacher", "technician", "technology", "therapist",
    "therapy", "trade school", "university", "veterinarian", "veterinary", "vocational",
)  # fmt: skip

# Words we do not use, and what to write instead.
WORDS = {
    r"guys|manpower|mankind|foreman|foremen|salesman|salesmen|policeman|policemen|fireman|firemen|craftsman|craftsmen|"
    r"workman|workmen|stewardess|waitress|handyman|his or her|he or she|s/he": "a word for everybody",
    r"utilize\w*|leverag\w+|facilitat\w+|implement\w*|interfac\w+|liais\w+|stakeholder\w*|synerg\w+|proactive\w*|"
    r"deliverable\w*|optimiz\w+|streamlin\w+|end-user\w*|best practices|in order to|prior to|subsequent\w*|pertaining|"
    r"commence\w*|ascertain\w*|disseminat\w+": "the everyday word",
    r"exciting|rewarding|fulfilling|passion\w*|dream job|make a difference|world-class|cutting-edge|fast-paced|dynamic|"
    r"in demand|opportunit\w+|endless|amazing|journey|thrive\w*|crucial|vital|essential": "what one can see",
    r"best|greatest|most important|perfect": "no superlative",
    r"just a|menial|unskilled|low-skilled|simple job|mere\w*": "respect for the work",
}
STOCK_OPENINGS = re.compile(
    r"(are you|do you|imagine|in this role|if you|this job|ever wonder|have you|whether you)\b", re.I
)
PUNCTUATION = re.compile(r"[–—;!?()]|\.\.\.")
# Words that a line which begins with its verb cannot begin with.
NO_VERB = re.compile(
    r"(a|an|the|you|your|they|people|this|these|when|while|with|for|in|on|at|to|it|each|every|some|many|most|being|"
    r"\w+ing|responsible)\b",
    re.I,
)
BEGINS_WITH_SUCH = re.compile(r"(bring|sing|swing|string|wring|ring|cling|fling|sling|spring)\b", re.I)


@dataclass(frozen=True)
class Kind:
    """What is asked of one kind of text: how many words, and whether it is one sentence or begins with a verb."""

    name: str
    words: int
    one_sentence: bool = False
    is_list: bool = False
    verb_first: bool = False
    lines: tuple[int, int] = (0, 99)


@dataclass(frozen=True)
class Text:
    """A text with its place, and what the rules must know of the thing it is about."""

    where: str
    kind: Kind
    text: str
    # Names that count as one short word here: what the text is about.
    names: tuple[str, ...] = field(default=())
    job_zone: int | None = None

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.text.splitlines() if line.strip()] if self.kind.is_list else [self.text]

    @cached_property
    def grade(self) -> float | None:
        """The Flesch-Kincaid grade, terms and names counted as one short word; None for a very short text."""
        words = ". ".join(line.rstrip(".") for line in self.lines) + "."
        for name in sorted((*self.names, *TERMS), key=len, reverse=True):
            words = _name_in_text(name).sub("thing", words)
        return _textstat().flesch_kincaid_grade(words) if len(words.split()) >= MEASURED_FROM else None


def check(texts: Iterable[Text], exceptions: dict[tuple[str, str], str] | None = None) -> Iterator[Finding]:
    """All findings, except those of a rule and a place that ``exceptions`` gives a reason for."""
    texts = list(texts)
    found = [finding for text in texts for finding in _check_one(text)]
    found += _repeated(texts)
    found += _alike(texts)
    found += _hard_on_average(texts)
    excused = exceptions or {}
    yield from (finding for finding in found if (finding.rule, finding.where) not in excused)


@cache
def _name_in_text(name: str) -> re.Pattern:
    return re.compile(rf"\b{re.escape(name)}(s|es|'s)?\b", re.I)


@cache
def _textstat():
    # It takes a second to import, and says that the setuptools it needs are old.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import textstat
    return textstat


def _check_one(text: Text) -> Iterator[Finding]:
    if not text.text.strip():
        yield Finding("missing", text.where, f"{text.kind.name} is missing.")
        return
    yield from (Finding(rule, text.where, f"{text.kind.name}: {problem}") for rule, problem in _problems(text))


def _problems(text: Text) -> Iterator[tuple[str, str]]:
    low, high = text.kind.lines
    if text.kind.is_list and not low <= len(text.lines) <= high:
        yield "length", f"{len(text.lines)} lines, not {low} to {high}."
    for line in text.lines:
        if (count := len(line.split())) > text.kind.words:
            yield "length", f"{count} words, not up to {text.kind.words}: {line}"
        if text.kind.one_sentence and len(re.findall(r"[.!?](?=\s|$)", line)) != 1:
            yield "length", f"not one sentence: {line}"
        if text.kind.verb_first and NO_VERB.match(line) and not BEGINS_WITH_SUCH.match(line):
            yield "style", f"does not begin with a verb: {line}"
        if STOCK_OPENINGS.match(line):
            yield "style", f"stock opening: {line}"
        if sign := PUNCTUATION.search(line):
            yield "style", f"“{sign[0]}”: {line}"
        for pattern, instead in WORDS.items():
            if word := re.search(rf"\b({pattern})\b", line, re.I):
                yield "words", f"“{word[0]}”; write {instead}: {line}"
    if text.grade is not None and text.grade > HARDEST:
        yield "reading level", f"grade {text.grade:.1f}, not up to {HARDEST:.0f}: {text.text}"
    if text.job_zone in (1, 2) and re.search(
        r"\b(bachelor|master|doctor(al|ate)|university degree|college degree)", text.text, re.I
    ):
        yield "job zone", f"speaks of a degree, and the job zone is {text.job_zone}: {text.text}"
    if text.job_zone in (4, 5) and re.search(r"\bno (training|experience|schooling|degree|diploma)\b", text.text, re.I):
        yield "job zone", f"speaks of no preparation, and the job zone is {text.job_zone}: {text.text}"


def _repeated(texts: list[Text]) -> Iterator[Finding]:
    """The same sentence in two places."""
    places = Counter(line.casefold().rstrip(".") for text in texts for line in text.lines if len(line.split()) > 3)
    for text in texts:
        for line in text.lines:
            if places[line.casefold().rstrip(".")] > 1:
                yield Finding("repeated", text.where, f"{text.kind.name} stands elsewhere too: {line}")


def _alike(texts: list[Text]) -> Iterator[Finding]:
    """Openings of three words that too many texts of a kind share."""
    by_kind: dict[str, list[Text]] = {}
    for text in texts:
        if text.kind.name.endswith("summary"):
            by_kind.setdefault(text.kind.name, []).append(text)
    for kind, same in by_kind.items():
        openings = Counter(_opening(text.text) for text in same)
        for opening, count in openings.items():
            if opening and count > max(FEW, SHARED_OPENING * len(same)):
                yield Finding("openings", kind, f"{count} of {len(same)} begin with “{opening}”.")


def _opening(text: str) -> str:
    return " ".join(re.findall(r"[\w'’-]+", text.lower())[:3])


def _hard_on_average(texts: list[Text]) -> Iterator[Finding]:
    grades = [text.grade for text in texts if text.grade is not None]
    if grades and (mean := sum(grades) / len(grades)) > HARDEST_ON_AVERAGE:
        yield Finding("reading level", "all texts", f"grade {mean:.1f} on average, not up to {HARDEST_ON_AVERAGE:.0f}.")
