"""A process is killed in the midst of its work: nothing that was acknowledged is lost, nothing is there twice or by half."""

import csv
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.conftest import POSTGRES, ROOT
from tests.faults.servers import ENVIRONMENT, Browser, serve, until, wait_for

pytestmark = pytest.mark.django_db

STUDENTS, PAGES = 6, 6
COURSES = 600


# --- Workers ----------------------------------------------------------------------------------------------------------


class Student:
    """Answers page after page, and sends each one again until it is acknowledged."""

    def __init__(self, url):
        self.browser = Browser(url)
        self.acknowledged = {}
        assert self.browser.post("/assessment/", {"assessment": "interests-60"}).status == 302

    def answer(self, page, *, is_last_try=lambda: False):
        given = {order: (order * page + 1) % 5 + 1 for order in range(page * 10 - 9, page * 10 + 1)}
        fields = {f"item-{order}": answer for order, answer in given.items()}
        while self.browser.post(f"/assessment/interests-60/{page}/", fields | {"go": "next"}).status != 302:
            if is_last_try():
                return
        self.acknowledged |= given


def results(store):
    """The answers of all results, the newest last."""
    rows = [row for (row,) in store.ask("SELECT answers FROM assessments_result ORDER BY id")]
    return [json.loads(row) if isinstance(row, str) else row for row in rows]


def missing(student, results):
    """Whether no result has everything that was acknowledged to the student."""
    wanted = {str(order): answer for order, answer in student.acknowledged.items()}
    return not any(result.items() >= wanted.items() for result in results)


def kill(pids):
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_worker_killed_while_students_answer(store, tmp_path):
    before = len(results(store))
    options = ("--workers=2", "--respawn-failed-workers", "--respawn-interval=0.1")
    with serve("careers.wsgi:application", tmp_path, *options, DATABASE_URL=store.url) as server:
        wait_for(server)
        students = [Student(server.url) for _number in range(STUDENTS)]

        def done():
            return sum(len(student.acknowledged) for student in students) // 10

        with ThreadPoolExecutor(STUDENTS) as pool:
            running = [pool.submit(lambda s: [s.answer(page) for page in range(1, PAGES + 1)], s) for s in students]
            for count in (STUDENTS, STUDENTS * 3):
                until(lambda count=count: done() >= count)
                first = until(server.workers)[0]
                kill([first])
                until(lambda first=first: first not in server.workers() and len(server.workers()) == 2)
            for each in running:
                each.result()
        assert server.process.poll() is None
    new = results(store)[before:]
    assert len(new) == STUDENTS
    assert [len(result) for result in new] == [PAGES * 10] * STUDENTS
    assert not any(missing(student, [result]) for student, result in zip(students, new, strict=True))


def test_counting_finds_what_is_lost_and_what_is_there_twice(store, tmp_path):
    """The same on a site that says "done" too early, and whose workers nobody starts again."""
    with serve("tests.faults.hasty:application", tmp_path, DATABASE_URL=store.url) as server:
        wait_for(server)
        student = Student(server.url)
        before = len(results(store))
        student.answer(1)
        kill(server.workers())
        until(lambda: server.process.poll() is not None)
        student.answer(2, is_last_try=lambda: True)
    assert missing(student, results(store))
    assert len(student.acknowledged) == 10
    # Somebody without a cookie is somebody new each time.
    with serve("careers.wsgi:application", tmp_path, DATABASE_URL=store.url) as server:
        wait_for(server)
        for _time in range(2):
            Browser(server.url).post("/assessment/interests-60/1/", {"item-1": "5"})
    assert results(store)[before:] == [{"1": 5}] * 2


# --- Commands ---------------------------------------------------------------------------------------------------------


def run(url, folder, *arguments):
    """What became of a command: its exit code, and what it said."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=ENVIRONMENT | {"DATABASE_URL": url, "VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def killed(url, folder, guard, text, number, *command):
    code, said = run(url, folder, "-m", "tests.faults.killed", guard, text, str(number), *command)
    assert code == -signal.SIGKILL, said


def test_import_killed_half_way(store, tmp_path):
    catalog = tmp_path / "catalog.csv"
    with catalog.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["number", "title", "grades", "credits"])
        lines.writerows([f"F-{number}", f"Course {number}", "9", "1"] for number in range(COURSES))
    command = ("import_catalog", "school-1", str(catalog))

    def imported():
        return store.ask("SELECT count(*) FROM clusters_catalogcourse WHERE number LIKE 'F-%'")[0][0]

    # In the midst: the first of two batches is written.
    half_way = ("INTO \"clusters_catalogcourse\"", 1, *command)
    killed(store.url, tmp_path, "guarded", *half_way)
    assert imported() == 0
    killed(store.url, tmp_path, "unguarded", *half_way)
    assert 0 < imported() < COURSES
    for _time in range(2):
        code, said = run(store.url, tmp_path, "manage.py", *command)
        assert code == 0, said
        assert imported() == COURSES


def tables(store_url):
    """Every column and index of the tables of ``schools``, as the database describes them."""
    if POSTGRES:
        import psycopg

        with psycopg.connect(store_url) as database:
            columns = database.execute(
                "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
                "WHERE table_name LIKE 'schools_%' UNION ALL "
                "SELECT tablename, indexdef, '', '' FROM pg_indexes WHERE tablename LIKE 'schools_%' UNION ALL "
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '' FROM pg_constraint "
                "WHERE conrelid::regclass::text LIKE 'schools_%'"
            )
            return sorted(columns.fetchall())
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(store_url.removeprefix("sqlite:///"))) as database:
        return sorted(database.execute("SELECT sql FROM sqlite_master WHERE tbl_name LIKE 'schools_%'").fetchall(), key=str)


def test_migrate_killed_half_way(store, tmp_path):
    """In the midst of a migration with many steps. Run again it goes on; without transactions it finds tables there already."""
    half_way = ('CREATE TABLE "schools_membership"', 1, "migrate", "schools")
    for guard in ("unguarded", "guarded"):
        url = store.another()
        killed(url, tmp_path, guard, *half_way)
        assert (tables(url) == []) == (guard == "guarded")
        code, said = run(url, tmp_path, "manage.py", "migrate", "schools")
        assert (code == 0) == (guard == "guarded"), said
        assert ("already exists" in said) == (guard == "unguarded")
    assert tables(url) == tables(store.url)
