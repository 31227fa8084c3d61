"""The first bell: a whole school takes the assessment in the same five minutes, from one address.

``python benchmarks/bell`` plays 2,000 students on PostgreSQL, 300 on SQLite; ``--students`` and ``--minutes`` change that, and
the same students in a third of the minutes are three times the rate. It starts the site as the Makefile does, on the database
of DATABASE_URL (else on SQLite in var/benchmarks/) with the content that it puts there, plays the whole way of each student by
locust, and compares every answer that was acknowledged with what is stored. What was stored meanwhile is deleted at the end.

locust (with its fast client, FastHttpUser) and the database need their part of the same cores.
"""

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from servers import database, fill, granian, serving  # noqa: E402
from stored import taken_back, use_site  # noqa: E402
from tables import machine, show  # noqa: E402

MINUTES = 5
STUDENTS = {"PostgreSQL": 2000, "SQLite": 300}
# In milliseconds, for the 95th percentile.
WANTED = {"GET": 500, "POST": 800}
# So many times the planned minutes, and everything ends.
PATIENCE = 4


def play(url: str, *, students: int, minutes: float) -> dict:
    """Play so many students; returns what students.py found."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.json"
        users, seconds = str(students), round(minutes * 60 * PATIENCE)
        command = [
            sys.executable, "-m", "locust", "--locustfile", str(HERE / "students.py"), "--host", url, "--headless",
            "--only-summary", "--users", users, "--spawn-rate", users, "--run-time", f"{seconds}s", "--stop-timeout", "1",
            "--exit-code-on-error", "0",
        ]  # fmt: skip
        told = os.environ | {"PACE": str(MINUTES / minutes), "RECORD": str(record)}
        subprocess.run(command, env=told, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return json.loads(record.read_text())


def compare(students: list[dict], newest: int) -> dict[str, int]:
    """What was acknowledged to the students, and what of it is not in the database; and results that nobody began."""
    from django.conf import settings
    from django.contrib.sessions.models import Session

    from assessments.codes import hash_code, read_code
    from assessments.models import Result

    results = {result.pk: result for result in Result.objects.filter(pk__gt=newest)}
    sessions = Session.objects.in_bulk([said["session"] for said in students])
    owner = {key: session.get_decoded().get("result") for key, session in sessions.items()}
    counted = {"acknowledged": 0, "lost": 0, "duplicates": len(results) - sum(said["begun"] for said in students)}
    for said in students:
        result = results.get(owner.get(said["session"]))
        stored = result.answers if result else {}
        kept = [stored.get(order) == answer for order, answer in said["answers"].items()]
        kept += [result is not None and what in result.put_aside for what in said["aside"]]
        if said["code"]:
            code = hash_code(read_code(said["code"]), key=settings.SECRET_KEY)
            kept.append(result is not None and result.resume_code_hash == code)
        counted["acknowledged"] += len(kept)
        counted["lost"] += kept.count(False)
    return counted


def percentiles(times: list[float]) -> list[str]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return [f"{cuts[percent - 1]:.0f}" for percent in (50, 95, 99)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=STUDENTS[database()])
    parser.add_argument("--minutes", type=float, default=MINUTES)
    return parser.parse_args()


HEADINGS = [
    "students", "to the end", "requests", "errors", "503", "GET p50", "p95", "p99", "POST p50", "p95", "p99", "acknowledged",
    "lost", "duplicates",
]  # fmt: skip


def row(found: dict, counted: dict[str, int]) -> list:
    """The figures under HEADINGS."""
    times, errors = found["times"], sum(found["errors"].values())
    return [
        len(found["students"]),
        sum(said["done"] for said in found["students"]),
        sum(map(len, times.values())) + found["busy"] + errors,
        errors,
        found["busy"],
        *percentiles(times["GET"]),
        *percentiles(times["POST"]),
        *counted.values(),
    ]


def main() -> None:
    options = arguments()
    fill()
    # Sessions and codes are read with the key that the servers write them with.
    key = secrets.token_urlsafe(50)
    use_site(SECRET_KEY=key)
    with taken_back() as newest, serving(granian, SECRET_KEY=key) as site:
        found = play(site.url, students=options.students, minutes=options.minutes)
        counted = compare(found["students"], newest)
    title = f"{database()}, {options.students} students in {options.minutes:g} minutes, from one address; {machine()}"
    show(title, HEADINGS, [row(found, counted)])
    for what, count in found["errors"].items():
        print(f"{count} times: {what}")
    files = len(found["times"]["file"])
    print(
        f"\nMilliseconds, of pages; {files} style sheets and images are in the requests and not in the times.\n"
        f"Wanted: all to the end, no error, GET p95 at most {WANTED['GET']}, POST p95 at most {WANTED['POST']}, nothing lost."
    )


if __name__ == "__main__":
    main()
