"""From a pathway to the courses one can take, and back; and the page that hangs on a door."""

import re

import pytest

from tests.browser.conftest import follow

pytestmark = pytest.mark.once


@pytest.mark.parametrize("width", [360, 1280])
def test_walk_from_a_pathway_to_an_occupation_and_back_without_javascript(open_page, width):
    page, watch = open_page("/clusters/manufacturing/production/", width=width, javascript=False)
    main = page.locator("main")
    follow(main.get_by_role("link", name="Welding and metal fabrication", exact=True))
    assert page.locator("h1").inner_text() == "Welding and metal fabrication"
    follow(main.locator("#schools").get_by_role("link", name="Roosevelt Career and Technical Center"))
    assert "Program of study at Roosevelt" in main.locator(".eyebrow").inner_text()
    grades = main.locator(".course-grid__year > h3")
    assert grades.count() == 5
    assert "Welding I" in main.locator(".course-grid__year").nth(1).inner_text()
    follow(main.locator(".exits").get_by_role("link", name="Welder", exact=True))
    assert page.locator("h1").inner_text() == "Welder"
    follow(main.get_by_role("link", name="Welding and metal fabrication"))
    follow(page.get_by_role("navigation", name="You are here").get_by_role("link", name="Production"))
    assert page.locator("h1").inner_text() == "Production"
    assert watch.messages == []
    assert watch.foreign == []


def test_the_grid_is_a_table_to_the_eye_and_a_list_on_a_phone(open_page):
    page, _watch = open_page("/programs/welding-and-metal-fabrication/", width=1280)
    years = page.locator(".course-grid__year")

    def tops_and_lefts():
        boxes = [years.nth(number).bounding_box() for number in range(4)]
        return [len({round(box[side]) for box in boxes}) for side in ("y", "x")]

    assert tops_and_lefts() == [1, 4]
    # The rows of the table: each kind of course begins at the same height in every grade.
    careers = page.locator(".course-grid__cell:nth-of-type(2)")
    assert len({round(careers.nth(number).bounding_box()["y"]) for number in range(4)}) == 1
    page.set_viewport_size({"width": 360, "height": 800})
    assert tops_and_lefts() == [4, 1]


def test_filter_programs_by_school_and_grade(open_page):
    page, _watch = open_page("/programs/", width=360, javascript=False)
    page.locator("summary").get_by_text("Filter").click()
    page.get_by_label("School").select_option("roosevelt")
    page.get_by_label("Grade you are in").select_option("11")
    follow(page.get_by_role("button", name="Show programs"))
    page.wait_for_url("**/programs/?*school=roosevelt*")
    assert page.locator("h1").inner_text() == "Programs of study at Roosevelt Career and Technical Center"
    assert page.get_by_role("link", name="Welding and metal fabrication").count() == 1


@pytest.mark.parametrize(
    "slug",
    # The fullest ones: six columns, the most exits, and a school's own with numbers and a contact.
    ["aircraft-maintenance-and-avionics", "roosevelt-electrical-and-solar-work", "nursing-and-patient-care"],
)
def test_a_program_prints_on_one_page(open_page, slug):
    page, _watch = open_page(f"/programs/{slug}/")
    for paper in ("Letter", "A4"):
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper))) == 1
    page.emulate_media(media="print")
    assert page.locator(".qr-code").is_visible()
    assert not page.locator(".site-header").is_visible()
