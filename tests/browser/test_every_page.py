"""Every page in Chromium: accessible, within its width, silent, and asking nothing of anybody else."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from tests.urls import NOT_HTML, ONLY_SENT_TO, REAL, addresses

pytestmark = pytest.mark.once

PAGES = {name: url for name, url in addresses(REAL).items() if name not in NOT_HTML | ONLY_SENT_TO} | {
    "a missing page": "/nothing-here/",
    "an empty search": "/search/?q=zzzzqqqq",
    "the start of a search": "/search/",
    "a wrong filter": "/occupations/?pay=lots&zone=2",
    "a filter without a result": "/occupations/?pay=999999&zone=1",
    "an occupation without facts": "/occupations/55-1011.00/",
    "pay by the hour": "/occupations/27-2011.00/",
    "a pathway of our own choice": "/clusters/government-public-administration/foreign-service/",
    "the largest cluster": "/clusters/manufacturing/",
    "the largest pathway": "/clusters/manufacturing/production/",
    "four side by side": "/compare/?o=29-1141.00&o=51-4121.00&o=27-2011.00&o=55-1011.00",
    "nothing to compare": "/compare/",
    "a program of a school": "/programs/roosevelt-welding-and-metal-fabrication/",
    "the programs of a school, filtered": "/programs/?school=lincoln&grade=11&dual_credit=on",
    "no program for these filters": "/programs/?grade=12&cluster=finance",
}
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}
# Those of WCAG that look at colours.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
AXE = Axe().axe_script


def violations_on(page, rules=WCAG) -> list[tuple[str, list[str]]]:
    """What axe has against the page as it is now: the rule and the first elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(
        "options => axe.run(options).then(found => found.violations)",
        {"resultTypes": ["violations"], "runOnly": rules},
    )
    return [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_page(open_page, tmp_path, name, width):
    page, watch = open_page(PAGES[name], width=width)
    # Chromium reports the status of a missing page as if it were a fault of it.
    said = [text for text in watch.messages if "404 (Not Found)" not in text]
    assert said == []
    assert watch.foreign == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for scheme, rules in (("light", WCAG), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        violations = violations_on(page, rules)
        if violations:
            page.screenshot(path=tmp_path / "page.png", full_page=True)
        assert violations == [], f"{scheme}, see {tmp_path}/page.png"


def test_a_scheme_changes_nothing_but_colours():
    """So the dark scheme needs only the rules on colours: it comes from light-dark(), which takes nothing else."""
    files = [file for folder in ("static", "templates") for file in (settings.BASE_DIR / folder).rglob("*.[chj]*")]
    assert len(files) > 20
    assert [file.name for file in files if "prefers-color-scheme" in file.read_text()] == []


def test_axe_finds_what_it_is_asked_for_in_either_scheme(open_page):
    page, _watch = open_page("/about/")
    page.evaluate("document.querySelector('h1').style.color = 'light-dark(#ccc, #333)'")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert {rule for rule, _elements in violations_on(page)} == {"button-name", "color-contrast"}
    page.emulate_media(color_scheme="dark")
    assert {rule for rule, _elements in violations_on(page, COLOURS)} == {"color-contrast"}


def test_the_rules_on_colours_are_all_that_axe_has(open_page):
    page, _watch = open_page("/about/")
    page.evaluate(AXE)
    rules = page.evaluate("tags => axe.getRules(tags).filter(rule => rule.tags.includes('cat.color'))", WCAG["values"])
    assert {rule["ruleId"] for rule in rules} == set(COLOURS["values"])


def test_content_security_policy_is_enforced(open_page):
    page, _watch = open_page("/")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    assert page.evaluate("window.ran") is None


def test_text_at_twice_the_size_still_fits(open_page):
    page, _watch = open_page("/occupations/29-1141.00/", width=1280)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
