"""A write that leaves the content version where it was is noticed, and what was undone is not."""

import types

import pytest
from django.db import transaction

from clusters import search
from clusters.models import Cluster, ContentVersion
from tests.factories import make_cluster
from tests.public_writes import OWN, watched

pytestmark = pytest.mark.once


@pytest.fixture
def version_moves():
    """Not here, where it is left behind on purpose."""


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
