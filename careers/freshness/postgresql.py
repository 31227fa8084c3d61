import logging
import select
import time
from contextlib import closing
from threading import Event, Lock, Thread
from typing import Any

import psycopg
from psycopg.pq import ExecStatus

from careers.freshness import Version, VersionUnknown

logger = logging.getLogger(__name__)

# A trigger on clusters_contentversion notifies it, in the transaction that changes the content.
CHANNEL = b"content_version"
NUMBER = b"SELECT number FROM clusters_contentversion WHERE id = 1"
# In seconds: the listener asks again after so long without a word, and what it heard counts for so long.
HEARTBEAT = 1
TRUSTED = 2
# For one question to the server, and for its turn to ask.
PATIENCE = 1
# Until a server that tells nothing is asked to once more.
DEAF = 30
GONE = (psycopg.Error, OSError)


class ToldNothing(psycopg.Error):
    """What is sent to the channel does not arrive: a pooler stands between, and gives the connection to others in turn."""


class Link:
    """A connection on which every question is answered in time or fails.

    A server that hangs still holds its connections open, and no timeout of its own ends a statement: so time is kept here.
    """

    def __init__(self, parameters: dict[str, Any]):
        # Two seconds are the least that can be asked for.
        self._connection = psycopg.connect(**{**parameters, "connect_timeout": 2, "autocommit": True})
        self._server = self._connection.pgconn
        # libpq lets one thread at a time do anything with a connection but wait for it.
        self._using = Lock()
        self._is_asking = False

    def number(self) -> int:
        answer = self._ask(NUMBER)
        if answer.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError(answer.get_error_message())
        return int(answer.get_value(0, 0)) if answer.ntuples else 0

    def listen(self) -> None:
        self._do(b"LISTEN " + CHANNEL)

    def tell(self) -> None:
        self._do(b"NOTIFY " + CHANNEL)

    def has_news(self) -> bool:
        """Whether news has come by now; any thread may ask. Raises psycopg.OperationalError when the server is gone."""
        with self._using:
            if self._is_asking:
                # What comes now is for the thread that waits for its answer. It may be news.
                return self._is_readable(0)
            self._server.consume_input()
            return self._news()

    def wait_for_news(self, seconds: float) -> bool:
        """Whether there is news within so long; also when it came along with an earlier answer."""
        with self._using:
            found = self._news()
        if found or not self.wait(seconds):
            return found
        with self._using:
            return self._news()

    def wait(self, seconds: float) -> bool:
        """Whether something came within so long; it is read in. Raises psycopg.OperationalError when the server is gone."""
        came = self._is_readable(seconds)
        if came:
            with self._using:
                self._server.consume_input()
        return came

    def close(self) -> None:
        with self._using:
            self._connection.close()

    def _is_readable(self, seconds: float) -> bool:
        readable = select.poll()
        readable.register(self._server.socket, select.POLLIN)
        return bool(readable.poll(max(seconds, 0) * 1000))

    def _news(self) -> bool:
        found = self._server.notifies() is not None
        # All say the same: that the number is to be read.
        while found and self._server.notifies():
            pass
        return found

    def _do(self, statement: bytes) -> None:
        answer = self._ask(statement)
        if answer.status != ExecStatus.COMMAND_OK:
            raise psycopg.OperationalError(answer.get_error_message())

    def _ask(self, statement: bytes) -> psycopg.pq.abc.PGresult:
        """The one result of a statement. Raises TimeoutError."""
        with self._using:
            self._server.send_query(statement)
            self._is_asking = True
        deadline = time.monotonic() + PATIENCE
        results = []
        while not results or results[-1]:
            while self._is_busy():
                if not self.wait(deadline - time.monotonic()):
                    raise TimeoutError("The database takes too long to answer.")
            with self._using:
                results.append(self._server.get_result())
                self._is_asking = results[-1] is not None
        return results[0]

    def _is_busy(self) -> bool:
        with self._using:
            return self._server.is_busy()


