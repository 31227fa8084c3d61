"""SQLite for pages."""

import os
from pathlib import Path

from django.db.backends.sqlite3 import base

# In seconds, for the write lock. Readers wait for nobody.
LOCK_TIMEOUT = 5


class DatabaseWrapper(base.DatabaseWrapper):
    """Gives up on a lock while the visitor is still there, and never makes a new file where the database is missing.

    By default SQLite would: a disk that is mounted late would hide an empty database, and what was written into it.
    """

    def get_new_connection(self, conn_params):
        self._file = Path(conn_params["database"]).absolute()
        self._opened = _state_of(self._file)
        uri = f"{self._file.as_uri()}?mode=rw"
        return super().get_new_connection(conn_params | {"database": uri, "timeout": LOCK_TIMEOUT})

    def is_usable(self):
        """Whether the next request can go on with this connection; to open it anew costs as much as five queries.

        Not when the file is gone or another one is in its place: what is written to the old one would be lost. And not when
        the disk has become one that takes no changes, or takes them again.
        """
        return self._opened is not None and _state_of(self._file) == self._opened


def _state_of(file: Path) -> tuple[int, int, bool] | None:
    """Which file it is, and whether it can be written; None where there is none."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, os.access(file, os.W_OK)
