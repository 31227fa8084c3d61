"""/readyz says whether to send visitors here, and nothing that helps an attacker."""

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from careers import readiness, upgrades
from tests.factories import make_cluster, make_occupation, make_pathway

NAMES = {"database", "migrations", "reference_data", "disk"}


@pytest.fixture(autouse=True)
def new_process(monkeypatch):
    monkeypatch.setattr(readiness, "_migrated", False)


@pytest.fixture
def loaded(db):
    make_occupation(on=make_pathway(make_cluster()))


def ask(client):
    answer = client.get("/readyz")
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, answer.json()


def test_a_site_in_order_is_ready_and_asks_little(client, loaded):
    assert ask(client) == (200, {"status": "ready", "checks": dict.fromkeys(NAMES, "ok")})
    with CaptureQueriesContext(connection) as queries:
        ask(client)
    assert len(queries) == 3


def gone(*arguments, **options):
    raise OperationalError("connection to 10.0.0.7 as careers failed")


FAULTS = {
    "migrations": lambda patch: patch.setattr(upgrades, "pending", lambda connection: ["clusters.0009_next"]),
    "reference_data": lambda patch: patch.setattr(readiness, "has_reference_data", lambda: False),
    "disk": lambda patch: patch.setattr(readiness, "free_bytes", lambda: 5_000_000),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named_and_no_more_is_said(client, loaded, monkeypatch, name):
    FAULTS[name](monkeypatch)
    checks = dict.fromkeys(NAMES, "ok") | {name: "problem"}
    assert ask(client) == (503, {"status": "not ready", "checks": checks})


def test_a_database_that_is_gone_is_a_plain_answer(client, loaded):
    with connection.execute_wrapper(gone):
        checks = dict.fromkeys(NAMES, "problem") | {"disk": "ok"}
        assert ask(client) == (503, {"status": "not ready", "checks": checks})


def test_an_empty_site_is_not_ready(client, db):
    assert ask(client)[1]["checks"]["reference_data"] == "problem"


def test_missing_migrations_are_asked_for_until_there_are_none(client, loaded, monkeypatch):
    asked = []
    monkeypatch.setattr(upgrades, "pending", lambda connection: asked.append(1) or ["x"] * (len(asked) < 2))
    assert [ask(client)[0] for _time in range(4)] == [503, 200, 200, 200]
    assert len(asked) == 2
