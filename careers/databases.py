"""The two kinds of database the site runs on: how each is copied, put back and compared.

A ``Summary`` has for each table the number of rows and a digest of them that does not depend on their order.
"""

import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Summary = dict[str, tuple[int, str]]


class BackupProblem(Exception):
    """A backup cannot be made, read or restored; the message says why, and what to do."""


def run(command: Sequence[str], *, stdin: Path, stdout: IO | None = None, **environment: str) -> None:
    """Run one of the programs that backups need. Raises BackupProblem with what it said."""
    if shutil.which(command[0]) is None:
        raise BackupProblem(
            f"{command[0]} is not installed. It comes with PostgreSQL's programs: apt install postgresql-client."
        )
    with stdin.open("rb") as source:
        done = subprocess.run(  # noqa: S603 (programs by fixed names, no shell)
            command,
            stdin=source,
            stdout=stdout or subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=os.environ | environment,
            check=False,
        )
    if done.returncode:
        raise BackupProblem(f"{command[0]} failed:\n{done.stderr.decode(errors='replace').strip()}")


def _digest(rows: Iterable[bytes]) -> tuple[int, str]:
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(hashlib.sha256(row).digest(), "big")
    # A sum, for databases give rows in any order; unlike with "exclusive or", two equal rows count twice.
    return count, f"{total % 2**256:064x}"


class Sqlite:
    """A file. It is copied by SQLite itself, which takes along what is still in the write-ahead log."""

    kind = "sqlite"
    member = "database.sqlite3"

    def __init__(self, connection: BaseDatabaseWrapper):
        self.connection = connection

    def dump(self, target: Path) -> Summary:
        """Write the database as it is at one moment; returns what it held then."""
        target.touch(mode=0o600)
        with closing(self._open()) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            # One file, which does not grow a log beside it when somebody looks into it.
            copy.execute("PRAGMA journal_mode=DELETE")
            return self._summary_of(copy)

    def replace(self, dump: Path) -> None:
        """Put the dump in the place of everything that is there, as a whole or not at all."""
        self.connection.close()
        with closing(sqlite3.connect(dump)) as source, closing(self._open()) as target:
            # Before the copy: a backup cannot change the kind of log of a database that is in use.
            target.execute("PRAGMA journal_mode=WAL")
            try:
                source.backup(target)
            except sqlite3.Error as error:
                raise BackupProblem(f"The database was not replaced: {error}. Stop the site and try again.") from error

    @contextmanager
    def scratch(self, dump: Path) -> Iterator[Summary]:
        """What the dump holds, looked at in a place of its own."""
        with closing(sqlite3.connect(dump)) as restored:
            try:
                fault = restored.execute("PRAGMA integrity_check").fetchone()[0]
                found = self._summary_of(restored)
            except sqlite3.Error as error:
                raise BackupProblem(f"The database in the backup cannot be read: {error}.") from error
        if fault != "ok":
            raise BackupProblem(f"The database in the backup is damaged: {fault}.")
        yield found

    def summary(self) -> Summary:
        with closing(self._open()) as opened:
            return self._summary_of(opened)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.connection.settings_dict["NAME"], timeout=60)

    @staticmethod
    def _summary_of(opened: sqlite3.Connection) -> Summary:
        tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        return {
            name: _digest(repr(row).encode() for row in opened.execute(f'SELECT * FROM "{name}"'))  # noqa: S608
            for (name,) in tables
        }


class Postgres:
    """A database on a server, copied by pg_dump."""

    kind = "postgresql"
    member = "database.dump"

    def __init__(self, connection: BaseDatabaseWrapper):
        self.connection = connection

    def dump(self, target: Path) -> Summary:
        """Write the database as it is at one moment; returns what it held then."""
        target.touch(mode=0o600)
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # It waits for pg_dump, which takes longer than a page may.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            self._tool(
                "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
                f"--file={target}", stdin=Path(os.devnull),
            )  # fmt: skip
            return self._summary_of(self.connection)

    def replace(self, dump: Path) -> None:
        """Put the dump in the place of everything that is there, as a whole or not at all."""
        script = dump.with_name("restore.sql")
        script.touch(mode=0o600)
        away = self._what_is_there()
        self.connection.close()
        with script.open("wb") as target:
            target.writelines(f"DROP {what} CASCADE;\n".encode() for what in away)
            target.flush()
            run(["pg_restore", "--no-owner", "--no-privileges", "--file=-"], stdin=dump, stdout=target)
        self._tool("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", stdin=script)
        script.unlink()

    def _what_is_there(self) -> list[str]:
        """Everything that migrations have made, as "TABLE name" or "ROUTINE name(types)"; what extensions made stays."""
        quote = self.connection.ops.quote_name
        with self.connection.cursor() as cursor:
            tables = [f"TABLE {quote(name)}" for name in self.connection.introspection.table_names(cursor)]
            cursor.execute(
                "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
                "AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
            )
            return tables + [f"ROUTINE {name}" for (name,) in cursor.fetchall()]

    @contextmanager
    def scratch(self, dump: Path) -> Iterator[Summary]:
        """What the dump holds, restored into a database that is made for it and dropped afterwards."""
        name = f"careers_verify_{secrets.token_hex(6)}"
        place = self.connection.copy(alias=name)
        place.settings_dict = self.connection.settings_dict | {"NAME": name}
        try:
            self._execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        except DatabaseError as error:
            raise BackupProblem(
                f"No scratch database can be made to restore into: {str(error).strip()}. "
                f"Allow it: ALTER ROLE {self.connection.settings_dict['USER']} CREATEDB."
            ) from error
        try:
            restored = Postgres(place)
            restored.replace(dump)
            yield restored.summary()
        finally:
            place.close()
            self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def summary(self) -> Summary:
        return self._summary_of(self.connection)

    def _execute(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def _tool(self, program: str, *options: str, stdin: Path) -> None:
        arguments, environment = self.connection.client.settings_to_cmd_args_env(self.connection.settings_dict, [])
        # A password is in the environment, where other accounts of the machine do not see it.
        run([program, *arguments[1:], *options], stdin=stdin, **(environment or {}))

    @staticmethod
    def _summary_of(connection: BaseDatabaseWrapper) -> Summary:
        summary = {}
        with connection.cursor() as cursor:
            # Looking at every row takes longer than a page may.
            cursor.execute("SET statement_timeout = 0")
            for name in sorted(connection.introspection.table_names(cursor)):
                with cursor.cursor.copy(f"COPY {connection.ops.quote_name(name)} TO STDOUT") as rows:
                    summary[name] = _digest(bytes(row) for row in rows)
            cursor.execute("RESET statement_timeout")
        return summary


def database_of(connection: BaseDatabaseWrapper) -> Sqlite | Postgres:
    """How to copy the database of this connection."""
    return {"sqlite": Sqlite, "postgresql": Postgres}[connection.vendor](connection)
