import os
import sqlite3
from pathlib import Path
from threading import Lock

from careers.freshness import Version, VersionUnknown

# Readers wait for nobody in WAL mode, but for the moments in which SQLite recovers a log.
SECONDS_TO_WAIT = 5


class SqliteFreshness:
    """Asks ``PRAGMA data_version``, which moves with every commit of another connection and reads no table.

    Students' answers move it too, so it is not the version: when it moved, the version is read again.
    """

    def __init__(self, file: str):
        self._file = Path(file)
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._data_version: int | None = None
        self._version = Version(era=0, number=0)

    def current(self) -> Version:
        with self._lock:
            try:
                return self._look()
            except (OSError, sqlite3.Error) as error:
                self._close()
                raise VersionUnknown from error

    def close(self) -> None:
        with self._lock:
            self._close()

    def _look(self) -> Version:
        self._open_if_replaced()
        (data_version,) = self._connection.execute("PRAGMA data_version").fetchone()
        # Read in this order, a commit between the two statements is noticed once more the next time, and never missed.
        if data_version != self._data_version:
            row = self._connection.execute("SELECT number FROM clusters_contentversion WHERE id = 1").fetchone()
            number = row[0] if row else 0
            self._version = Version(self._version.era + (number < self._version.number), number)
            self._data_version = data_version
        return self._version

    def _open_if_replaced(self) -> None:
        """Open the file, again when another one was put in its place: the old one would stay readable for ever."""
        status = os.stat(self._file)  # noqa: PTH116 (half the time of Path.stat)
        found = (status.st_dev, status.st_ino)
        if found == self._opened:
            return
        self._close()
        # "rw" creates no file where there is none.
        self._connection = sqlite3.connect(
            f"{self._file.absolute().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=SECONDS_TO_WAIT,
            check_same_thread=False,
        )
        self._opened = found
        self._version = Version(self._version.era + 1, 0)

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = self._opened = self._data_version = None
