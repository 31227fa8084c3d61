"""What all tests share: settings for a test run, and the whole site on a server of its own.

Most tests make the few rows they need (tests/factories.py). Tests of the real content and tests in a browser ask for
``site``: the site as a district runs it, with all fixtures loaded, in a process of its own.
"""

import fcntl
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent

# For the site's own processes: its real settings, without what only the tests need.
SITE_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"} | {
    "DJANGO_SETTINGS_MODULE": "careers.settings"
}
POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
# The names of this run's databases begin with this; workers inherit it. Other runs may use the same server right now.
CONTENT = os.environ.setdefault("SITE_TEST_DATABASE", f"careers_site_test_{secrets.token_hex(6)}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """A database for each worker; SQLite in a file, as in production: in memory, threads would share its locks."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"] = {
            **database.get("TEST", {}),
            "NAME": str(tmp_path_factory.mktemp("database") / "test.sqlite3"),
        }


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """PostgreSQL drops no database that a session is still leaving: an autovacuum, or a thread that has just ended."""
    from django.db import connection

    yield
    if POSTGRES:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _nothing_kept():
    """A test that is undone gives its content version to the next one, which has other content."""
    from clusters import kept

    kept.forget()


@pytest.fixture
def version_moves():
    """Whoever writes what public pages show moves the content version, or a page in memory would go on as it was."""
    from tests.public_writes import watched

    with watched() as forgotten:
        yield
    assert forgotten == []


@dataclass(frozen=True)
class Site:
    """A running site: its address, and that of its database."""

    url: str
    database: str

    def manage(self, *arguments: str) -> str:
        """What a management command of this site prints."""
        return manage(*arguments, DATABASE_URL=self.database)

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:  # noqa: S310 (our own server)
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")


@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id) -> Callable[[str, Callable[[Path], None]], Path]:
    """``once(name, fill)`` is a folder that the first worker to ask for it fills, for all workers of this run."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent

    def folder_of(name: str, fill: Callable[[Path], None]) -> Path:
        folder = shared / name
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                # Under another name until it is complete: what failed half-way must not pass for done.
                unfinished = shared / f"{name} of {worker_id}"
                unfinished.mkdir()
                fill(unfinished)
                unfinished.rename(folder)
        return folder

    return folder_of


@pytest.fixture(scope="session")
def collected(once) -> Path:
    """A VAR_DIR with the static files as ``collectstatic`` leaves them."""
    return once("collected", lambda folder: manage("collectstatic", "--noinput", VAR_DIR=str(folder)))


@pytest.fixture(scope="session")
def site(once, collected, tmp_path_factory, worker_id):
    """The whole site with all real content, served as in production: own database, collected static files, granian."""
    content = once("content", _load_content)
    folder = tmp_path_factory.mktemp("site")
    database = _copy_of(content, folder, worker_id)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Site(f"http://localhost:{port}", database)
    log = (folder / "server.log").open("w")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface=wsgi",
            f"--port={port}",
            "--workers=1",
            "careers.wsgi:application",
        ],
        cwd=ROOT,
        env=SITE_ENVIRONMENT | {"DATABASE_URL": database, "VAR_DIR": str(collected)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait_for(running.url + "/healthz", log.name)
        yield running
    finally:
        _stop(server)
        log.close()


def manage(*arguments: str, **environment: str) -> str:
    """What a management command of the site prints. It runs in a process of its own, and must succeed."""
    run = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=SITE_ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def _load_content(folder: Path) -> None:
    """Load all real content: into a database that PostgreSQL copies, or into a file in ``folder``."""
    if POSTGRES:
        _create_database(CONTENT)
    database = _address(CONTENT) if POSTGRES else f"sqlite:///{folder / 'site.sqlite3'}"
    for command in ("migrate", "load_reference_data", "load_assessments", "load_demo_schools"):
        manage(command, DATABASE_URL=database, VAR_DIR=str(folder))


def _copy_of(content: Path, folder: Path, worker_id: str) -> str:
    """The address of a worker's own copy of the content."""
    if POSTGRES:
        name = f"{CONTENT}_{worker_id}"
        _create_database(name, template=CONTENT)
        return _address(name)
    copy = folder / "site.sqlite3"
    # Through SQLite, which takes along what is still in its write-ahead log.
    with closing(sqlite3.connect(content / "site.sqlite3")) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return f"sqlite:///{copy}"


def _address(database: str) -> str:
    """The address of another database on the server that the tests use."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()


def _create_database(name: str, *, template: str = "template1") -> None:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _drop_databases() -> None:
    """Drop what the workers of this run made on the server, and nothing of another run."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        made = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [CONTENT])
        for (name,) in made.fetchall():
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _wait_for(url: str, log: str) -> None:
    # Long, for all workers start their servers at the same moment.
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 (our own server)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The site did not start:\n{Path(log).read_text()}")


def _stop(server: subprocess.Popen) -> None:
    server.terminate()
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        # With its worker, which a server that did not get as far as to listen to us would leave behind.
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def pytest_collection_modifyitems(items):
    """Mark what asks a database, so that a run on the second one can leave out what would be the same."""
    for item in items:
        if item.get_closest_marker("django_db") or {"db", "transactional_db", "site"} & set(item.fixturenames):
            item.add_marker("database")


def pytest_sessionfinish(session, exitstatus):
    """Where everything is provided (NOTHING_SKIPPED=true), a skipped test is a failed run."""
    if POSTGRES and not hasattr(session.config, "workerinput"):
        _drop_databases()
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("NOTHING_SKIPPED") == "true" and skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{len(skipped)} skipped where nothing may be skipped.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
