import logging
from copy import deepcopy

import pytest
from django.db import transaction

from tests.access.world import World, make_world


@pytest.fixture(autouse=True)
def quiet(caplog):
    """A thousand refusals are what these tests ask for; to write down where each was raised takes longer than to ask."""
    caplog.set_level(logging.CRITICAL, "django")


@pytest.fixture(scope="package")
def world_of_all(django_db_setup, django_db_blocker) -> World:
    """Made once for the tests of this folder, and gone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(world_of_all, db) -> World:
    """Two schools and ten users; what a test does to them, the next one does not see."""
    cookies = {name: deepcopy(client.cookies) for name, client in world_of_all.clients.items()}
    yield world_of_all
    for name, client in world_of_all.clients.items():
        client.cookies = cookies[name]
