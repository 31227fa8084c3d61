"""SQLite for pages."""

from pathlib import Path

from django.db.backends.sqlite3 import base

# In seconds, for the write lock. Readers wait for nobody.
LOCK_TIMEOUT = 5


class DatabaseWrapper(base.DatabaseWrapper):
    """Gives up on a lock while the visitor is still there, and never makes a new file where the database is missing.

    By default SQLite would: a disk that is mounted late would hide an empty database, and what was written into it.
    """

    def get_new_connection(self, conn_params):
        file = Path(conn_params["database"]).absolute().as_uri()
        return super().get_new_connection(conn_params | {"database": f"{file}?mode=rw", "timeout": LOCK_TIMEOUT})
