"""How fast pages of answers are stored, beside one bare INSERT a request through the same server and middleware.

``python benchmarks/answers.py`` works on the database of DATABASE_URL, else on SQLite in var/benchmarks/, and takes back what it
adds. Both servers run at once and are asked in turns by wrk (a Debian package) with 32 connections. A page is ten answers;
the floor is sent the same and stores it as it comes. wrk needs its part of the same cores, and so does PostgreSQL.
"""

import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from servers import PATIENCE, Server, database, fill, granian, serving
from stored import taken_back, use_site
from tables import in_turns, machine, show

# Enough students for a rate of 1,000 pages a second; a page that is sent twice is not what is measured.
ROUNDS, SECONDS, CLIENTS, STUDENTS = 5, 5, 32, 900
INSTRUMENT, PAGES, ITEMS = "interests-60", 6, 60
SCRIPT = Path(__file__).with_suffix(".lua")
# Of the rate of the floor; in milliseconds.
WANTED_SHARE, WANTED_P99 = 0.5, 200


@dataclass(frozen=True)
class Load:
    """What came of sending for a while: requests, of these failed, requests a second, and milliseconds."""

    requests: int
    failed: int
    rate: float
    p50: float
    p99: float


def send(server: Server, address: str) -> Load:
    """Have new students, who have begun the assessment, send pages of answers to an address, on all connections at once."""
    wrk = shutil.which("wrk")
    if not wrk:
        raise RuntimeError("wrk is missing: apt-get install wrk")
    with tempfile.NamedTemporaryFile("w") as cookies:
        cookies.write("\n".join(begin_assessment(server) for _student in range(STUDENTS)))
        cookies.flush()
        options = ["-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "--timeout", f"{PATIENCE}s", "-s", str(SCRIPT)]
        command = [wrk, *options, server.url, "--", cookies.name, address]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    measured = next(line for line in said.splitlines() if line.startswith("MEASURED"))
    requests, microseconds, failed, p50, p99 = map(int, measured.split()[1:])
    return Load(requests, failed, requests / microseconds * 1e6, p50 / 1000, p99 / 1000)


class _Stay(HTTPRedirectHandler):
    """An answer is taken as it comes, also one that leads elsewhere."""

    def http_error_302(self, request, answer, code, message, headers):
        return answer


def begin_assessment(server: Server) -> str:
    """The header Cookie of a student who has begun the assessment."""
    form = urlencode({"assessment": INSTRUMENT}).encode()
    with build_opener(_Stay).open(Request(f"{server.url}/assessment/", form), timeout=PATIENCE) as answer:  # noqa: S310
        return answer.headers["Set-Cookie"].partition(";")[0]


@contextmanager
def floor_table() -> Iterator[None]:
    """The table that bare_insert.py writes to, for as long as it is needed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_insert")
        cursor.execute("CREATE TABLE bare_insert (body text NOT NULL)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bare_insert")


def stored_answers(newest: int) -> int:
    """How many answers the results after this one have, all together."""
    from assessments.models import Result

    return sum(map(len, Result.objects.filter(pk__gt=newest).values_list("answers", flat=True)))


def main() -> None:
    fill()
    use_site()
    floor = partial(granian, application="benchmarks.bare_insert:application")
    with taken_back() as newest, floor_table(), serving(granian) as site, serving(floor) as bare:
        measures = {
            "a page of answers": partial(send, site, f"/assessment/{INSTRUMENT}/PAGE/"),
            "one bare INSERT": partial(send, bare, "/bare-insert/"),
        }
        found = in_turns(measures, ROUNDS)
        stored = stored_answers(newest)
    rate = {name: statistics.median(load.rate for load in loads) for name, loads in found.items()}
    rows = [
        (
            name,
            f"{rate[name]:.0f}",
            f"{rate[name] / rate['one bare INSERT']:.2f}",
            f"{statistics.median(load.p50 for load in loads):.0f}",
            f"{statistics.median(load.p99 for load in loads):.0f}",
            f"{max(load.p99 for load in loads):.0f}",
            sum(load.failed for load in loads),
        )
        for name, loads in found.items()
    ]
    title = f"{database()}, {CLIENTS} clients, {ROUNDS} rounds of {SECONDS} s; {machine()}"
    show(title, ["", "a second", "of the floor", "p50, ms", "p99, ms", "worst p99", "errors"], rows)
    # A page that is sent a second time adds nothing; what wrk had under way when it stopped is stored and not counted.
    sent = sum(min(load.requests, STUDENTS * PAGES) for load in found["a page of answers"]) * ITEMS // PAGES
    print(f"\nAnswers sent and acknowledged: {sent}; in the database: {stored}.")
    print(f"Wanted: {WANTED_SHARE} of the floor, p99 at most {WANTED_P99} ms, no error, no answer lost.")


if __name__ == "__main__":
    main()
