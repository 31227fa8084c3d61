"""A process is killed in the midst of its work: nothing that was acknowledged is lost, nothing is there twice or by half."""

import csv
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from clusters.importers.catalog import COLUMNS
from tests.faults.commands import killed, run
from tests.faults.servers import Browser, serve, until, wait_for

pytestmark = pytest.mark.django_db

STUDENTS, PAGES = 6, 6
COURSES = 1200
# In seconds.
BACK_WITHIN = 10


# --- Workers ----------------------------------------------------------------------------------------------------------


class Student:
    """Has begun the assessment."""

    def __init__(self, url):
        self.browser = Browser(url)
        self.acknowledged = {}
        assert self.browser.post("/assessment/", {"assessment": "interests-60"}).status == 302

    def answer(self, page):
        """Whether it is acknowledged."""
        given = {order: (order * page + 1) % 5 + 1 for order in range(page * 10 - 9, page * 10 + 1)}
        fields = {f"item-{order}": answer for order, answer in given.items()}
        status = self.browser.post(f"/assessment/interests-60/{page}/", fields | {"go": "next"}).status
        if status == 302:
            self.acknowledged |= given
        return status == 302

    def answer_all(self):
        for page in range(1, PAGES + 1):
            until(lambda page=page: self.answer(page))


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


def test_workers_killed_while_students_answer(store, tmp_path):
    """All there are at once: everybody has to wait until new ones have started."""
    before = len(results(store))
    options = ("--workers=2", "--respawn-failed-workers", "--respawn-interval=0.1")
    with serve("careers.wsgi:application", tmp_path, *options, DATABASE_URL=store.url) as server:
        wait_for(server)
        students = [Student(server.url) for _number in range(STUDENTS)]
        with ThreadPoolExecutor(STUDENTS) as pool:
            running = [pool.submit(student.answer_all) for student in students]
            until(lambda: sum(len(student.acknowledged) for student in students) >= STUDENTS * 10)
            killed = server.workers()
            kill(killed)
            until(lambda: Browser(server.url).get("/readyz").status == 200, BACK_WITHIN)
            until(lambda: len(set(server.workers()) - set(killed)) == 2, BACK_WITHIN)
            for each in running:
                each.result()
    new = results(store)[before:]
    assert len(new) == STUDENTS
    assert [len(result) for result in new] == [PAGES * 10] * STUDENTS
    assert not any(missing(student, [result]) for student, result in zip(students, new, strict=True))


def test_counting_finds_what_is_lost_and_what_is_there_twice(store, guarded, tmp_path):
    """The same on a site that says "done" too early, and whose workers nobody starts again."""
    before = len(results(store))
    with serve("tests.faults.hasty:application", tmp_path, DATABASE_URL=store.url) as server:
        wait_for(server)
        student = Student(server.url)
        assert student.answer(1)
        kill(server.workers())
        until(lambda: server.process.poll() is not None)
        assert not student.answer(2)
    assert len(student.acknowledged) == 10
    assert missing(student, results(store)[before:])
    # Somebody without a cookie is somebody new each time.
    before = len(results(store))
    for _time in range(2):
        Browser(guarded.url).post("/assessment/interests-60/1/", {"item-1": "5"})
    assert results(store)[before:] == [{"1": 5}] * 2


# --- Commands ---------------------------------------------------------------------------------------------------------


def test_import_killed_half_way(store, tmp_path):
    catalog = tmp_path / "catalog.csv"
    with catalog.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        lines.writerows([f"F-{number}", f"Course {number}", "9", "1", "", "", ""] for number in range(COURSES))
    # In the midst: it writes them in several steps.
    half_way = ('INTO "clusters_catalogcourse"', "import_catalog", "school-1", str(catalog))

    def imported():
        return store.ask("SELECT count(*) FROM clusters_catalogcourse WHERE number LIKE 'F-%'")[0][0]

    killed(store.place, *half_way)
    assert imported() == 0
    killed(store.place, *half_way, with_transactions=False)
    assert 0 < imported() < COURSES
    code, said = run(store.place, *half_way[1:])
    assert code == 0, said
    assert imported() == COURSES


def test_migrate_killed_half_way(store):
    """In the midst of a migration with many steps. Run again it goes on; without transactions it finds tables there already."""
    half_way = ('CREATE TABLE "schools_user_', "migrate", "schools")
    for with_transactions in (False, True):
        place = store.empty()
        killed(place, *half_way, with_transactions=with_transactions)
        assert (store.schema("schools_%", place) == []) == with_transactions
        code, said = run(place, *half_way[1:])
        assert (code == 0) == with_transactions, said
        assert ("already exists" in said) == (not with_transactions)
    assert store.schema("schools_%", place) == store.schema("schools_%")
