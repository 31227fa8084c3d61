"""The commands recommend and evaluate_recommender, and the profiles in memory, on a little content."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from assessments import recommend
from assessments.scoring import SIXTY_ITEMS
from clusters.atlas import atlas
from clusters.choices import InterestArea
from clusters.models import ContentVersion, Occupation, PathwayOccupation
from tests.factories import make_bare_occupation, make_cluster, make_occupation, make_pathway

SCORES = ("R=40", "I=10", "A=10", "S=5", "E=5", "C=10")


def peak(area: str, height: float = 7.0) -> dict[str, float]:
    return dict.fromkeys(InterestArea.values, 1.5) | {area: height}


@pytest.fixture
def content(db):
    """Four clusters of three occupations in zones 1 to 3, and occupations that nobody can be matched with."""
    for number, area in enumerate(["realistic", "social", "artistic", "conventional"], start=1):
        pathway = make_pathway(make_cluster(number))
        for zone in (1, 2, 3):
            interests = peak(area, 4.0 + zone) | {"investigative": 1.5 + zone / 4}
            make_occupation(number * 10 + zone, on=pathway, job_zone=zone, **interests)
        make_bare_occupation(number, on=pathway)
    make_occupation(99, **peak("social"))


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def recommended(*arguments: str) -> dict:
    return json.loads(run("recommend", *arguments, "--json"))


def test_everything_is_ranked(content):
    found = recommended(*SCORES)
    assert list(found) == ["scores", "differentiated", "clusters", "occupations"]
    assert found["scores"] == {"R": 40, "I": 10, "A": 10, "S": 5, "E": 5, "C": 10}
    assert found["differentiated"] is True
    assert sorted(row["number"] for row in found["clusters"]) == [1, 2, 3, 4]
    assert found["clusters"][0] | {"fit": None} == {
        "number": 1, "slug": "cluster-1", "title": "Cluster 1 title", "fit": None,
    }  # fmt: skip
    assert len(found["occupations"]) == 13
    assert set(found["occupations"][0]) == {"code", "title", "fit", "tier"}
    assert found["occupations"][0]["tier"] == "best"
    for rows in (found["clusters"], found["occupations"]):
        fits = [row["fit"] for row in rows]
        assert fits == sorted(fits, reverse=True)


def test_answers_are_scored_in_item_order(content):
    digits = "".join("5" if area == "realistic" else "1" if area == "social" else "2" for area in SIXTY_ITEMS)
    found = recommended("--answers", digits)
    assert found["scores"] == {"R": 40, "I": 10, "A": 10, "S": 0, "E": 10, "C": 10}
    assert found == recommended("R=40", "I=10", "A=10", "S=0", "E=10", "C=10")


def test_a_zone_leaves_out_what_takes_more_preparation(content):
    found = recommended(*SCORES, "--zone", "2")
    zones = dict(Occupation.objects.values_list("code", "job_zone"))
    assert {zones[row["code"]] for row in found["occupations"]} == {1, 2}
    assert found["clusters"] == recommended(*SCORES)["clusters"]


def test_flat_scores_are_told_so(content):
    found = recommended(*(f"{letter}=20" for letter in "RIASEC"))
    assert found["differentiated"] is False
    assert {row["fit"] for row in found["clusters"] + found["occupations"]} == {0.0}
    assert {row["tier"] for row in found["occupations"]} == {"other"}
    assert "too close together" in run("recommend", *(f"{letter}=20" for letter in "RIASEC"))


def test_table_for_people(content):
    table = run("recommend", *SCORES)
    assert "Cluster 1 title" in table
    assert "29-1013.00 Occupation 13 title" in table
    assert "too close" not in table


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give either six scores"),
        ([*SCORES, "--answers", "3" * 60], "Give either six scores"),
        (SCORES[:5], "No score for C"),
        ([*SCORES, "R=1"], "R is there twice"),
        ([*SCORES[:5], "C=41"], "“C=41” is no score"),
        ([*SCORES[:5], "C=-1"], "“C=-1” is no score"),
        ([*SCORES[:5], "C=nan"], "“C=nan” is no score"),
        ([*SCORES[:5], "X=1"], "“X=1” is no score"),
        ([*SCORES[:5], "C=٣"], "“C=٣” is no score"),
        (["--answers", "3" * 59], "There are 59 answers"),
        (["--answers", ""], "There are 0 answers"),
        (["--answers", "3" * 59 + "6"], "digit from 1 to 5"),
        ([*SCORES, "--zone", "6"], "invalid choice"),
    ],
)
def test_bad_input_is_explained(content, arguments, message):
    with pytest.raises(CommandError, match=message):
        run("recommend", *arguments)


@pytest.mark.django_db
def test_an_empty_site_is_explained():
    with pytest.raises(CommandError, match="load_reference_data"):
        run("recommend", *SCORES)
    with pytest.raises(CommandError, match="load_reference_data"):
        run("evaluate_recommender")


def test_profiles_are_kept_until_the_content_changes(content, django_assert_num_queries):
    with django_assert_num_queries(7):
        first = recommend.profiles(atlas())
    with django_assert_num_queries(1):
        assert recommend.profiles(atlas()) is first
    ContentVersion.bump()
    # Something else was edited: read anew, but not built anew.
    with django_assert_num_queries(7):
        assert recommend.profiles(atlas()) is first
    occupation = Occupation.objects.get(code="29-1011.00")
    occupation.artistic = 6.5
    occupation.save()
    assert recommend.profiles(atlas()).interests[0][2] == 6.5


def test_hidden_and_retired_rows_are_not_matched(content):
    PathwayOccupation.objects.filter(occupation__code="29-1011.00").update(hidden=True)
    Occupation.objects.filter(code="29-1022.00").update(retired_on="2025-01-01")
    Occupation.objects.filter(code__startswith="29-103").update(retired_on="2025-01-01")
    profiles = recommend.profiles(atlas())
    assert "29-1011.00" in profiles.codes
    assert "29-1022.00" not in profiles.codes
    members = [{profiles.codes[place] for place in cluster.members} for cluster in profiles.clusters]
    assert members == [
        {"29-1012.00", "29-1013.00"},
        {"29-1021.00", "29-1023.00"},
        {"29-1041.00", "29-1042.00", "29-1043.00"},
    ]


def test_evaluation_as_table_and_as_json(content):
    table = run("evaluate_recommender", "--students", "13")
    assert "three-letter code" in table
    assert "own cluster in the top three" in table.lower()
    found = json.loads(run("evaluate_recommender", "--students", "13", "--seed", "2", "--json"))
    assert (found["seed"], found["students"], len(found["figures"])) == (2, 13, 24)
    assert set(found["figures"][0]) == {
        "method", "noise", "first", "top_three", "top_five", "least_shown", "stability",
    }  # fmt: skip
    assert found == json.loads(run("evaluate_recommender", "--students", "13", "--seed", "2", "--json"))


def test_evaluation_refuses_what_it_cannot_ask(content):
    with pytest.raises(CommandError, match="at least one student"):
        run("evaluate_recommender", "--students", "0")
    PathwayOccupation.objects.exclude(occupation__code="29-1011.00").filter(pathway__cluster__number=1).delete()
    with pytest.raises(CommandError, match="two occupations"):
        run("evaluate_recommender", "--students", "10")
