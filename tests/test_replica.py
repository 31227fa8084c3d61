"""Public pages are read from a copy of the database when it has come as far as the database, and never when it has not."""

import secrets

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import DEFAULT_DB_ALIAS, connection, connections, router
from django.http import HttpResponse

from careers import checks, doctor, readiness, replica
from careers.freshness import Version, watch
from careers.pagecache import PageCache
from careers.replica import REPLICA, Router, reading_from
from clusters.models import Cluster, ContentVersion
from tests.conftest import POSTGRES
from tests.factories import make_cluster
from tests.test_pagecache import Answer, Pages, Told, elsewhere, until

pytestmark = pytest.mark.django_db


class Twin:
    """A copy that is where a test says; None for one that is gone."""

    def __init__(self, number):
        self.number = number

    def can_be_read(self, version):
        return self.number is not None and (version is None or self.number == version.number)

    def is_reached(self, seconds):
        return self.can_be_read(None)


def source(_text):
    """An answer that says where a page's rows would be read from."""
    return HttpResponse(Router().db_for_read(Cluster))


@pytest.mark.parametrize(("number", "read_from"), [(5, REPLICA), (4, "default"), (6, "default"), (None, "default")])
def test_page_is_read_from_a_copy_at_the_very_version(number, read_from):
    told = Told()
    told.version = Version(0, 5)
    pages = Pages(source)
    cache = PageCache(pages, freshness=told, limit=2**20, copy=Twin(number))
    assert [Answer(cache).page.decode() for _request in range(2)] == [read_from, read_from]
    assert pages.asked == 1
    assert Router().db_for_read(Cluster) == DEFAULT_DB_ALIAS


@pytest.mark.parametrize("path", ["/admin/", "/results/", "/assessment/", "/?utm_source=mail", "/data/programs.csv"])
def test_all_else_is_read_from_the_database(path):
    cache = PageCache(Pages(source), freshness=Told(), limit=2**20, copy=Twin(1))
    assert Answer(cache, path).body == b"default"


def test_error_of_the_copy_is_nobody_s_answer():
    def fails_on_the_copy(text):
        return HttpResponse(text, status=500 if Router().db_for_read(Cluster) == REPLICA else 200)

    pages = Pages(fails_on_the_copy)
    cache = PageCache(pages, freshness=Told(), limit=2**20, copy=Twin(1))
    assert [(Answer(cache).status, Answer(cache).page) for _request in range(2)] == [(200, b"page 2")] * 2


def test_without_the_database_pages_come_from_the_copy_and_are_not_kept():
    told, pages = Told(), Pages(source)
    told.version = None
    cache = PageCache(pages, freshness=told, limit=2**20, copy=Twin(1))
    assert [Answer(cache).body for _request in range(2)] == [b"replica"] * 2
    assert pages.asked == 2
    cache._copy.number = None
    assert Answer(cache).body == b"default"


def test_writes_and_migrations_are_the_database_s():
    with reading_from(REPLICA):
        assert Router().db_for_write(Cluster) == DEFAULT_DB_ALIAS
    assert [Router().allow_migrate(name, "clusters") for name in (DEFAULT_DB_ALIAS, REPLICA)] == [True, False]


def test_ready_without_the_copy_and_says_so(client, db, monkeypatch):
    for number, words in (
        (1, None),
        (None, {"replica": "It does not answer. Pages are read from the database itself."}),
    ):
        monkeypatch.setattr(replica, "copy", lambda number=number: Twin(number))
        assert client.get("/readyz").json().get("without") == words
    assert "replica" not in readiness.answers()


@pytest.mark.parametrize(
    ("number", "arrives", "level", "words"),
    [
        (1, True, doctor.OK, "has the last change"),
        (1, False, doctor.PROBLEM, "last change"),
        (None, True, doctor.PROBLEM, "not answer"),
    ],
)
def test_doctor_looks_at_the_copy(db, monkeypatch, number, arrives, level, words):
    monkeypatch.setattr(replica, "copy", lambda: Twin(number))
    monkeypatch.setattr(doctor, "REPLICA_PATIENCE", 0.1)
    here = iter([5] + [5 if arrives else 4] * 100)
    monkeypatch.setattr(ContentVersion, "current", lambda: next(here))
    (finding,) = doctor._replica()
    assert finding.level == level
    assert words in finding.words


def test_without_a_copy_nobody_asks_for_one(db):
    assert replica.copy() is None
    assert list(doctor._replica()) == []
    assert readiness.without() == {}


def test_copy_of_anything_but_postgresql_is_refused(db, settings):
    settings.SECURE_SSL_REDIRECT = False
    connections.settings[REPLICA] = connection.settings_dict | {"ENGINE": "django.db.backends.sqlite3"}
    try:
        assert "careers.E007" in [reason.id for reason in checks.database_has_its_place()]
    finally:
        del connections[REPLICA], connections.settings[REPLICA]
    assert "careers.E007" not in [reason.id for reason in checks.database_has_its_place()]


# A copy is a database of its own server; another database of the same server stands still unless a test moves it.
if POSTGRES:
    import psycopg

    from careers.freshness.copy import Copy

    @pytest.fixture
    def server():
        """A connection to the server, from where databases are made and dropped."""
        parameters = connection.get_connection_params() | {"dbname": "postgres"}
        parameters.pop("cursor_factory", None)
        with psycopg.connect(**parameters, autocommit=True) as opened:
            yield opened

    @pytest.fixture
    def copied(transactional_db, django_db_blocker, server, monkeypatch):
        """The site with a copy of its database, as it was when the test began; and the name of the copy."""
        make_cluster(title_en="Care")
        connection.close()
        here = connection.settings_dict["NAME"]
        name = f"{here}_{secrets.token_hex(4)}"
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [here])
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{here}"')
        connections.settings[REPLICA] = connection.settings_dict | {"NAME": name}
        monkeypatch.setattr(router, "routers", [Router()])
        copy, freshness = Copy(connections[REPLICA].get_connection_params()), watch(connection)
        # A database that was not there when the test began is otherwise refused.
        with django_db_blocker.unblock():
            assert copy.is_reached(5)
            yield PageCache(WSGIHandler(), freshness=freshness, limit=2**20, copy=copy), name
        freshness.close()
        copy.close()
        connections[REPLICA].close()
        del connections[REPLICA], connections.settings[REPLICA]
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def rename(title, database):
        Cluster.objects.using(database).update(title_en=title)

    def test_page_is_of_the_copy_until_the_database_changes(copied):
        site, _name = copied
        rename("From the copy", REPLICA)
        assert b"From the copy" in Answer(site).page
        # The change has not come to the copy: it is seen all the same, and at once.
        elsewhere(lambda: (rename("Changed", DEFAULT_DB_ALIAS), ContentVersion.bump()))
        until(lambda: b"Changed" in Answer(site).page)
        assert b"Changed" in Answer(site, "/clusters/").page
        # Now it has.
        ContentVersion.objects.using(REPLICA).update(number=ContentVersion.current())
        assert b"From the copy" in Answer(site, "/clusters/cluster-8/").page

    def test_copy_that_goes_away_costs_no_page_and_comes_back(copied, server, caplog):
        site, name = copied
        rename("From the copy", REPLICA)
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        answers = [Answer(site, path) for path in ("/", "/clusters/")]
        assert [(answer.status, b"Care" in answer.page) for answer in answers] == [(200, True)] * 2
        assert "The copy does not answer any more" in caplog.text
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        assert site._copy.is_reached(5)
        assert b"From the copy" in Answer(site, "/clusters/cluster-8/").page
