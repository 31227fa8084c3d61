"""The copy that public pages are read from falls behind, hangs, and comes back. There are copies of PostgreSQL alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import POSTGRES
from tests.faults.servers import Browser, serve, until, wait_for
from tests.faults.stores import Disk, PostgresCopy
from tests.faults.test_database import ANSWERED_WITHIN, BACK_WITHIN

pytestmark = pytest.mark.django_db

PAGE = "/programs/"
SEEN_WITHIN = 1  # Second.
VERSION = "SELECT number FROM clusters_contentversion"


@pytest.fixture
def copy(store):
    disk = Disk()
    copy = None
    try:
        copy = PostgresCopy(disk, store)
        yield copy
    finally:
        if copy:
            copy.close()
        disk.close()


def edit(store, title):
    """As one transaction, like every edit: a new title, and the number that makes every page anew."""
    store.ask(
        f"WITH edited AS (UPDATE clusters_program SET title_en = '{title}') "  # noqa: S608 (the test's own words)
        "UPDATE clusters_contentversion SET number = number + 1 RETURNING number"
    )


def is_read_from(copy, store, visitor):
    """Whether a page that has to be made anew is read from the copy."""
    before = copy.last_read()
    edit(store, "Edited")
    until(lambda: copy.ask(VERSION) == store.ask(VERSION))
    assert visitor.get(PAGE).status == 200
    return copy.last_read() not in (None, before)


if POSTGRES:

    def test_copy_that_falls_behind_or_hangs(store, copy, tmp_path):
        places = {"DATABASE_URL": store.url, "DATABASE_REPLICA_URL": copy.url}
        with (
            serve("careers.wsgi:application", tmp_path / "guarded", **places) as guarded,
            serve("tests.faults.patient:application", tmp_path / "patient", **places) as patient,
            ThreadPoolExecutor() as pool,
        ):
            visitor, other = Browser(wait_for(guarded).url), Browser(wait_for(patient).url)
            for each in (visitor, other):
                until(lambda each=each: is_read_from(copy, store, each))

            copy.ask("SELECT pg_wal_replay_pause()")
            edit(store, "Not yet in the copy")
            # News of it takes some milliseconds.
            until(lambda: "Not yet in the copy" in visitor.get(PAGE).text, SEEN_WITHIN)
            copy.ask("SELECT pg_wal_replay_resume()")
            until(lambda: is_read_from(copy, store, visitor))

            with copy.hung():
                edit(store, "While the copy hangs")
                until(lambda: "While the copy hangs" in visitor.get(PAGE).text, ANSWERED_WITHIN)
                # Without the guard: no answer at all.
                bad = pool.submit(other.get, PAGE)
                answers = [visitor.get(path) for path in ("/schools/", "/clusters/")]
                assert not bad.done()
            assert [answer.status for answer in answers] == [200] * 2
            assert max(answer.seconds for answer in answers) < ANSWERED_WITHIN
            until(lambda: is_read_from(copy, store, visitor), BACK_WITHIN)
            assert bad.result().status == 200
