"""The words for an occupation on the pages: first what it is like, then the figures."""

import pytest

from clusters import search
from clusters.models import Occupation
from tests.factories import make_bare_occupation, make_cluster, make_occupation, make_pathway


@pytest.fixture
def pathway(db):
    return make_pathway(make_cluster())


@pytest.fixture
def salesperson(pathway):
    return make_occupation(on=pathway, title="Retail Salespersons", friendly_title="Store clerk")


def test_the_page_opens_with_the_words_and_then_the_figures(client, salesperson):
    page = client.get(salesperson.get_absolute_url()).text.partition("<main")[2].partition("application/ld+json")[0]
    order = [
        "Official title: Retail Salespersons, 29-1001.00", "<h1>Store clerk</h1>", "Care for people of kind 1.",
        "about $50,000 a year", "What you do on a normal day", "<li>Take a pulse</li>", "People thank you.",
        "Some nights are long.", "What you earn", "You learn it at a college in two years.", "Would you like it?",
        "What is near it",
    ]  # fmt: skip
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert page.count("Retail Salespersons") == 1


def test_lists_show_the_friendly_title_and_the_official_one_where_it_says_something_else(client, pathway, salesperson):
    make_occupation(2, on=pathway, title="Registered Nurses", friendly_title="Registered nurse")
    rows = client.get("/occupations/").context["rows"]
    # From A to Z by what is shown.
    assert [(row["title"], row["official_title"]) for row in rows] == [
        ("Registered nurse", ""),
        ("Store clerk", "Retail Salespersons"),
    ]
    assert "Care for people of kind 1." in client.get("/occupations/").text


@pytest.mark.parametrize("query", ["store clerk", "retail salespersons", "clerk"])
def test_both_titles_are_found(salesperson, query):
    assert [found.target for found in search.search(query).occupations] == [salesperson.pk]


def test_a_new_friendly_title_is_found_at_once(salesperson):
    salesperson.friendly_title = "Shop assistant"
    salesperson.save()
    assert search.search("shop assistant").occupations
    assert not search.search("clerk").occupations


def test_an_occupation_without_words_shows_its_official_title_and_no_empty_part(client, pathway):
    bare = make_bare_occupation(on=pathway)
    page = client.get(bare.get_absolute_url()).text
    assert f"<h1>{bare.title}</h1>" in page
    assert "On a normal day" not in page
    assert "What is hard about it" not in page


def test_a_pathway_tells_a_day_of_little_medium_and_much_preparation(client, pathway):
    for number, (zone, openings) in enumerate([(1, 10), (2, 90), (3, 5), (4, 7), (5, 70), (None, 999)], start=1):
        make_occupation(number, on=pathway, job_zone=zone, annual_openings=openings)
    Occupation.objects.filter(code="29-1003.00").update(normal_day_en="")
    days = client.get(pathway.get_absolute_url()).context["days"]
    assert [row["code"] for row in days] == ["29-1002.00", "29-1005.00"]
