"""The databases of the drills, each on a small disk of its own, and everything that can happen to them."""

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from tests.faults.servers import children, free_port, until

MEGABYTES = 192


class Disk:
    """A small disk of its own, where this account may mount one; else a folder, and what needs the disk is skipped."""

    def __init__(self):
        self._parent = Path(tempfile.mkdtemp(prefix="careers-faults-"))
        # The server of a database runs as somebody else.
        self._parent.chmod(0o711)
        self.log = self._parent / "log"
        self.folder = self._parent / "disk"
        self.folder.mkdir()
        self.is_own = self._mount("-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(self.folder))

    @staticmethod
    def _mount(*arguments: str) -> bool:
        return (
            os.geteuid() == 0 and not subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode
        )

    def need(self) -> None:
        if not self.is_own:
            pytest.skip("This account may not mount a disk.")

    @contextmanager
    def full(self) -> Iterator[None]:
        """Nothing more can be written."""
        self.need()
        filler = self.folder / "filler"
        try:
            self._fill(filler)
            yield
        finally:
            filler.unlink()

    @staticmethod
    def _fill(file: Path) -> None:
        with suppress(OSError), file.open("wb", buffering=0) as filler:
            while filler.write(bytes(2**20)):
                pass

    @contextmanager
    def read_only(self, folder: Path) -> Iterator[None]:
        """A folder of it, for whoever opens a file from now on."""
        self.need()
        assert self._mount("--bind", "-o", "ro", str(folder), str(folder))
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)

    def close(self) -> None:
        if self.is_own:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
        shutil.rmtree(self._parent)


