"""Whether a request that begins after an edit was committed ever gets the page of before it, while the site is under load.

``python benchmarks/freshness.py`` saves a school of its own a hundred times, and asks for its page all the while: by wrk, and on
connections of its own to each server, whose answers are read. On SQLite one server is asked, on PostgreSQL two. It needs the
Debian package wrk.
"""

import re
import statistics
import sys
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Event, Thread
from urllib.parse import urlsplit

import brotli
import in_process  # noqa: F401 (models can be imported once Django is set up)
from django.db import connection, transaction
from servers import ENCODINGS, Server, all_serving, fill, granian, under_load
from tables import machine, show
from tqdm import tqdm

from schools.models import School

EDITS = 100
CONNECTIONS, PROBES = 16, 6
# In seconds: between two requests on one connection, and from when all have seen an edit until the next one.
BETWEEN, PAUSE = 0.002, 0.05
# Milliseconds after the commit in which the old page may still be given.
ALLOWED = {"sqlite": 0, "postgresql": 20}
SERVERS = {"sqlite": 1, "postgresql": 2}

# When a request began, and the number of the edit that it was shown.
Seen = list[tuple[float, int]]


def probe(url: str, path: str, seen: Seen, done: Event) -> None:
    """Ask for the page again and again on one connection, which stays with one worker."""
    asked = HTTPConnection(urlsplit(url).netloc)
    while not done.is_set():
        begun = time.perf_counter()
        asked.request("GET", path, headers={"Accept-Encoding": ENCODINGS})
        found = re.search(rb"Edit (\d+)", brotli.decompress(asked.getresponse().read()))
        seen.append((begun, int(found[1])))
        # The load comes from wrk. More from here would only make this process late.
        time.sleep(BETWEEN)
    asked.close()


@contextmanager
def probing(servers: list[Server], path: str) -> Iterator[dict[int, list[Seen]]]:
    """What each connection to each server sees."""
    done = Event()
    seen = {number: [[] for _probe in range(PROBES)] for number in range(len(servers))}
    threads = [
        Thread(target=probe, args=(server.url, path, found, done))
        for number, server in enumerate(servers)
        for found in seen[number]
    ]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        done.set()
        for thread in threads:
            thread.join()


def edit(school: School, seen: Iterable[Seen]) -> list[float]:
    """Save the school over and over, each time once all have seen the last edit; the moments at which the saves had returned."""
    committed = []
    for number in tqdm(range(1, EDITS + 1), desc="edits", file=sys.stderr, leave=False, disable=None):
        _save(school, number)
        committed.append(time.perf_counter())
        while any(not found or found[-1][1] < number for found in seen):
            time.sleep(BETWEEN)
        time.sleep(PAUSE)
    return committed


def _save(school: School, number: int) -> None:
    school.contact_name = f"Edit {number}"
    with transaction.atomic():
        school.save(update_fields=["contact_name"])


def delays(committed: list[float], seen: Seen) -> list[float]:
    """For each request that was given an older edit than it should: how long after the next one's commit it began (ms)."""
    late = []
    for begun, number in seen:
        if number < bisect_right(committed, begun):
            late.append((begun - committed[number]) * 1000)
    return late


def measure(school: School) -> tuple[list[float], list[list[Seen]]]:
    path = school.get_absolute_url()
    commands = {str(number): granian for number in range(SERVERS[connection.vendor])}
    with all_serving(commands, first=path) as running:
        servers = list(running.values())
        with under_load(servers, path, CONNECTIONS), probing(servers, path) as seen:
            committed = edit(school, [found for connections in seen.values() for found in connections])
    return committed, list(seen.values())


def main() -> None:
    fill()
    school = School.objects.create(slug="benchmark", name="Benchmark", contact_name="Edit 0")
    try:
        committed, seen = measure(school)
    finally:
        school.delete()
    allowed, rows = ALLOWED[connection.vendor], []
    for number, connections in enumerate(seen, start=1):
        late = sorted(delay for found in connections for delay in delays(committed, found))
        asked = sum(map(len, connections))
        worst = f"{late[-1]:.1f}" if late else "0"
        median = f"{statistics.median(late):.1f}" if late else "0"
        rows.append(
            (f"server {number}", f"{asked:,}", len(late), median, worst, sum(delay > allowed for delay in late))
        )
    show(
        f"{EDITS} edits under load: requests that began after a commit had returned and were given the page of before it "
        f"(wanted: none that began more than {allowed} ms after it)",
        ["", "requests", "old page", "median ms", "worst ms", f"beyond {allowed} ms"],
        rows,
    )
    print(f"\n{connection.vendor}, {machine()}")


if __name__ == "__main__":
    main()
