"""Changes that are made to be looked at, and taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

_undone = ContextVar("undone", default=False)


@contextmanager
def undone() -> Iterator[None]:
    """Takes back at its end whatever was written within.

    SQLite lets nobody else write meanwhile, which takes as long as one page takes: about a tenth of a second.
    """
    token = _undone.set(True)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        _undone.reset(token)


def is_undone() -> bool:
    """Whether what is read now may be taken back: it is nobody else's business, and not to be kept in memory."""
    return _undone.get()
