"""Taking the assessment as students do: on a phone, by keyboard, without JavaScript, on a shared computer."""

import re

import brotli
import pytest

from tests.browser.conftest import follow
from tests.browser.test_every_page import violations_on

pytestmark = pytest.mark.once


def _start(page):
    follow(page.get_by_role("link", name="Find my clusters").first)
    follow(page.get_by_role("button", name="The full set"))


def _chosen(number):
    """The inputs to choose on a page for a shape: finding out and helping most, organizing least."""
    orders = range((number - 1) * 10 + 1, number * 10 + 1)
    return [f"item-{order}-{[2, 5, 3, 4, 2, 1][(order - 1) % 12 // 2]}" for order in orders]


def _click_answers(page, number):
    """Answers as a person does."""
    for chosen in _chosen(number):
        page.locator(f'label[for="{chosen}"]').click()


def _set_answers(page, number):
    """Answers all at once, where a test is not about answering."""
    page.evaluate("ids => ids.forEach(id => { document.getElementById(id).checked = true })", _chosen(number))


def _answer_all(page, answer_page):
    for number in range(1, 7):
        answer_page(page, number)
        follow(page.locator("button[value=next]"))
    page.wait_for_url("**/results/")


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_from_home_to_an_occupation_on_a_phone(open_page, javascript):
    page, watch = open_page("/", width=360, javascript=javascript)
    _start(page)
    _answer_all(page, _click_answers)
    assert page.locator("h1").inner_text() == "My result"
    cluster = page.locator(".fit h3 a").first
    name = cluster.inner_text()
    follow(cluster)
    assert page.locator("h1").inner_text() == name
    follow(page.locator(".pathway-row h3 a").first)
    follow(page.locator(".ladder a").first)
    assert "/occupations/" in page.url
    assert watch.messages == []
    assert watch.foreign == []


@pytest.mark.parametrize(("width", "dark"), [(320, False), (1280, True)], ids=["narrow and light", "wide and dark"])
def test_every_step_is_accessible(open_page, width, dark):
    page, watch = open_page("/assessment/", width=width, dark=dark)

    def check():
        assert watch.messages == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations_on(page) == []

    check()
    follow(page.get_by_role("button", name="The full set"))
    check()
    follow(page.locator("button[value=next]"))
    assert "10 activities have no answer yet" in page.locator(".error-summary").inner_text()
    check()
    _answer_all(page, _set_answers)
    check()
    follow(page.get_by_role("button", name="Get a code"))
    check()
    page.goto("/results/resume/")
    follow(page.get_by_role("button", name="Open my result"))
    check()
    page.goto("/results/")
    follow(page.get_by_role("button", name="Done, clear this computer"))
    check()
    page.goto("/results/")
    check()


def test_number_keys_answer_and_go_on(open_page):
    page, _watch = open_page("/assessment/")
    follow(page.get_by_role("button", name="The full set"))
    page.locator("#item-1-1").focus()
    for _item in range(10):
        page.keyboard.press("4")
    assert page.locator("input[value='4']:checked").count() == 10
    page.keyboard.press("Enter")
    page.wait_for_url("**/assessment/interests-60/2/")
    assert "10 of 60" in page.locator(".progress").inner_text()


def test_arrow_keys_answer_without_javascript(open_page):
    page, _watch = open_page("/assessment/", javascript=False)
    follow(page.get_by_role("button", name="The full set"))
    for order in range(1, 11):
        page.locator(f"#item-{order}-1").focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
    assert page.locator("input[value='2']:checked").count() == 10
    page.keyboard.press("Enter")
    page.wait_for_url("**/assessment/interests-60/2/")


def test_a_closed_tab_loses_nothing(open_page):
    page, _watch = open_page("/", width=360)
    _start(page)
    _set_answers(page, 1)
    follow(page.locator("button[value=next]"))
    other = page.context.new_page()
    page.close()
    other.goto("/assessment/")
    follow(other.get_by_role("link", name="Go on where you were"))
    assert other.url.endswith("/assessment/interests-60/2/")


def test_after_done_nothing_is_left_on_a_shared_computer(open_page):
    page, _watch = open_page("/", width=1280)
    _start(page)
    _answer_all(page, _set_answers)
    follow(page.get_by_role("button", name="Done, clear this computer"))
    page.wait_for_url("**/results/done/")
    for step in (page.go_back, page.reload, page.go_back, page.go_forward, page.go_forward):
        step()
        assert "Your shape" not in page.locator("body").inner_text()
        assert page.locator("input:checked").count() == 0
    page.goto("/results/")
    assert "There is no result on this computer" in page.locator("body").inner_text()
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_result_prints_on_two_pages(open_page):
    page, _watch = open_page("/")
    _start(page)
    _answer_all(page, _set_answers)
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter"))
    assert 1 <= len(sheets) <= 2


def test_a_page_of_items_is_small(open_page):
    page, _watch = open_page("/assessment/interests-60/1/")
    html = page.content().encode()
    assert len(brotli.compress(html, quality=5)) <= 15 * 1024
