"""What is a fault of the database and what a bug, what a visitor is told, and how long a page waits."""

import errno
import logging
import sqlite3
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, InternalError, OperationalError, ProgrammingError, connection
from django.test import Client
from django.urls import reverse

from careers import faults, limits
from careers.faults import Fault, fault_of
from careers.limits.postgresql.base import DatabaseWrapper as LimitedPostgres
from careers.limits.postgresql.base import Gate
from careers.limits.sqlite3.base import DatabaseWrapper as LimitedSqlite
from schools.models import User
from tests.conftest import POSTGRES


def raised_by(error, kind=OperationalError):
    """The error as Django hands it on."""
    try:
        raise kind(*error.args) from error
    except kind as raised:
        return raised


def sqlite_error(code):
    error = sqlite3.OperationalError("as the driver says it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (raised_by(sqlite_error(sqlite3.SQLITE_BUSY)), Fault.SLOW),
        (raised_by(sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT)), Fault.SLOW),
        (raised_by(sqlite_error(sqlite3.SQLITE_READONLY_DIRECTORY)), Fault.READ_ONLY),
        (raised_by(sqlite_error(sqlite3.SQLITE_FULL)), Fault.FULL),
        (raised_by(sqlite_error(sqlite3.SQLITE_CANTOPEN)), Fault.GONE),
        (raised_by(sqlite_error(sqlite3.SQLITE_CORRUPT), DatabaseError), Fault.GONE),
        # No such table: SQLite calls it operational, and it is a bug, or a migration that is missing.
        (raised_by(sqlite_error(sqlite3.SQLITE_ERROR)), None),
        (raised_by(psycopg.OperationalError("connection refused")), Fault.GONE),
        (raised_by(psycopg.errors.AdminShutdown()), Fault.GONE),
        (raised_by(psycopg.errors.TooManyConnections()), Fault.GONE),
        (raised_by(psycopg.errors.QueryCanceled()), Fault.SLOW),
        (raised_by(psycopg.errors.DeadlockDetected()), Fault.SLOW),
        (raised_by(psycopg.errors.ReadOnlySqlTransaction(), InternalError), Fault.READ_ONLY),
        (raised_by(psycopg.errors.DiskFull()), Fault.FULL),
        (raised_by(psycopg.errors.UndefinedTable(), ProgrammingError), None),
        (raised_by(psycopg.errors.InFailedSqlTransaction(), InternalError), None),
        (OSError(errno.ENOSPC, "No space left on device"), Fault.FULL),
        (FileNotFoundError(errno.ENOENT, "No such file"), None),
        (ValueError(), None),
    ],
    ids=lambda value: type(value.__cause__ or value).__name__ if isinstance(value, Exception) else None,
)
def test_faults_and_bugs(error, fault):
    assert fault_of(error) is fault
    # Whatever comes of it is no other fault.
    assert fault_of(raised_by(raised_by(error, SessionInterrupted), RuntimeError)) is fault


# --- What a visitor is told -------------------------------------------------------------------------------------------


@contextmanager
def broken(error=None):
    """Every question to the database fails."""

    def fail(*arguments):
        raise error or raised_by(psycopg.OperationalError("connection to 10.0.0.7 as careers failed"))

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture
def visitor(db):
    """Somebody with a session."""
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = "x" * 32
    return browser


