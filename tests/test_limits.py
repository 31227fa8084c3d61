"""Connections that are kept from one request to the next."""

import sqlite3
from contextlib import closing

import pytest
from django.conf import settings

from careers.limits.sqlite3.base import DatabaseWrapper

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "db.sqlite3"
    sqlite3.connect(path).close()
    return path


@pytest.fixture
def kept(file):
    """A connection that is open."""
    settings_dict = settings.DATABASES["default"] | {
        "ENGINE": "careers.limits.sqlite3",
        "NAME": str(file),
        "OPTIONS": {},
    }
    with closing(
        DatabaseWrapper(settings_dict | {"TIME_ZONE": None, "AUTOCOMMIT": True, "CONN_MAX_AGE": 600})
    ) as connection:
        connection.connect()
        yield connection


def test_the_same_file_is_used_on(kept, file):
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE TABLE clusters (number)")
    assert kept.is_usable()


def test_another_file_in_its_place_is_opened(kept, file):
    replacement = file.with_name("restored.sqlite3")
    sqlite3.connect(replacement).close()
    replacement.rename(file)
    assert not kept.is_usable()


def test_a_file_that_is_gone_is_not_written_to(kept, file):
    file.rename(file.with_name("moved.sqlite3"))
    assert not kept.is_usable()
