"""The site's own words: there for everything, plain, said once, and nobody else's."""

import gzip
import json
import re
from contextlib import closing

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from clusters.copy_style import Kind, Text, check
from clusters.models import Occupation
from clusters.texts import OCCUPATION_WORDS, content_texts
from tests.factories import make_bare_occupation, make_cluster, make_occupation, make_pathway, make_program

SUMMARY = Kind("occupation summary", 25, one_sentence=True, verb_first=True)
DAY = Kind("a normal day", 15, is_list=True, verb_first=True, lines=(4, 6))
START = Kind("how people start", 30, one_sentence=True)
PLAIN = Text("Occupation 1", SUMMARY, "Fix broken pipes in homes and shops so that water stays where it should be.")
FOUR_LINES = "Check the pipe\nCut out the bad part\nJoin the new one\nTest it for leaks"


def rules(*texts):
    return {finding.rule for finding in check(texts)}


def test_a_plain_text_has_no_findings():
    assert rules(PLAIN, Text("Occupation 1", DAY, FOUR_LINES)) == set()


@pytest.mark.parametrize(
    ("rule", "kind", "text", "zone"),
    [
        ("missing", SUMMARY, "  ", 2),
        ("length", SUMMARY, "Fix " + "old pipes and " * 12 + "taps.", 2),
        ("length", SUMMARY, "Fix the pipe. Then go home.", 2),
        ("length", SUMMARY, "Fix the pipe", 2),
        ("length", DAY, "Check the pipe\nCut it", 2),
        ("length", DAY, FOUR_LINES + "\nGo " + "on and " * 9 + "on", 2),
        ("style", SUMMARY, "The pipes of a home are fixed by you.", 2),
        ("style", SUMMARY, "Fixing pipes in homes and shops.", 2),
        ("style", START, "Do you like pipes and want to fix them in homes.", 2),
        ("style", START, "Most learn it on the job (or at school) in some weeks.", 2),
        ("style", START, "Most learn it on the job — it takes some weeks.", 2),
        ("words", SUMMARY, "Utilize a wrench on the pipes of homes and shops.", 2),
        ("words", SUMMARY, "Work with a crew of foremen and mend pipes in homes.", 2),
        ("words", SUMMARY, "Find rewarding work with the pipes of homes and shops.", 2),
        ("words", SUMMARY, "Be the best at mending pipes in homes and shops.", 2),
        (
            "reading level",
            START,
            "Considerable organizational responsibilities necessitate administrative qualifications and competencies.",
            2,
        ),
        ("job zone", START, "Most people study for a bachelor's degree and then start.", 2),
        ("job zone", START, "You can start with no training and learn it as you go.", 4),
    ],
)
def test_each_fault_is_found(rule, kind, text, zone):
    assert rule in rules(Text("Occupation 1", kind, text, job_zone=zone))


def test_a_sentence_stands_in_one_place():
    other = Text("Occupation 2", DAY, "Fix broken pipes in homes and shops so that water stays where it should be")
    assert "repeated" in rules(PLAIN, other)


def test_openings_are_not_shared_by_many():
    texts = [
        Text(f"Occupation {n}", SUMMARY, f"Help old people {word}.") for n, word in enumerate(("eat", "go", "see"))
    ]
    assert "openings" not in rules(*texts)
    assert "openings" in rules(*texts, Text("Occupation 9", SUMMARY, "Help old people sleep."))


def test_the_average_is_held_too():
    hard = "Follow a customer from the first idea to a finished garden design with every detail."
    texts = [Text(f"Occupation {n}", START, hard.replace("first", f"{n}th")) for n in range(3)]
    assert 7 < texts[0].grade <= 8
    assert [finding.where for finding in check(texts)] == ["all texts"]


def test_what_a_text_is_about_counts_as_one_short_word():
    name = "Otorhinolaryngological rehabilitation technician"
    sentence = f"The {name} shows people how to speak again and writes down how they do."
    assert Text("1", START, sentence).grade > 8 > Text("1", START, sentence, (name,)).grade


def test_an_exception_is_for_one_rule_and_place():
    text = Text("Occupation 1", SUMMARY, "Be the best at pipes — always and for all who ask.")
    kept = {("words", "Occupation 1"): "A quote."}
    assert {finding.rule for finding in check([text], kept)} == {"style"}


def test_every_kind_of_content_is_read(db):
    pathway = make_pathway(make_cluster())
    make_occupation(on=pathway)
    make_bare_occupation(on=pathway)
    make_program(pathway)
    texts = list(content_texts())
    assert {text.where.split(" ")[0] for text in texts} == {"Cluster", "Pathway", "Program", "Occupation"}
    with_words = [text.where for text in texts if text.kind in OCCUPATION_WORDS.values()]
    assert set(with_words) == {"Occupation 29-1001.00"}


def test_the_command_says_what_it_found(db, capsys):
    Occupation.objects.create(code="29-1001.00", title="Nurses", soc_code="29-1001", summary_en="Help — guys.")
    with pytest.raises(CommandError, match="findings in"):
        call_command("check_words")
    assert "Occupation 29-1001.00: occupation summary: “guys”; write a word for everybody" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("check_words", "--json")
    assert {"rule", "where", "problem"} == json.loads(capsys.readouterr().out)[0].keys()


@pytest.fixture(scope="module")
def occupations() -> list[dict]:
    """The occupations as they are shipped."""
    packed = (settings.BASE_DIR / "fixtures" / "occupations.json.gz").read_bytes()
    return [row["fields"] for row in json.loads(gzip.decompress(packed))]


@pytest.mark.once
class TestShippedWords:
    """What the project ships, in its fixtures."""

    def test_words_have_no_findings(self, site):
        assert "No findings" in site.manage("check_words")

    def test_programs_have_no_findings(self, site):
        assert "No findings" in site.manage("check_programs")

    def test_every_occupation_has_a_name_of_its_own_that_people_say(self, occupations):
        names = [fields["friendly_title_en"].lower() for fields in occupations]
        assert len(names) == len(set(names)) == 1016
        assert not [name for name in names if re.search(r"[,()]", name)]

    def test_no_words_are_taken_from_official_texts(self, occupations):
        """No run of six words in common with the O*NET definition or task statements of the same occupation."""
        folder = settings.BASE_DIR.parent / "shared" / "data" / "onet" / "db_29_3_excel"
        if not folder.is_dir():
            pytest.skip("The O*NET release is not beside this checkout.")
        official: dict[str, set] = {}
        for file, column in (("Occupation Data.xlsx", "Description"), ("Task Statements.xlsx", "Task")):
            with closing(load_workbook(folder / file, read_only=True)) as book:
                rows = book.active.iter_rows(values_only=True)
                header = next(rows)
                code, text = header.index("O*NET-SOC Code"), header.index(column)
                for row in rows:
                    official.setdefault(row[code], set()).update(_runs(row[text]))
        assert len(official) == 1016
        shared = []
        for fields in occupations:
            own = (line for name in Occupation.WORDS for line in fields.get(f"{name}_en", "").splitlines())
            shared += [
                (fields["code"], " ".join(run)) for line in own for run in _runs(line) & official[fields["code"]]
            ]
        assert shared == []


def _runs(text: str, length: int = 6) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
