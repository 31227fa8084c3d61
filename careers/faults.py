"""Faults of the database, told from bugs: answered with a page that needs no database and keeps what was typed.

Django asks for the answer in its handlers of errors (careers/views.py), wherever in the middleware or the views it went wrong.
"""

import errno
import logging
import sqlite3
from enum import Enum

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from schools import carried

logger = logging.getLogger(__name__)

# In seconds; by then a database that answers again has been found.
RETRY_AFTER = 5


class Fault(Enum):
    """What is wrong, in the words of the log."""

    GONE = "The database cannot be reached or read."
    SLOW = "The database takes too long."
    READ_ONLY = "The database takes no changes."
    FULL = "The disk of the database is full."


SQLITE = {
    sqlite3.SQLITE_BUSY: Fault.SLOW,
    sqlite3.SQLITE_LOCKED: Fault.SLOW,
    sqlite3.SQLITE_PROTOCOL: Fault.SLOW,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_CANTOPEN: Fault.GONE,
    sqlite3.SQLITE_IOERR: Fault.GONE,
    sqlite3.SQLITE_NOTADB: Fault.GONE,
    sqlite3.SQLITE_CORRUPT: Fault.GONE,
}
# SQLSTATE or its first two characters, which are its class: connection lost, deadlock, lock, no resources, shut down, system.
POSTGRESQL = {
    "25006": Fault.READ_ONLY,
    "53100": Fault.FULL,
    "57014": Fault.SLOW,
    "08": Fault.GONE,
    "40": Fault.SLOW,
    "55": Fault.SLOW,
    "53": Fault.GONE,
    "57": Fault.GONE,
    "58": Fault.GONE,
}
FILES = {errno.ENOSPC: Fault.FULL, errno.EDQUOT: Fault.FULL, errno.EROFS: Fault.READ_ONLY}


def fault_of(error: BaseException | None) -> Fault | None:
    """The fault that an exception comes from, also by way of others; None for a bug."""
    while error is not None:
        if fault := _fault_in(error):
            return fault
        error = error.__cause__ or error.__context__
    return None


def _fault_in(error: BaseException) -> Fault | None:
    if isinstance(error, OSError):
        return FILES.get(error.errno)
    if not isinstance(error, (DatabaseError, InterfaceError)):
        return None
    told = error.__cause__
    if code := getattr(told, "sqlite_errorcode", None):
        # The last byte; the others say more exactly where.
        return SQLITE.get(code & 0xFF)
    if state := getattr(told, "sqlstate", None):
        return POSTGRESQL.get(state) or POSTGRESQL.get(state[:2])
    # Nobody was there to give a code.
    return Fault.GONE if isinstance(error, (OperationalError, InterfaceError)) else None


def answer(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """What a visitor is told of a fault, in the form that was asked for; None for a bug."""
    fault = fault_of(error)
    if fault is None:
        return None
    logger.error(fault.value, extra={"fields": {"exception": type(error.__cause__ or error).__qualname__}})
    headers = {"Retry-After": str(RETRY_AFTER)}
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        problem = _("The site cannot reach its data right now. Try again in a few seconds.")
        return JsonResponse({"error": problem}, status=503, headers=headers)
    context = {"request": request, "is_form": request.method == "POST"}
    if context["is_form"]:
        context["typed"], context["is_complete"] = carried.typed(request)
    # Without the request's own context processors, which ask the database who it is from.
    response = HttpResponse(render_to_string("503.html", context), status=503, headers=headers)
    if context["is_form"]:
        add_never_cache_headers(response)
    return response


class Bugs(logging.Filter):
    """Leaves out of Django's log what has its line here; a traceback for each visitor of an hour would hide everything else."""

    def filter(self, record):
        return not (record.exc_info and fault_of(record.exc_info[1]))
