"""The version of the content at this moment, asked before every page that is kept, on a connection of its own.

Django's connections come and go with its requests. What is kept in memory is answered without Django, so it needs its own
way to ask, and one that costs nearly nothing while nothing changes.
"""

from typing import NamedTuple, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper


class Version(NamedTuple):
    """To be compared for equality only.

    ``number`` is that of ContentVersion. It goes back when a backup is restored, and later numbers would then be met a second
    time with other content; each time that is seen, ``era`` goes up.
    """

    era: int
    number: int


class VersionUnknown(Exception):
    """The database does not say: it is gone, or takes too long."""


class Freshness(Protocol):
    def current(self) -> Version:
        """The version now; on PostgreSQL as of a few milliseconds ago, which is what a message takes. Raises VersionUnknown."""

    def close(self) -> None:
        """Give the connections back."""


def watch(database: BaseDatabaseWrapper) -> Freshness:
    """Watch a database: the one that is written to. A copy that pages are read from is asked as well (copy.py).

    Nothing is opened before the first question, so a server may fork its workers after this.
    """
    parameters = database.get_connection_params()
    if database.vendor == "sqlite":
        from careers.freshness.sqlite import SqliteFreshness

        return SqliteFreshness(parameters["database"])
    from careers.freshness.postgresql import PostgresFreshness

    return PostgresFreshness(parameters)