class PostgresFreshness:
    """Is told of changes: a thread keeps a connection that listens, and what was heard last is the version, for as long as it is
    sure to hear. Who asks for the version looks first whether there is news that the thread has had no time for.

    Whenever it is not sure (the connection broke, the server does not let anybody listen), each question asks the server.
    """

    def __init__(self, parameters: dict[str, Any]):
        self._parameters = parameters
        self._version = Version(era=0, number=0)
        self._version_asked = 0.0
        self._noting = Lock()
        self._trusted_until = 0.0
        self._listening: Link | None = None
        self._is_told = False
        self._news = 0
        self._listener: Thread | None = None
        self._closed = Event()
        self._asking = Lock()
        self._link: Link | None = None
        self._gone_until = 0.0

    def current(self) -> Version:
        with self._noting:
            is_trusted = self._listening is not None and time.monotonic() < self._trusted_until
            if is_trusted and not self._hears():
                return self._version
            asked, news = time.monotonic(), self._news
        version = self._ask()
        # News was heard, so the connection that listens is alive. Where it may not be, it has to answer itself first.
        if is_trusted:
            self._trust(asked, news)
        return version

    def close(self) -> None:
        self._closed.set()
        if self._listener:
            self._listener.join()
        with self._asking:
            self._drop_link()

    def _hears(self) -> bool:
        """Whether there is news. Until its number is read, each request asks; whoever calls this holds the lock."""
        try:
            found = self._listening.has_news()
        except psycopg.Error:
            # Broken; the thread will find out as well. Nothing that is read meanwhile makes it trusted again.
            self._listening, found = None, True
        if found:
            self._news += 1
            self._trusted_until = 0.0
        return found

    def _trust(self, asked: float, news: int) -> None:
        """Go by what was read after this moment, if nothing has been heard since but that news."""
        with self._noting:
            if self._listening is not None and news == self._news:
                self._trusted_until = asked + TRUSTED

    def _listen(self) -> None:
        while not self._closed.is_set():
            pause = HEARTBEAT
            try:
                with closing(Link(self._parameters)) as link:
                    self._hear(link)
            except ToldNothing as error:
                logger.warning("Nothing tells of changes, so each page asks for them: %s", error)
                pause = DEAF
            except GONE as error:
                if self._is_told:
                    logger.warning("Nothing tells of changes any more, so each page asks for them: %s", error)
                self._is_told, self._trusted_until = False, 0.0
            self._closed.wait(pause)

    def _hear(self, link: Link) -> None:
        # Listen first, read then: a change between the two is read and told.
        link.listen()
        self._try_out(link)
        self._listening, self._is_told = link, True
        try:
            while not self._closed.is_set():
                asked, news = time.monotonic(), self._news
                self._note(link.number(), asked)
                self._trust(asked, news)
                link.wait(HEARTBEAT)
                with self._noting:
                    if self._listening is None:
                        raise psycopg.OperationalError("The connection broke.")
                    self._hears()
        finally:
            self._listening = None

    def _try_out(self, link: Link) -> None:
        """Raises ToldNothing when a message from another connection does not arrive; a pooler takes LISTEN and says nothing."""
        with closing(Link(self._parameters)) as other:
            other.tell()
        if not link.wait_for_news(PATIENCE):
            raise ToldNothing("A message did not arrive. Give the site the server's own address, not that of a pooler.")

    def _ask(self) -> Version:
        if not self._asking.acquire(timeout=PATIENCE):
            raise VersionUnknown
        try:
            # Also here, where one at a time can start it.
            if not self._listener:
                self._listener = Thread(target=self._listen, name="content version", daemon=True)
                self._listener.start()
            asked = time.monotonic()
            if asked < self._gone_until:
                raise VersionUnknown
            try:
                return self._note(self._number(), asked)
            except GONE as error:
                # Nobody asks again for as long as it took to fail: visitors must not queue for a server that hangs.
                now = time.monotonic()
                self._gone_until = now + (now - asked)
                raise VersionUnknown from error
        finally:
            self._asking.release()

    def _number(self) -> int:
        """The number, on the connection kept from the last time; after a failure on a new one."""
        try:
            if self._link:
                return self._link.number()
        except psycopg.Error:
            # The server was started again: the new one may well answer.
            self._drop_link()
        except TimeoutError:
            self._drop_link()
            raise
        self._link = Link(self._parameters)
        try:
            return self._link.number()
        except GONE:
            self._drop_link()
            raise

    def _drop_link(self) -> None:
        if self._link:
            self._link.close()
        self._link = None

    def _note(self, number: int, asked: float) -> Version:
        """The version, once the answer to a question of that moment is known. Of two answers that cross, the later question's."""
        with self._noting:
            if asked >= self._version_asked:
                self._version = Version(self._version.era + (number < self._version.number), number)
                self._version_asked = asked
            return self._version
