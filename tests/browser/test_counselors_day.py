"""A counselor's day in the admin: sign in, adopt, arrange courses, preview, publish, see it in public, take it back."""

import re

import pytest

from tests.browser.conftest import follow
from tests.browser.test_every_page import violations_on

pytestmark = pytest.mark.once

MODEL = "Dental care"


@pytest.fixture(scope="module")
def password(site) -> str:
    """The password of the demo district's counselor, who works for Lincoln High School."""
    return re.search(r"^counselor +(\S+)", site.manage("demo_login"), re.MULTILINE)[1]


class Day:
    """A browser window of a counselor; every page that is seen is checked."""

    def __init__(self, page, watch):
        self.page, self.watch = page, watch
        self.seen = set()

    def look(self) -> None:
        """The page as it is now is within its width, silent, accessible, and asks nothing of anybody else."""
        assert self.watch.messages == [], self.page.url
        assert self.watch.foreign == []
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), self.page.url
        assert violations_on(self.page) == [], self.page.url
        # What axe itself does to a page, the policy against inline styles complains of.
        self.watch.messages.clear()
        self.seen.add(self.page.locator("h1").first.inner_text())

    def press(self, name: str) -> None:
        follow(self.page.get_by_role("button", name=name, exact=True).first)
        self.look()

    def go(self, name: str) -> None:
        follow(self.page.get_by_role("link", name=name, exact=True).first)
        self.look()

    def public(self, site) -> str:
        """What everybody sees at the program's address now; nothing where there is no page."""
        status, text = site.get(self.address)
        return text if status == 200 else ""


@pytest.mark.parametrize("width", [1280, 768])
def test_a_counselors_day(open_page, site, password, width):
    day = Day(*open_page("/admin/", width=width))
    page = day.page
    day.look()
    page.get_by_label("Sign-in name").fill("counselor")
    page.get_by_label("Password").fill(password)
    day.press("Sign in")
    assert "Lincoln High School" in page.locator("main").inner_text()

    day.go("Programs of study")
    day.go("Model programs")
    day.go(MODEL)
    day.go("Adopt for a school")
    day.press("Adopt")
    assert "has a draft of its own now" in page.locator(".messagelist").inner_text()
    program = page.url
    day.address = f"/programs/{page.get_by_label('Address').input_value()}/"

    day.go("Edit the courses")
    mover = page.get_by_role("button", name=re.compile("^Move .+ to grade 10$")).first
    course = re.fullmatch("Move (.+) to grade 10", mover.get_attribute("aria-label"))[1]
    mover.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    day.look()
    assert f"{course} is now in grade 10" in page.get_by_role("status").inner_text()
    assert course in page.evaluate("document.activeElement.getAttribute('aria-label')")
    day.press("Save the courses")

    page.get_by_label("Summary (English)").fill("You learn to look after teeth at Lincoln.")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").first.click()
    preview = opened.value
    preview.wait_for_load_state()
    assert "You learn to look after teeth at Lincoln." in preview.locator("main").inner_text()
    assert "only you see this" in preview.locator("body").inner_text()
    assert violations_on(preview) == []
    preview.close()
    assert day.public(site) == ""
    day.press("Save and continue editing")

    day.go("Publish")
    day.press("Publish")
    assert "You learn to look after teeth at Lincoln." in day.public(site)
    page.get_by_label("Summary (English)").fill("Something that was not meant to be said.")
    day.press("Save and continue editing")
    assert "not meant to be said" in day.public(site)

    day.go("History")
    assert "Something that was not meant to be said." in page.locator("main").inner_text()
    follow(page.get_by_role("link", name=re.compile("^Take back to")).first)
    day.look()
    follow(page.locator("#content-main [type=submit]").first)
    day.look()
    assert "You learn to look after teeth at Lincoln." in day.public(site)
    assert "not meant to be said" not in day.public(site)

    page.goto(program)
    day.go("Archive")
    day.press("Archive")
    assert day.public(site) == ""
    day.press("Log out")
    assert len(day.seen) >= 10
