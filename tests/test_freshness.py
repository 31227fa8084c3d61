"""The version of the content at this moment: asked of SQLite, told by PostgreSQL, and what happens when it is not."""

import os
import shutil
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from careers.freshness import VersionUnknown, watch
from careers.freshness.postgresql import NUMBER, Link, PostgresFreshness
from careers.freshness.sqlite import SqliteFreshness
from clusters.models import ContentVersion
from tests.conftest import POSTGRES
from tests.factories import make_cluster
from tests.test_pagecache import elsewhere, until


@pytest.fixture
def freshness(transactional_db):
    make_cluster()
    watching = watch(connection)
    yield watching
    watching.close()


def test_number_that_comes_back_is_not_the_same_version(freshness):
    """As after a backup was restored: what is counted from there on is other content."""
    seen = []
    for number in (5, 3, 5):
        ContentVersion.objects.update(number=number)
        until(lambda number=number: freshness.current().number == number)
        seen.append(freshness.current())
    assert len(set(seen)) == 3


def database(file: Path, number: int) -> Path:
    with closing(sqlite3.connect(file)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE clusters_contentversion (id, number)")
        made.execute("INSERT INTO clusters_contentversion VALUES (1, ?)", [number])
        made.commit()
    return file


def test_file_that_is_gone_is_found_again(tmp_path):
    file = tmp_path / "db #1.sqlite3"
    freshness = SqliteFreshness(str(file))
    with pytest.raises(VersionUnknown):
        freshness.current()
    assert not file.exists()
    database(file, 7)
    first = freshness.current()
    assert first.number == 7
    # Another file in its place, with the same number.
    os.replace(database(tmp_path / "other", 7), file)  # noqa: PTH105
    assert freshness.current().number == 7
    assert freshness.current() != first
    freshness.close()
    shutil.rmtree(tmp_path)


def test_database_that_hangs_is_not_waited_for_by_everybody():
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        address = {"host": "127.0.0.1", "port": silent.getsockname()[1], "sslmode": "disable", "gssencmode": "disable"}
        freshness = PostgresFreshness(address)
        freshness._listener = Thread()
        took = []
        for _request in range(2):
            began = time.monotonic()
            with pytest.raises(VersionUnknown):
                freshness.current()
            took.append(time.monotonic() - began)
    assert took[0] < 3
    assert took[1] < 0.1


def test_of_two_answers_that_cross_the_later_question_s_counts():
    freshness = PostgresFreshness({})
    now = freshness._note(6, asked=2.0)
    assert freshness._note(5, asked=1.0) == now
    assert freshness._note(7, asked=3.0).number == 7


# Only PostgreSQL tells of changes; there is nothing to skip where SQLite is asked.
if POSTGRES:

    def test_each_request_asks_while_nobody_tells(freshness, monkeypatch):
        monkeypatch.setattr("careers.freshness.postgresql.PostgresFreshness._listen", lambda self: None)
        numbers = []
        for number in (5, 6, 7):
            elsewhere(lambda number=number: ContentVersion.objects.update(number=number))
            numbers.append(freshness.current().number)
        assert numbers == [5, 6, 7]

    def test_listener_to_whom_nothing_is_told_is_not_trusted(freshness, monkeypatch, caplog):
        """As through a pooler that gives each transaction another connection."""
        monkeypatch.setattr("careers.freshness.postgresql.Link.wait_for_news", lambda link, seconds: False)
        freshness.current()
        until(lambda: "Nothing tells of changes, so" in caplog.text, seconds=10)
        numbers = []
        for number in (50, 51):
            elsewhere(lambda number=number: ContentVersion.objects.update(number=number))
            numbers.append(freshness.current().number)
        assert numbers == [50, 51]

    def test_news_that_the_listener_has_no_time_for_is_heard_by_whoever_asks(freshness, monkeypatch):
        monkeypatch.setattr("careers.freshness.postgresql.PostgresFreshness._listen", lambda self: None)
        with closing(Link(freshness._parameters)) as link:
            link.listen()
            freshness.current()
            freshness._listening, freshness._trusted_until = link, time.monotonic() + 60
            for number in (50, 51):
                elsewhere(lambda number=number: ContentVersion.objects.update(number=number))
                until(lambda number=number: freshness.current().number == number)
                assert freshness._trusted_until > time.monotonic()

    def test_who_looks_for_news_leaves_the_answer_to_who_asked(freshness):
        with closing(Link(freshness._parameters)) as link:
            link.listen()
            link._server.send_query(NUMBER)
            link._is_asking = True
            until(link.has_news)
            assert link.wait(1)
            assert link._server.get_result().ntuples == 1

    def test_lost_listener_costs_no_freshness(freshness, caplog):
        def change(number):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid != pg_backend_pid()"
                )
            ContentVersion.objects.update(number=number)

        freshness.current()
        until(lambda: freshness._trusted_until > time.monotonic())
        elsewhere(lambda: change(50))
        until(lambda: freshness.current().number == 50)
        assert "Nothing tells of changes any more" in caplog.text
        connection.close()
