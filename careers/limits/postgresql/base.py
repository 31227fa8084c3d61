"""PostgreSQL for pages."""

import select
import time
from functools import cache
from threading import Lock
from types import SimpleNamespace

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

# In seconds, each. Two are the least that can be asked for.
CONNECT_TIMEOUT = 2
STATEMENT_TIMEOUT = 2.5
# Longer than a statement may take, so that a server which is well is the one that ends it.
SILENCE = 3.5
# What a worker that stands still may keep others waiting with the rows it has locked.
IDLE_IN_TRANSACTION = 5


class Gate:
    """Closed while the server does not answer: then one request at a time tries to reach it, and all others are told so at once.

    Each of them would hold a thread for seconds, and pages in memory need threads too.
    """

    def __init__(self):
        self._lock = Lock()
        self._closed_until = 0.0
        self._is_trying = False

    def enter(self) -> None:
        """Begin to connect. Raises psycopg.OperationalError where that is for somebody else to try."""
        with self._lock:
            if self._is_trying or time.monotonic() < self._closed_until:
                raise psycopg.OperationalError("The database did not answer a moment ago.")
            self._is_trying = self._closed_until > 0

    def open(self) -> None:
        """The server has answered somebody."""
        if self._closed_until:
            with self._lock:
                self._closed_until, self._is_trying = 0.0, False

    def close(self, seconds: float) -> None:
        with self._lock:
            self._closed_until, self._is_trying = time.monotonic() + seconds, False


@cache
def gate_of(alias: str) -> Gate:
    return Gate()


class Connection(psycopg.Connection):
    """Gives up a server that says nothing.

    No timeout of its own ends a statement of a server that hangs, and its kernel goes on answering for it, so that TCP finds
    nothing wrong either: time has to be kept here.
    """

    gate: Gate

    def wait(self, gen, interval=0.1, timeout=None):
        try:
            answer = super().wait(gen, interval=interval, timeout=timeout or SILENCE)
        except psycopg.OperationalError:
            # Still waiting: what came later would be taken for the answer to another statement.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
                self.gate.close(CONNECT_TIMEOUT)
            raise
        self.gate.open()
        return answer


class DatabaseWrapper(base.DatabaseWrapper):
    """Every wait for the server ends."""

    # All that Django takes from it are the exceptions and this one function.
    Database = SimpleNamespace(**{**vars(psycopg), "connect": Connection.connect})

    def get_connection_params(self):
        parameters = super().get_connection_params()
        limits = {
            "statement_timeout": STATEMENT_TIMEOUT,
            "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
        }
        options = [f"-c {name}={seconds * 1000:.0f}" for name, seconds in limits.items()]
        return parameters | {
            "connect_timeout": CONNECT_TIMEOUT,
            "options": " ".join([*options, parameters.get("options", "")]),
        }

    def get_new_connection(self, conn_params):
        gate = gate_of(self.alias)
        gate.enter()
        began = time.monotonic()
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.Error:
            # For as long as it took to fail: a server that refuses at once may be asked again at once.
            gate.close(min(time.monotonic() - began, CONNECT_TIMEOUT))
            raise
        gate.open()
        connection.gate = gate
        return connection

    def is_usable(self):
        """Whether the next request can go on with this connection, which Django asks before each of them.

        A server that has gone, or has ended it, has said so by now: only then is the server asked. One that hangs would not
        answer this question either, and the next statement is given up as well.
        """
        if self.connection.closed:
            return False
        readable = select.poll()
        readable.register(self.connection.fileno(), select.POLLIN)
        return not readable.poll(0) or super().is_usable()
