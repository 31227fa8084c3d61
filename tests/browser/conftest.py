"""A real Chromium: the one of the system, since playwright's own download is one more thing to trust."""

import shutil

import pytest
from playwright.sync_api import Locator, sync_playwright


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("There is no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


def follow(target: Locator) -> None:
    """Click what leads to another page, and wait until that page is there.

    A bare ``click()`` returns while the next page is on its way, and whatever reads the page without waiting by itself
    (``evaluate``, ``count``, ``url``, ``content``, ``is_visible``, a list of messages) would read either of the two.
    """
    with target.page.expect_navigation():
        target.click()


class Watch:
    """Notes what a page says to the console, and what it asks of whom."""

    def __init__(self, page, origin: str):
        self.messages: list[str] = []
        self.foreign: list[str] = []
        # Chromium notes each Clear-Site-Data it carried out; that is no complaint.
        page.on("console", lambda message: message.type in ("error", "warning") and self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on(
            "request",
            lambda request: request.url.startswith((origin, "data:")) or self.foreign.append(request.url),
        )


@pytest.fixture
def open_page(chromium, site):
    """Opens an address in a window of its own: ``open_page("/", width=320, dark=True)`` gives (page, watch)."""
    contexts = []

    def open_it(path: str, *, width: int = 1280, dark: bool = False, javascript: bool = True):
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            # axe would measure a colour on its way to another one.
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        watch = Watch(page, site.url)
        page.goto(path)
        return page, watch

    yield open_it
    for context in contexts:
        context.close()
