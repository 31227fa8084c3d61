"""What all tests share: settings for a test run, and the whole site on a server of its own.

Most tests make the few rows they need (tests/factories.py). Tests of the real content and tests in a browser ask for
``site``: the site as a district runs it, with all fixtures loaded, in a process of its own.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import environ
import pytest

ROOT = Path(__file__).resolve().parent.parent

# For the site's own processes: its real settings, without what only the tests need.
SITE_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"} | {
    "DJANGO_SETTINGS_MODULE": "careers.settings"
}


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


@dataclass(frozen=True)
class Site:
    """A running site: its address, and the settings its process has."""

    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run a management command against this site's database."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:  # noqa: S310 (our own server)
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """The whole site with all real content, served as in production: own database, collected static files, granian."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = SITE_ENVIRONMENT | {"DATABASE_URL": _empty_database(folder, worker_id), "VAR_DIR": str(folder)}
    running = Site(f"http://localhost:{port}", environment)
    running.manage("migrate", "--verbosity=0")
    running.manage("load_reference_data")
    running.manage("load_assessments")
    running.manage("collectstatic", "--noinput", "--verbosity=0")
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
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_for(running.url + "/healthz", log.name)
        yield running
    finally:
        server.terminate()
        server.wait(timeout=10)
        log.close()


def _empty_database(folder: Path, worker_id: str) -> str:
    """The address of a new database on the server that the tests use; without one, of a SQLite file."""
    if "DATABASE_URL" not in os.environ:
        return f"sqlite:///{folder / 'site.sqlite3'}"
    import psycopg

    server = environ.Env().db("DATABASE_URL")
    name = f"careers_site_test_{worker_id}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return os.environ["DATABASE_URL"].rsplit(server["NAME"], 1)[0] + name


def _wait_for(url: str, log: str) -> None:
    for _attempt in range(100):
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 (our own server)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The site did not start:\n{Path(log).read_text()}")


def pytest_sessionfinish(session, exitstatus):
    """Where everything is provided (NOTHING_SKIPPED=true), a skipped test is a failed run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("NOTHING_SKIPPED") == "true" and skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{len(skipped)} skipped where nothing may be skipped.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
