"""Connections to PostgreSQL that are kept from one request to the next."""

from contextlib import closing

import pytest
from django.db import connection

from tests.conftest import POSTGRES

pytestmark = pytest.mark.django_db

# SQLite's are in test_limits.py.
if POSTGRES:
    from django.db.backends.postgresql import base

    from careers.limits.postgresql.base import DatabaseWrapper

    def test_the_server_is_asked_only_when_it_has_said_something(monkeypatch):
        asked, ask = [], base.DatabaseWrapper.is_usable
        monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda self: asked.append(self) or ask(self))
        with closing(DatabaseWrapper(connection.settings_dict)) as kept:
            kept.connect()
            with kept.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (process,) = cursor.fetchone()
            assert kept.is_usable()
            assert asked == []
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
            assert not kept.is_usable()
            assert asked == [kept]
