"""The site as it would be if it waited for its databases without end: the drill of a copy that hangs has to fail here."""

from careers.freshness import postgresql

postgresql.PATIENCE = 3600

from careers.wsgi import application  # noqa: E402, F401
