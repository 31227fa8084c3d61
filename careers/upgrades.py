"""Bringing the site to the version of its code: steps that can be interrupted anywhere and repeated."""

import fcntl
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

# Any number that nothing else locks on the same database.
LOCK = 7_202_611
# What a shell expects of a command that somebody stopped.
INTERRUPTED = 130
WAITING = "Another upgrade or restore is running. Waiting until it is done."

# What comes after the backup and the migrations: command, options, and what it does, in words.
STEPS: tuple[tuple[str, dict, str], ...] = (
    ("load_reference_data", {}, "Reference data; what was edited here stays"),
    ("load_assessments", {}, "Assessments"),
    ("rebuild_search", {}, "Search index"),
    ("collectstatic", {"interactive": False, "verbosity": 1}, "Static files"),
    # Last, because a page needs all of them.
    ("warm", {}, "Pages, asked once before visitors do"),
)


def pending(connection: BaseDatabaseWrapper) -> list[str]:
    """The migrations that the database lacks, as "app.name", in the order in which they would run."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def close_new_file(connection: BaseDatabaseWrapper) -> None:
    """Make the file of a SQLite database that is not there yet, so that only this account can read it."""
    if connection.vendor == "sqlite":
        Path(connection.settings_dict["NAME"]).touch(mode=0o600)


def without_time_limit(connection: BaseDatabaseWrapper) -> None:
    """Let this connection work for as long as it takes; pages have a limit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the signal that stops a service end a command as Ctrl-C does: by KeyboardInterrupt, so that it clears up."""

    def stop(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def alone(connection: BaseDatabaseWrapper, say: Callable[[str], object]) -> Iterator[None]:
    """Wait until nobody else upgrades or restores this site, then keep others waiting.

    The lock ends with the process, however that ends. Several servers of one PostgreSQL wait for each other.
    """
    lock = _alone_on_postgres if connection.vendor == "postgresql" else _alone_on_this_machine
    with lock(connection, say):
        yield


@contextmanager
def _alone_on_this_machine(connection, say):
    with (settings.VAR_DIR / "upgrade.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(WAITING)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _alone_on_postgres(connection, say):
    # A connection of its own: the work's may be closed and opened again.
    with closing(connection.copy(alias="upgrade lock")) as own, own.cursor() as cursor:
        without_time_limit(own)
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() == (False,):
            say(WAITING)
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield
