"""The clock of the server jumps ahead and back: nobody is locked out, nobody stays signed in for longer, nothing is lost."""

from pathlib import Path

import pytest

from tests.faults.servers import Browser, serve, until, wait_for

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed (apt install faketime)"),
]

ADMIN, LOGIN = "/admin/", "/admin/login/"
SERVERS = {"guarded": "careers.wsgi", "unguarded": "tests.faults.unguarded"}


@pytest.fixture
def clock(tmp_path):
    """``clock("+6h")`` sets the clock of the server ahead by that; what it counts seconds with for waiting goes on as ever."""
    file = tmp_path / "clock"

    def move(by):
        file.write_text(by)

    move("+0")
    move.environment = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    return move


@pytest.fixture(params=SERVERS)
def server(request, store, clock, tmp_path):
    application = f"{SERVERS[request.param]}:application"
    with serve(application, tmp_path / "var", DATABASE_URL=store.url, **clock.environment) as server:
        yield wait_for(server)


@pytest.fixture
def is_guarded(request):
    return request.node.callspec.params["server"] == "guarded"


def is_signed_in(browser):
    return browser.get(ADMIN).status == 200


def try_password(browser):
    """What the sign-in page says to a wrong password."""
    token = dict(browser.get(LOGIN).typed)["csrfmiddlewaretoken"]
    fields = {"csrfmiddlewaretoken": token, "username": "root", "password": "wrong", "code": "", "next": ADMIN}
    return browser.post(LOGIN, fields).text


def answer(browser, page):
    fields = {f"item-{order}": "4" for order in range(page * 10 - 9, page * 10 + 1)}
    return browser.post(f"/assessment/interests-60/{page}/", fields | {"go": "next"}).status


def test_clock_jumps_ahead_and_back(store, server, clock, is_guarded):
    visitor, student, staff = Browser(server.url), Browser(server.url), Browser(server.url, store.sessions.pop())
    assert student.post("/assessment/", {"assessment": "interests-60"}).status == 302
    assert answer(student, 1) == 302
    assert visitor.get("/clusters/").status == 200

    clock("+6h")
    assert is_signed_in(staff)
    assert answer(student, 2) == 302
    clock("+2y")
    assert "do not fit together" in try_password(visitor)
    assert not is_signed_in(Browser(server.url, store.sessions[0]))

    clock("+0")
    # Whoever signed in "later" would stay signed in until then, and a name that was slowed down would wait until then.
    assert is_signed_in(staff) != is_guarded
    assert ("do not fit together" in try_password(visitor)) == is_guarded
    # The student goes on where they were, and pages are as new as ever.
    assert answer(student, 3) == 302
    assert "20 of 60" not in student.get("/assessment/interests-60/4/").text
    assert "30 of 60" in student.get("/assessment/interests-60/4/").text
    title = f"Title of {server.process.pid}"
    store.ask(f"UPDATE clusters_cluster SET title_en = '{title}' WHERE number = 1 RETURNING id")  # noqa: S608
    store.ask("UPDATE clusters_contentversion SET number = number + 1 RETURNING id")
    until(lambda: title in visitor.get("/clusters/").text)
