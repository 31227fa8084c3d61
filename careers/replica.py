"""A copy of the database that public pages are read from (DATABASE_REPLICA_URL); all else is the database's own.

Which of the two a page is read from is decided once for the whole page, by who has it made (careers/pagecache.py): the copy
is a little behind, and what a page is made from must not be of two moments. Why so: docs/adr/0018-read-replica.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from careers.freshness.copy import Copy

REPLICA = "replica"

_read_from = ContextVar("read_from", default=DEFAULT_DB_ALIAS)


@contextmanager
def reading_from(database: str) -> Iterator[None]:
    """What is read inside is read from this database; it is one of the names in DATABASES."""
    token = _read_from.set(database)
    try:
        yield
    finally:
        _read_from.reset(token)


@cache
def copy() -> "Copy | None":
    """How this process asks the copy; None where there is none. Nothing is opened before the first question."""
    if REPLICA not in connections:
        return None
    from careers.freshness.copy import Copy

    return Copy(connections[REPLICA].get_connection_params())


class Router:
    """Sends reads where ``reading_from`` says, and writes to the database itself."""

    def db_for_read(self, model, **hints):
        return _read_from.get()

    def db_for_write(self, model, **hints):
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == DEFAULT_DB_ALIAS
