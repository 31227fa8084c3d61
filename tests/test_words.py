"""The site's own words: there for everything, plain, and said once."""

import collections
import json
import re
from pathlib import Path

import pytest
import textstat

FRAMEWORK = json.loads((Path(__file__).parent.parent / "fixtures" / "framework.json").read_text())
TEXTS = {
    "clusters.cluster": ("summary", "what_people_do", "why_it_matters", "you_might_like", "you_might_not_like"),
    "clusters.pathway": ("summary", "knowledge_and_skills", "day_in_it"),
}
ROWS = [row for row in FRAMEWORK if row["model"] in TEXTS]


def _texts(row):
    return {name: row["fields"].get(f"{name}_en", "") for name in TEXTS[row["model"]]}


def test_all_clusters_and_pathways_are_there():
    assert collections.Counter(row["model"] for row in ROWS) == {"clusters.cluster": 16, "clusters.pathway": 79}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["fields"]["title_en"])
def test_texts_are_there_and_plain(row):
    for name, text in _texts(row).items():
        assert text, f"{name} is missing"
        # Points are phrases without a full stop; the measure counts sentences.
        sentences = text.replace("\n", ". ")
        assert textstat.flesch_kincaid_grade(sentences) <= 8, f"{name} reads above grade 8"
        assert not re.search(r"[!?—]", text), f"{name} shouts, asks or dashes"


def test_what_one_learns_is_four_to_six_points():
    for row in ROWS:
        if row["model"] == "clusters.pathway":
            assert 4 <= len(row["fields"]["knowledge_and_skills_en"].splitlines()) <= 6


def test_no_sentence_is_said_twice():
    sentences = collections.Counter(
        sentence.strip() for row in ROWS for text in _texts(row).values() for sentence in re.split(r"[.\n]", text)
    )
    assert [sentence for sentence, count in sentences.items() if count > 1 and len(sentence) > 20] == []
