"""How long a page waits for its database: never so long that the visitors after it cannot be answered.

They hold for what is served. Commands migrate, load and copy for as long as it takes, with Django's own engines. Why these
numbers: docs/adr/0016-faults.md.
"""

from django.conf import settings

ENGINES = {
    "django.db.backends.postgresql": "careers.limits.postgresql",
    "django.db.backends.sqlite3": "careers.limits.sqlite3",
}

# Also for SQLite, whose engine here can tell whether a connection is still one to the file; Django's own cannot.
KEPT = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def limit_waiting() -> None:
    """Have every connection that this process opens from now on made with limits, and kept from one request to the next."""
    for database in settings.DATABASES.values():
        database |= KEPT | {"ENGINE": ENGINES.get(database["ENGINE"], database["ENGINE"])}