def test_page_that_cannot_be_read_can_be_asked_for_again(visitor):
    with broken():
        answer = visitor.get("/occupations/?q=<nurse>")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert 'href="/occupations/?q=%3Cnurse%3E"' in answer.text
    assert "<form method" not in answer.text
    assert not {"Cache-Control", "Vary", "Set-Cookie"} & answer.headers.keys()
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_program_is_told_in_its_own_form(visitor):
    with broken():
        answer = visitor.get("/occupations/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert list(answer.json()) == ["error"]


def test_bug_is_a_bug(visitor):
    with broken(raised_by(sqlite_error(sqlite3.SQLITE_ERROR))):
        answer = visitor.post("/assessment/", {"assessment": "interests-60"})
    assert (answer.status_code, "Retry-After" in answer) == (500, False)
    assert "interests-60" not in answer.text
    assert visitor.get("/", headers={"Host": "another.example"}).status_code == 400


SECRET = "opens-sesame"  # noqa: S105 (as somebody types it)
SIGN_IN = {"username": "ada", "password": SECRET, "code": SECRET, "next": "/admin/"}
FORMS = [
    (reverse("admin:login"), SIGN_IN, {"username", "next"}),
    (reverse("admin:second_factor_set_up"), {"code": SECRET}, set()),
    (reverse("admin:password_change"), {"old_password": SECRET, "new_password1": SECRET}, set()),
    (reverse("assessments:result_resume"), {"code": SECRET}, set()),
]


@pytest.mark.parametrize(("path", "fields", "kept"), FORMS)
def test_what_opens_something_is_not_in_the_page(visitor, path, fields, kept):
    with broken():
        answer = visitor.post(path, fields)
    assert answer.status_code == 503
    assert SECRET not in answer.text
    assert {name for name in fields if f'type="hidden" name="{name}"' in answer.text} == kept
    assert "Passwords, sign-in codes and files are not kept" in answer.text


def test_everything_else_is_in_the_page(visitor):
    path = reverse("admin:clusters_course_add") + "?_popup=1"
    with broken():
        answer = visitor.post(path, {"code": "02052", "title_en": '"Algebra" <1>', "kind": ["a", "b"]})
    assert 'name="code" value="02052"' in answer.text
    assert 'name="title_en" value="&quot;Algebra&quot; &lt;1&gt;"' in answer.text
    assert answer.text.count('name="kind"') == 2
    assert f'action="{path}"' in answer.text
    assert "are not kept" not in answer.text
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))


def test_session_that_cannot_be_written_is_a_fault(visitor, monkeypatch):
    """Django takes it for that of somebody who has signed out elsewhere, and answers 400."""

    def save(self, must_create=False):
        raise UpdateError from raised_by(sqlite_error(sqlite3.SQLITE_FULL))

    visitor.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))
    monkeypatch.setattr(SessionStore, "save", save)
    assert visitor.get(reverse("admin:index")).status_code == 503


def test_log_has_one_line_with_the_kind_and_no_more(visitor, caplog):
    with broken(), caplog.at_level(logging.DEBUG):
        visitor.post("/assessment/", {"assessment": "quasimodo"})
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    (line,) = [record for record in errors if faults.Bugs().filter(record)]
    assert (line.name, line.msg) == ("careers.faults", Fault.GONE.value)
    assert line.fields == {"exception": "OperationalError"}
    assert "quasimodo" not in caplog.text
    assert [type(each).__name__ for each in logging.getLogger("django.request").filters] == ["Bugs"]


# --- How long a page waits --------------------------------------------------------------------------------------------


@pytest.fixture
def limited(transactional_db):
    """A connection of a page to the database of the test."""
    kind = LimitedPostgres if POSTGRES else LimitedSqlite
    settings = connection.settings_dict | {"ENGINE": limits.ENGINES[connection.settings_dict["ENGINE"]]}
    with closing(kind(settings, alias="limited")) as page:
        yield page


LIMITS = (
    {
        "SHOW statement_timeout": "2500ms",
        "SHOW idle_in_transaction_session_timeout": "5s",
        "SHOW lock_timeout": "1234ms",
    }
    if POSTGRES
    else {"PRAGMA busy_timeout": 5000, "PRAGMA journal_mode": "wal"}
)


def test_limits_are_set_and_others_stay(limited):
    if POSTGRES:
        limited.settings_dict["OPTIONS"] = {"options": "-c lock_timeout=1234"}
    with limited.cursor() as cursor:
        for question, value in LIMITS.items():
            cursor.execute(question)
            assert cursor.fetchone() == (value,)


@pytest.mark.once
@pytest.mark.skipif(POSTGRES, reason="a file is SQLite's")
def test_missing_file_stays_missing(limited, tmp_path):
    limited.settings_dict["NAME"] = tmp_path / "a name with ?mode=rwc and #.sqlite3"
    with pytest.raises(OperationalError) as raised:
        limited.ensure_connection()
    assert fault_of(raised.value) is Fault.GONE
    assert list(tmp_path.iterdir()) == []
    limited.settings_dict["NAME"].touch()
    limited.ensure_connection()


def test_one_tries_while_the_gate_is_closed():
    gate = Gate()
    gate.enter()
    gate.enter()
    gate.close(60)
    with pytest.raises(psycopg.OperationalError):
        gate.enter()
    gate.close(0)
    gate.enter()
    with pytest.raises(psycopg.OperationalError):
        gate.enter()
    gate.open()
    gate.enter()
    gate.enter()
