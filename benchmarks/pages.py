"""What making a page costs, beside a constant page of Django, and beside a site made with Wagtail.

``python benchmarks/pages.py`` starts both sites without a page cache, with one worker each, and asks for the pages in turns.
Times are CPU time of the server's processes for one request. Wagtail's demo is not on PyPI, so its site is the one that
``wagtail start`` makes, with a blog of a thousand posts: one page lists 20 of them, one as many as our cluster has occupations.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from servers import PROGRAMS, Server, ask, database, environment, fill, get, granian, manage, serving, take_assessment
from tables import in_turns, machine, medians, show

ROUNDS, SECONDS = 9, 2
POSTS, LISTED = 1000, 20
CLUSTER, CONSTANT = "/clusters/health-science/", "constant page"
# Page, its address, and how many times the constant page it may cost.
PAGES = {
    "cluster page": (CLUSTER, 20),
    "occupation page": ("/occupations/29-1141.00/", 15),
    "result page": ("/results/", 30),
    "pathway page": (f"{CLUSTER}therapeutic-services/", None),
    "home page": ("/", None),
}
TIMES_WAGTAIL = 4
SETTINGS = """
from .production import *
import os

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [*INSTALLED_APPS, "wagtail_blog"]
"""


@contextmanager
def wagtail(*listed: int) -> Iterator[Server]:
    """The site of ``wagtail start`` with our blog in it: /blog-20/ lists twenty posts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = [PROGRAMS / "wagtail", "start", "comparison", folder]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(Path(__file__).parent / "wagtail_blog", folder / "wagtail_blog")
        (folder / "comparison" / "settings" / "measured.py").write_text(SETTINGS)
        settings = {"DJANGO_SETTINGS_MODULE": "comparison.settings.measured"}
        for command in (
            "makemigrations wagtail_blog",
            "migrate",
            "collectstatic --noinput",
            f"fill_blog {POSTS} {' '.join(map(str, listed))}",
        ):
            manage(*command.split(), environment=environment(**settings), folder=folder)
        command = partial(granian, workers=1, application="comparison.wsgi:application")
        with serving(command, first=f"/blog-{listed[0]}/", folder=folder, **settings) as server:
            yield server


def cost(server: Server, path: str, headers: dict[str, str]) -> float:
    """Milliseconds of CPU for one request."""
    return ask(server, path, seconds=SECONDS, connections=1, headers=headers).cpu_milliseconds


def listed_in(page: bytes) -> int:
    """How many occupations a page links to."""
    return len(set(re.findall(rb'href="/occupations/([^"/]+)/"', page)))


def measure() -> dict[str, float]:
    with serving(partial(granian, workers=1), PAGE_CACHE_MEGABYTES="0") as ours:
        occupations = listed_in(get(ours.url + CLUSTER, **{"Accept-Encoding": "identity"})[1])
        _browser, cookie = take_assessment(ours.url)
        with wagtail(LISTED, occupations) as theirs:
            measures = {CONSTANT: partial(cost, ours, "/healthz", {})}
            measures |= {name: partial(cost, ours, path, {"Cookie": cookie}) for name, (path, _most) in PAGES.items()}
            blogs = {f"Wagtail, {n} of {POSTS:,} posts": f"/blog-{n}/" for n in (LISTED, occupations)}
            measures |= {name: partial(cost, theirs, path, {}) for name, path in blogs.items()}
            return medians(in_turns(measures, ROUNDS))


def main() -> None:
    fill()
    costs = measure()
    rows = []
    for name, milliseconds in costs.items():
        most = PAGES.get(name, ("", None))[1] or ""
        times = milliseconds / costs["cluster page"]
        rows.append((name, f"{milliseconds:.2f}", f"{milliseconds / costs[CONSTANT]:.1f}", most, f"{times:.1f}"))
    show(
        f"CPU time of a request without page cache, medians of {ROUNDS} rounds (wanted: each page of Wagtail costs at least "
        f"{TIMES_WAGTAIL} cluster pages)",
        ["", "CPU ms", "constant pages", "at most", "cluster pages"],
        rows,
    )
    print(f"\n{database()}, {machine()}")


if __name__ == "__main__":
    main()
