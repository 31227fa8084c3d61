"""A write that leaves the content version where it was is noticed, and what was undone is not."""

import json
import types
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from clusters import search
from clusters.management.commands import load_demo_schools
from clusters.models import Cluster, ContentVersion, Program
from tests.factories import make_cluster, make_pathway, make_program
from tests.public_writes import OWN, watched

pytestmark = pytest.mark.once


def own(function):
    """The function as if it stood in the site's own code."""
    code = function.__code__.replace(co_filename=f"{OWN[0]}made_up.py")
    return types.FunctionType(code, function.__globals__)


@own
def forgets():
    Cluster.objects.update(number=2)


@own
def remembers():
    Cluster.objects.update(number=2)
    ContentVersion.bump()


@own
def undoes():
    with transaction.atomic():
        Cluster.objects.update(number=2)
        transaction.set_rollback(True)


@own
def moves_and_undoes_it():
    Cluster.objects.update(number=2)
    with transaction.atomic():
        ContentVersion.bump()
        transaction.set_rollback(True)


@own
def writes_nothing():
    Cluster.objects.filter(pk=0).update(number=2)


@pytest.mark.parametrize(
    ("write", "found"),
    [
        (forgets, ["forgets wrote to clusters_cluster"]),
        (moves_and_undoes_it, ["moves_and_undoes_it wrote to clusters_cluster"]),
        (remembers, []),
        (undoes, []),
        (writes_nothing, []),
        (search.rebuild, []),
        (lambda: Cluster.objects.get().save(), []),
    ],
)
def test_what_forgets_the_version_is_found(db, write, found):
    make_cluster()
    with watched() as forgotten:
        write()
        remembers()
    assert forgotten == found


def test_what_makes_the_demo_moves_the_version(db, tmp_path, monkeypatch):
    make_program(make_pathway(make_cluster()))
    program = {"model": "program-1", "status": "published", "local_demand_en": "We asked."}
    school = {
        "name": "North",
        "slug": "north",
        "programs": [program],
        "catalog": [["1", "Art", "9-12", "0.5", "", "", ""]],
    }
    monkeypatch.setattr(load_demo_schools, "FILE", tmp_path / "demo.json")
    load_demo_schools.FILE.write_text(json.dumps({"schools": [school]}))
    before = ContentVersion.current()
    with watched() as forgotten:
        call_command("load_demo_schools", stdout=StringIO())
    assert forgotten == []
    assert ContentVersion.current() > before
    assert Program.objects.get(school__slug="north").local_demand == "We asked."