class SqliteStore:
    """A file in a folder."""

    def __init__(self, disk: Disk):
        self.disk = disk
        self.folder = disk.folder / "data"
        self.folder.mkdir()
        self.file = self.folder / "db.sqlite3"
        self.place = {"NAME": str(self.file)}
        self.url = f"sqlite:///{self.file}"

    def fill_from(self, connection) -> None:
        with (
            closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
            closing(sqlite3.connect(self.file)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode=WAL")

    def ask(self, statement: str, place: dict | None = None) -> list[tuple]:
        with closing(sqlite3.connect((place or self.place)["NAME"])) as database, database:
            return database.execute(statement).fetchall()

    def schema(self, tables: str, place: dict | None = None) -> list[tuple]:
        """How tables were made, as the database describes them; ``tables`` is a pattern for LIKE."""
        return sorted(self.ask(f"SELECT name, sql FROM sqlite_master WHERE tbl_name LIKE '{tables}'", place))  # noqa: S608

    def empty(self) -> dict:
        """An empty database: where it is, as in ``place``."""
        file = self.folder / "empty.sqlite3"
        file.unlink(missing_ok=True)
        return self.place | {"NAME": str(file)}

    @contextmanager
    def gone(self) -> Iterator[None]:
        away = self.folder.rename(self.disk.folder / "away")
        try:
            yield
        finally:
            away.rename(self.folder)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """A command has the write lock and does not give it back."""
        with closing(sqlite3.connect(self.file)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def read_only(self) -> Iterator[None]:
        with self.disk.read_only(self.folder):
            yield

    @contextmanager
    def full(self) -> Iterator[None]:
        with self.disk.full():
            yield

    def close(self) -> None:
        pass


class PostgresServer:
    """A server of its own, in a folder that ``_make`` fills. It refuses to run as root."""

    def __init__(self, disk: Disk):
        self.disk = disk
        self.folder = disk.folder / "data"
        self.port = free_port()
        self._bin = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        if os.geteuid() == 0:
            shutil.chown(disk.folder, "postgres")
        self._make()
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(f"port = {self.port}\n")
        self.start()
        self.url = self._address("careers")

    def _make(self) -> None:
        raise NotImplementedError

    def _address(self, name: str) -> str:
        return f"postgres://careers@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments) -> None:
        user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        with self.disk.log.open("a") as log:
            subprocess.run(
                [self._bin / program, *arguments], stdout=log, stderr=log, cwd="/", check=True, **user, extra_groups=[]
            )

    def start(self) -> None:
        self._run("pg_ctl", "-D", self.folder, "-w", "-t", "60", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder, "-m", "immediate", "-w", "stop")

    def ask(self, statement: str, place: dict | None = None) -> list[tuple]:
        with psycopg.connect(self._address(place["NAME"]) if place else self.url) as database:
            return database.execute(statement).fetchall()

    def processes(self) -> list[int]:
        postmaster = int((self.folder / "postmaster.pid").read_text().split()[0])
        return [postmaster, *children(postmaster)]

    @contextmanager
    def hung(self) -> Iterator[None]:
        """All of its processes stand still; the kernel goes on for them."""
        stopped = self.processes()
        self._send(signal.SIGSTOP, stopped)
        try:
            yield
        finally:
            self._send(signal.SIGCONT, stopped)

    @staticmethod
    def _send(number: signal.Signals, processes: list[int]) -> None:
        for pid in processes:
            # One that looks after a connection ends with it, at any moment.
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def close(self) -> None:
        if (self.folder / "postmaster.pid").exists():
            self.stop()


class PostgresStore(PostgresServer):
    """The database of the drills on it."""

    def __init__(self, disk: Disk):
        super().__init__(disk)
        self.place = {"NAME": "careers", "USER": "careers", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": str(self.port)}

    def _make(self) -> None:
        self._run("initdb", "-D", self.folder, "-U", "careers", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
                  "--wal-segsize=1", "--no-sync")  # fmt: skip
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(
                "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n"
                "autovacuum = off\nmin_wal_size = 2MB\nmax_wal_size = 8MB\nlogging_collector = off\n"
            )

    def fill_from(self, connection) -> None:
        self._create("careers")
        dump = subprocess.run(
            [self._bin / "pg_dump", "--no-owner", "--no-privileges", connection.settings_dict["NAME"]],
            env=_environment_of(connection),
            capture_output=True,
            check=True,
        )
        subprocess.run(
            [self._bin / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", self.url],
            input=dump.stdout,
            capture_output=True,
            check=True,
        )

    def _create(self, name: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}"')

    def empty(self) -> dict:
        """An empty database: where it is, as in ``place``."""
        self._create("empty")
        return self.place | {"NAME": "empty"}

    def schema(self, tables: str, place: dict | None = None) -> list[tuple]:
        """How tables were made, as the database describes them; ``tables`` is a pattern for LIKE."""
        return sorted(
            self.ask(
                "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "  # noqa: S608
                f"WHERE table_name LIKE '{tables}' "
                f"UNION ALL SELECT tablename, indexdef, '', '' FROM pg_indexes WHERE tablename LIKE '{tables}' "
                "UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '' FROM pg_constraint "
                f"WHERE conrelid::regclass::text LIKE '{tables}'",
                place,
            )
        )

    def _set(self, statement: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as server:
            server.execute("SET default_transaction_read_only = off")
            server.execute(statement)
            server.execute("SELECT pg_reload_conf()")

    @contextmanager
    def gone(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Somebody holds a lock on what pages read."""
        with psycopg.connect(self.url) as other:
            other.execute("LOCK TABLE clusters_program, assessments_result IN ACCESS EXCLUSIVE MODE")
            yield

    @contextmanager
    def read_only(self) -> Iterator[None]:
        self._set("ALTER SYSTEM SET default_transaction_read_only = on")
        until(lambda: self.ask("SHOW default_transaction_read_only") == [("on",)])
        try:
            yield
        finally:
            self._set("ALTER SYSTEM RESET default_transaction_read_only")

    @contextmanager
    def full(self) -> Iterator[None]:
        with self.disk.full():
            yield
        # Without room for its log it stops by itself, and whoever looks after the machine starts it again.
        if not self._is_running():
            self.start()

    def _is_running(self) -> bool:
        try:
            return bool(self.ask("SELECT 1"))
        except psycopg.OperationalError:
            return False


class PostgresCopy(PostgresServer):
    """Follows a store, and can be read (a hot standby)."""

    def __init__(self, disk: Disk, original: PostgresStore):
        self._original = original
        super().__init__(disk)

    def _make(self) -> None:
        self._run("pg_basebackup", "-D", self.folder, "-d", self._original.url, "--write-recovery-conf", "--checkpoint=fast",
                  "--no-sync")  # fmt: skip

    def last_read(self) -> datetime | None:
        """When a page last asked for content here; the number of its version is asked for all the time."""
        ((moment,),) = self.ask(
            "SELECT max(query_start) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND query LIKE '%clusters_%' AND query NOT LIKE '%clusters_contentversion%'"
        )
        return moment


def _environment_of(connection) -> dict[str, str]:
    """How PostgreSQL's programs reach the server of a connection."""
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    told = {name: str(connection.settings_dict[key]) for key, name in names.items() if connection.settings_dict[key]}
    return os.environ | told
