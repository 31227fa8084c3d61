"""Input nobody should send: the answer is a page that says what is wrong, and the same on both databases."""

import pytest

from tests.factories import make_site

STRANGE = {
    "NUL byte": "%00",
    "NUL inside": "a%00b",
    "broken UTF-8": "%ff%fe%fd",
    "lone surrogate": "%ed%a0%80",
    "10,000 characters": "a" * 10_000,
    "10,000 words": "a+" * 10_000,
    "quote and operators": "%27%22%20OR%201%3D1--%20*%20AND%20NEAR(",
    "script": "%3Cscript%3Ealert(1)%3C/script%3E",
    "emoji": "%F0%9F%92%A9",
    "format characters": "%25s%25n%7B%7D",
    "huge number": "9" * 400,
    "negative": "-1",
    "not a number": "nan",
    "infinity": "1e999",
}

QUERIES = [
    "/search/?q={}",
    "/occupations/?cluster={}",
    "/occupations/?interest={}",
    "/occupations/?pay={}",
    "/occupations/?zone={}",
    "/occupations/?education={}",
    "/occupations/?outlook={}",
    "/occupations/?sort={}",
    "/occupations/?page={}",
    "/occupations/?{}={}",
    "/compare/?o={}",
    "/clusters/cluster-1/pathway-1/?sort={}",
]
PATHS = ["/{}/", "/clusters/{}/", "/clusters/cluster-1/{}/", "/clusters/{}/{}/", "/occupations/{}/"]


@pytest.fixture(autouse=True)
def _site(db):
    make_site(1)


@pytest.mark.parametrize("query", QUERIES)
def test_strange_query_gets_a_page(client, query):
    for kind, value in STRANGE.items():
        path, _, query_string = query.format(value, value).partition("?")
        answer = client.get(path, QUERY_STRING=query_string)
        assert answer.status_code == 200, kind
        assert "<script>alert" not in answer.text, kind


@pytest.mark.parametrize("path", PATHS)
def test_strange_path_is_not_found(client, path):
    for kind, value in STRANGE.items():
        answer = client.get(path.format(value, value))
        assert answer.status_code == 404, kind
        assert "This page is not on the map" in answer.text, kind


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("pay=lots", "Write pay as a whole number of dollars a year"),
        ("pay=-5", "greater than or equal to 0"),
        ("cluster=nowhere", "Select a valid choice"),
        ("zone=9", "Select a valid choice"),
        ("sort=colour", "Select a valid choice"),
    ],
)
def test_filter_that_makes_no_sense_is_named_and_left_aside(client, query, message):
    page = client.get(f"/occupations/?{query}").text
    assert message in page
    assert "Some of what you wrote was left aside" in page
    assert "1 to 2 of 2 occupations" in page


def test_one_bad_filter_leaves_the_others_at_work(client):
    page = client.get("/occupations/?pay=lots&education=doctorate").text
    assert "No occupation meets all of these filters" in page


def test_page_beyond_the_last_shows_the_last(client):
    assert "1 to 2 of 2 occupations" in client.get("/occupations/?page=999").text


def test_comparison_names_what_it_left_out(client):
    from tests.factories import make_occupation

    codes = [make_occupation(number).code for number in range(1, 7)]
    page = client.get("/compare/?" + "&".join(f"o={code}" for code in [*codes, "99-9999.99"])).text
    assert "At most 4 fit side by side" in page
    assert "There is no occupation with this code: 99-9999.99" in page
    assert page.count("Take away") == 4
