"""What every public page has in common, found by walking the URLconf."""

import gzip
import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from zeal import zeal_context

from careers.sitemaps import StaticSitemap
from clusters.importers.fixtures import FILES, FIXTURES
from clusters.models import Cluster, Occupation, Pathway, Program
from tests.factories import make_bare_occupation, make_cluster, make_occupation, make_pathway, make_site
from tests.urls import MADE_UP, NOT_HTML, ONLY_SENT_TO, PRIVATE, REAL, addresses

PAGES = {name: url for name, url in addresses(MADE_UP).items() if name not in NOT_HTML | ONLY_SENT_TO | PRIVATE}
BUDGETS = {"clusters:occupation_detail": 12}
BUDGET = 8
PARTS = 6


class Outline(HTMLParser):
    """The parts of a page that a test asks for."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in names]


# One site for all pages: making it takes longer than asking for them.
@pytest.mark.once
@pytest.mark.parametrize("rows", [1, 3])
def test_pages_answer_within_their_query_budgets(client, db, rows):
    make_site(rows)
    queries = {}
    for name, url in PAGES.items():
        with zeal_context(), CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200, name
        queries[name] = len(captured)
    assert {name: count for name, count in queries.items() if count > BUDGETS.get(name, BUDGET)} == {}


def test_pages_are_well_formed_and_can_be_cached_by_anyone(client, db):
    make_site(1)
    faults = {name: _faults(client.get(url)) for name, url in PAGES.items()}
    assert {name: found for name, found in faults.items() if found} == {}


def _faults(answer) -> list[str]:
    page = Outline(answer.text)
    ids = [attrs["id"] for _tag, attrs in page.tags if "id" in attrs]
    targets = {attrs["href"][1:] for attrs in page.all("a") if (attrs.get("href") or "").startswith("#")}
    inline = [attrs for _tag, attrs in page.tags if "style" in attrs or any(key.startswith("on") for key in attrs)]
    holds = {
        "one h1": len(page.all("h1")) == 1,
        "a language": page.all("html")[0].get("lang") == "en",
        "a title": bool(re.search(r"<title>\S.+ · Careers</title>", answer.text)),
        "each id once": len(ids) == len(set(ids)),
        "no link to a place that is not on the page": targets <= set(ids),
        "no inline style or script": not inline and not page.all("style"),
        "no script but data": {attrs.get("type") for attrs in page.all("script")} <= {"application/ld+json"},
        "no cookie": not answer.cookies and "Cookie" not in answer.get("Vary", ""),
        "no token": "csrfmiddlewaretoken" not in answer.text,
    }
    return [rule for rule, kept in holds.items() if not kept]


@pytest.mark.parametrize("name", PAGES)
def test_page_has_nothing_to_say_when_there_is_no_data(client, db, name):
    expected = 404 if name.endswith("_detail") else 200
    assert client.get(PAGES[name]).status_code == expected


@pytest.mark.parametrize("name", PAGES)
def test_page_only_reads(client, db, name):
    answers = [getattr(client, method)(PAGES[name]) for method in ("post", "put", "patch", "delete")]
    assert [answer.status_code for answer in answers] == [405] * 4


def test_security_headers(client, db):
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_missing_facts_are_said_and_never_zero(client, db):
    pathway = make_pathway(make_cluster())
    bare = make_bare_occupation(on=pathway)
    page = client.get(bare.get_absolute_url()).text
    for sentence in (
        "No national wage is published for this occupation.",
        "No national outlook is published for this occupation.",
        "How much preparation it takes is not rated",
        "No interest scores are published",
        "No skills are published",
        "No technology is published",
        "No similar occupations are published.",
        "our own choice, not in the official crosswalk",
    ):
        assert sentence in page
    assert "$0" not in page
    table = client.get(pathway.get_absolute_url()).text
    assert "not published" in table
    assert "They are our own choice" in table


def test_hourly_pay_is_shown_as_such(client, db):
    yearly = {f"wage_{percentile}": None for percentile in ("p10", "p25", "median", "p75", "p90")}
    actor = make_occupation(on=make_pathway(make_cluster()), **yearly)
    page = client.get(actor.get_absolute_url()).text
    assert "$24.50 <small>an hour</small>" in page
    assert "Only pay by the hour is published" in page


def test_top_coded_pay_says_at_least(client, db):
    pathway = make_pathway(make_cluster())
    surgeon = make_occupation(on=pathway, wage_top_coded=True, wage_median=239_200, wage_p75=239_200, wage_p90=239_200)
    assert "only as “at least” so much" in client.get(surgeon.get_absolute_url()).text
    assert "$239,000 or more" in client.get(pathway.get_absolute_url()).text


def test_each_number_names_its_source(client, db):
    make_site(1)
    page = client.get(PAGES["clusters:occupation_detail"]).text
    assert page.count('class="source-mark"') >= 8
    assert "Source: Made-up release, May 2025" in page
    assert "(Made-up bureau, May 2025)" in page


def test_retired_rows_leave_the_lists_but_keep_their_page(client, db):
    make_site(1)
    from clusters.models import Occupation

    occupation = Occupation.objects.get(code=MADE_UP["occupation"])
    occupation.retired_on = "2026-01-01"
    occupation.save()
    assert occupation.title not in client.get(PAGES["clusters:occupation_list"]).text
    assert occupation.title not in client.get(PAGES["clusters:pathway_detail"]).text
    page = client.get(occupation.get_absolute_url())
    assert page.status_code == 200
    assert "has not had this one since January 2026" in page.text


class TestRealContent:
    """The site with all real data, as it is served."""

    @pytest.mark.parametrize("name", sorted(addresses(REAL).keys() - ONLY_SENT_TO))
    def test_every_url_name_answers(self, site, name):
        status, _text = site.get(addresses(REAL)[name])
        assert status == 200

    def test_sitemap_has_all_that_is_shipped(self, site):
        listed = {Cluster, Pathway, Occupation, Program}
        files = [name for name, models in FILES.items() if listed & set(models)]
        shipped = Counter(record["model"] for name in files for record in _records(FIXTURES / name))
        demo = json.loads((FIXTURES / "demo_schools.json").read_text())["schools"]
        offered = [program for school in demo for program in school["programs"] if program["status"] == "published"]
        expected = sum(shipped[model._meta.label_lower] for model in listed) + len(StaticSitemap().items())
        expected += len(demo) + len(offered)
        assert len(_sitemap(site)) == expected

    # In parts, for all workers to have their share.
    @pytest.mark.parametrize("part", range(PARTS))
    def test_every_page_of_the_sitemap_answers(self, site, part):
        paths = _sitemap(site)[part::PARTS]
        assert paths
        assert [path for path in paths if site.get(path)[0] != 200] == []


def _records(file: Path) -> list[dict]:
    data = file.read_bytes()
    return json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)


def _sitemap(site) -> list[str]:
    _status, sitemap = site.get("/sitemap.xml")
    return re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", sitemap)
