"""The main job, as people do it: from the home page down to an occupation."""

import pytest

from tests.browser.conftest import follow


def _press_until(page, key: str, text: str, *, limit: int = 120) -> None:
    """Press a key until the element in focus is a link with this text."""
    for _step in range(limit):
        page.keyboard.press(key)
        focused = page.evaluate("document.activeElement.tagName === 'A' ? document.activeElement.innerText : ''")
        if text in focused:
            return
    raise AssertionError(f"{text} cannot be reached with {key}")


def test_walk_by_keyboard_alone(open_page):
    page, watch = open_page("/", width=1280)
    for link in ("Health Science", "Therapeutic Services", "Registered nurse"):
        _press_until(page, "Tab", link)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("h1").inner_text() == link
    assert "about $" in page.locator("main").inner_text()
    assert watch.messages == []


def test_skip_link_leads_to_the_content(open_page):
    page, _watch = open_page("/clusters/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("width", [360, 1280])
def test_walk_without_javascript(open_page, width):
    page, _watch = open_page("/", width=width, javascript=False)
    for link in ("Information Technology", "Network Systems", "Network architect"):
        follow(page.locator("main").get_by_role("link", name=link).first)
        assert page.locator("h1").inner_text() == link
    assert "What you earn" in page.locator("main").inner_text()


def test_search_filter_and_compare_without_javascript(open_page):
    page, _watch = open_page("/", width=360, javascript=False)
    page.get_by_label("Search by job, field or code").fill("registred nurse")
    follow(page.get_by_role("button", name="Search"))
    first = page.locator("main ol > li").first
    assert "Registered nurse" in first.inner_text()
    page.goto("/occupations/")
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Strongest interest").select_option("social")
    page.get_by_label("Medium preparation").check()
    follow(page.get_by_role("button", name="Show occupations"))
    assert "interest=social" in page.url
    assert "zone=3" in page.url
    boxes = page.get_by_role("checkbox", name="Compare")
    boxes.nth(0).check()
    boxes.nth(1).check()
    follow(page.get_by_role("button", name="Compare the ticked ones"))
    assert page.locator(".compare-table thead th").count() == 3


def test_table_sorts_by_its_headings(open_page):
    page, _watch = open_page("/clusters/health-science/therapeutic-services/", javascript=False)
    follow(page.get_by_role("link", name="Pay a year"))
    heading = page.locator("th[aria-sort]")
    assert heading.get_attribute("aria-sort") == "descending"
    highest = page.locator(".occupation-table tbody td").first.inner_text()
    follow(page.get_by_role("link", name="Pay a year"))
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    lowest = page.locator(".occupation-table tbody td").first.inner_text()
    assert int(highest.strip("$").replace(",", "")) > int(lowest.strip("$").replace(",", ""))


def test_a_printed_page_has_no_navigation(open_page):
    page, _watch = open_page("/occupations/29-1141.00/")
    page.emulate_media(media="print")
    assert not page.locator(".site-header").is_visible()
    assert page.locator("h1").is_visible()
