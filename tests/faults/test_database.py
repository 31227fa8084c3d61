"""The database is gone, hangs, is slow, takes no changes, or its disk is full."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import POSTGRES
from tests.faults.servers import Browser, serve, until, wait_for

# Their database begins as the tests' own.
pytestmark = pytest.mark.django_db

PAGE = "/assessment/interests-60/1/"
KEPT = "/clusters/"
# Its rows are asked for each time; those of the framework are in memory as well (clusters/atlas.py).
COLD = "/programs/"
# In seconds. A site that nobody restarts is back by then; and nobody waits longer for an answer, also on a busy machine.
BACK_WITHIN = 10
ANSWERED_WITHIN = 10
# What can still be read meanwhile.
READABLE = {"read_only", "full"} if POSTGRES else {"hung", "read_only", "full"}
NAMES = {
    "gone": "The database cannot be reached or read.",
    "hung": "The database cannot be reached or read." if POSTGRES else "The database takes too long.",
    "slow": "The database takes too long.",
    "read_only": "The database takes no changes.",
    "full": "The disk of the database is full.",
}
FAULTS = NAMES.keys() - (set() if POSTGRES else {"slow"})


def answers(number):
    return {f"item-{order}": str((order + number) % 5 + 1) for order in range(1, 11)} | {"go": "next"}


def stored(store, number):
    """How many results there are with these answers."""
    wanted = {name.removeprefix("item-"): int(value) for name, value in answers(number).items() if name != "go"}
    rows = [row for (row,) in store.ask("SELECT answers FROM assessments_result")]
    return sum((json.loads(row) if isinstance(row, str) else row) == wanted for row in rows)


def begin(server):
    """A student's browser that has begun the assessment."""
    browser = Browser(server.url)
    assert browser.post("/assessment/", {"assessment": "interests-60"}).status == 302
    return browser


def send_once(browser, fields):
    return browser.post(PAGE, fields)


def send_until_refused(browser, fields):
    """The first answer that is not "done", to students who each begin anew: what is on a full disk already may have room."""
    for _student in range(200):
        answer = Browser(browser.url).post(PAGE, fields)
        if answer.status != 302:
            return answer
    raise AssertionError("Everything was taken.")


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_fault(store, guarded, unguarded, fault):
    number = sorted(FAULTS).index(fault)
    student, other, visitor = begin(guarded), begin(unguarded), Browser(guarded.url)
    send = send_until_refused if fault == "full" else send_once
    assert visitor.get(KEPT).status == 200
    logged = guarded.log.stat().st_size
    with ThreadPoolExecutor(2) as pool:
        with getattr(store, fault)():
            # Without guards: an error that keeps nothing, or no answer at all.
            bad = pool.submit(send, other, answers(number))
            good = pool.submit(send, student, answers(number))
            kept = visitor.get(KEPT)
            cold = visitor.get(f"{COLD}?cold={fault}")
            answer = good.result()
            assert not bad.done() or (bad.result().status == 500 and bad.result().typed == [])
        assert kept.status == 200
        assert cold.status == 200 if fault in READABLE else cold.is_fault
        assert answer.is_fault
        assert set(answer.typed) == set(answers(number).items())
        assert max(page.seconds for page in (kept, cold, answer)) < ANSWERED_WITHIN
        # Back without a restart.
        until(lambda: visitor.get(f"{COLD}?back={fault}").status == 200, BACK_WITHIN)
        bad.result()
    # The form in the page does what it says.
    before = stored(store, number)
    action = re.search(r'<form method="post" action="([^"]+)"', answer.text)[1]
    assert student.post(action, answer.typed).status == 302
    assert student.get("/assessment/interests-60/2/").status == 200
    assert stored(store, number) == before + 1
    text = guarded.log.read_bytes()[logged:].decode()
    assert '"level": "error", "logger": "careers.faults"' in text
    assert NAMES[fault] in text
    assert "item-1" not in text
    assert "Traceback" not in text


def test_nothing_in_memory_and_no_database(store, tmp_path):
    """A server that is started while the database is gone."""
    with serve("careers.wsgi:application", tmp_path, DATABASE_URL=store.url) as server:
        with store.gone():
            wait_for(server)
            assert Browser(server.url).get(KEPT).is_fault
            assert Browser(server.url).get("/readyz").status == 503
        until(lambda: Browser(server.url).get(KEPT).status == 200, BACK_WITHIN)


def test_staff_keep_what_they_typed(store, guarded, unguarded):
    """Also where the fault is met before any view is: who sent it is asked first."""
    staff, other = (Browser(server.url, store.sessions.pop()) for server in (guarded, unguarded))
    path = "/admin/schools/school/add/"
    assert staff.get(path).status == 200
    token = dict(staff.get(path).typed)["csrfmiddlewaretoken"]
    fields = {"csrfmiddlewaretoken": token, "name": "Ærø <b>High</b>", "slug": "aero", "city": "two\r\nlines"}
    with store.gone():
        answer = staff.post(path, fields)
        assert other.post(path, fields).typed == []
        choices = staff.get("/admin/autocomplete/?term=x", Accept="application/json, */*; q=0.01")
    assert answer.is_fault
    assert "no-store" in answer.headers["Cache-Control"]
    assert dict(answer.typed) == fields
    assert (choices.status, choices.headers["Retry-After"]) == (503, "5")
    assert json.loads(choices.text).keys() == {"error"}
    until(lambda: staff.get("/admin/").status == 200, BACK_WITHIN)
