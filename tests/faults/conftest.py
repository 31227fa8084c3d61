"""Real servers on a real database, to which real things happen. Each drill fails on a site without guards first."""

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from assessments.instruments import load
from schools.models import User
from tests.conftest import POSTGRES
from tests.factories import make_site
from tests.faults.servers import serve, wait_for
from tests.faults.stores import Disk, PostgresStore, SqliteStore

# Of a member of staff, each for one browser.
SESSIONS = 4


@pytest.fixture(scope="session")
def store(django_db_setup, django_db_blocker):
    """A database of the kind of this run, with a little content and a signed-in member of staff."""
    disk = Disk()
    store = None
    try:
        store = (PostgresStore if POSTGRES else SqliteStore)(disk)
        with django_db_blocker.unblock():
            _fill(store)
        yield store
    finally:
        if store:
            store.close()
        disk.close()


def _session_of(user):
    browser = Client()
    browser.force_login(user)
    return browser.cookies["sessionid"].value


def _fill(store):
    home = connections["default"]
    store.fill_from(home)
    home.close()
    other = home.copy()
    other.settings_dict = home.settings_dict | store.place
    connections["default"] = other
    try:
        make_site(2)
        load(settings.BASE_DIR / "fixtures" / "assessments.json")
        root = User.objects.create(username="root", is_staff=True, is_superuser=True)
        store.sessions = [_session_of(root) for _number in range(SESSIONS)]
    finally:
        other.close()
        connections["default"] = home


@pytest.fixture(scope="session")
def guarded(store, tmp_path_factory):
    """The site as it is."""
    with serve("careers.wsgi:application", tmp_path_factory.mktemp("guarded"), DATABASE_URL=store.url) as server:
        yield wait_for(server)


@pytest.fixture(scope="session")
def unguarded(store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unguarded")
    with serve("tests.faults.unguarded:application", folder, DATABASE_URL=store.url) as server:
        yield wait_for(server)
