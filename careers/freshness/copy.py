import logging
import time
from threading import Event, Lock, Thread
from typing import Any

from careers.freshness import Version
from careers.freshness.postgresql import GONE, HEARTBEAT, Link

logger = logging.getLogger(__name__)

# In seconds, for one's turn to ask. It takes a millisecond, and the database itself can be read meanwhile.
PATIENCE = 0.1


class Copy:
    """A copy that follows the database (PostgreSQL's hot standby), asked before each page whether it has come far enough.

    Nobody can listen on a standby, so it is asked. No visitor waits for one that is gone: a thread keeps trying to reach it.
    """

    def __init__(self, parameters: dict[str, Any]):
        self._parameters = parameters
        self._asking = Lock()
        self._link: Link | None = None
        self._connecting: Thread | None = None
        self._closed = Event()

    def can_be_read(self, version: Version | None) -> bool:
        """Whether it answers, and is at this version; None for whichever it is at.

        At a later one too little is known: a backup may have been restored, and not come here yet.
        """
        if not self._asking.acquire(timeout=PATIENCE):
            return False
        try:
            if not self._link:
                self._connect()
                return False
            number = self._link.number()
        except GONE as error:
            logger.warning("The copy does not answer any more, so pages are read from the database itself: %s", error)
            self._drop_link()
            return False
        finally:
            self._asking.release()
        return version is None or number == version.number

    def is_reached(self, seconds: float) -> bool:
        """Whether it answers within so long. Only for who has the time to wait."""
        deadline = time.monotonic() + seconds
        while not (answers := self.can_be_read(None)) and time.monotonic() < deadline:
            self._closed.wait(0.05)
        return answers

    def close(self) -> None:
        self._closed.set()
        if self._connecting:
            self._connecting.join()
        with self._asking:
            self._drop_link()

    def _connect(self) -> None:
        if not self._connecting or not self._connecting.is_alive():
            self._connecting = Thread(target=self._reach, name="copy of the database", daemon=True)
            self._connecting.start()

    def _reach(self) -> None:
        while not self._closed.is_set():
            try:
                self._link = Link(self._parameters)
            except GONE:
                self._closed.wait(HEARTBEAT)
            else:
                return

    def _drop_link(self) -> None:
        if self._link:
            self._link.close()
        self._link = None
